package io.skein.server.storage;

class InMemoryTraceStoreTest extends TraceStoreContract {
  @Override
  protected TraceStore open() {
    return new InMemoryTraceStore();
  }

  @Override
  protected void settle(TraceStore store) {
    // What was appended can be found at once.
  }
}
