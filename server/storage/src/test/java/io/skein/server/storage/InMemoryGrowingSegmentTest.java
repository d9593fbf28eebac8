package io.skein.server.storage;

/** The contract of growing segments, asked of the store in memory. */
class InMemoryGrowingSegmentTest extends GrowingSegmentContract {
  @Override
  protected TraceStore open() {
    return new InMemoryTraceStore();
  }
}
