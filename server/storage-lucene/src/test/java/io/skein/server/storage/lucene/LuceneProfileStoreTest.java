package io.skein.server.storage.lucene;

import io.skein.server.storage.TraceStore;
import io.skein.server.storage.profile.ProfileStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The contract of snapshots, asked of the store on disk. */
class LuceneProfileStoreTest extends ProfileStoreContract {
  @TempDir Path directory;

  @Override
  protected TraceStore open() {
    return LuceneTraceStore.open(directory, 64 << 20);
  }

  @Override
  protected void settle(TraceStore store) throws Exception {
    ((LuceneTraceStore) store).settle();
  }
}
