package io.skein.server.storage.profile;

import io.skein.server.storage.InMemoryTraceStore;
import io.skein.server.storage.TraceStore;

class InMemoryProfileStoreTest extends ProfileStoreContract {
  @Override
  protected TraceStore open() {
    return new InMemoryTraceStore();
  }
}
