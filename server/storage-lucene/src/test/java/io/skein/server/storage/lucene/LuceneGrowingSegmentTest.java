package io.skein.server.storage.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.server.storage.Counts;
import io.skein.server.storage.GrowingSegmentContract;
import io.skein.server.storage.StoredTrace;
import io.skein.server.storage.TraceQuery;
import io.skein.server.storage.TraceStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract of growing segments, asked of the store on disk; and over its restarts. */
class LuceneGrowingSegmentTest extends GrowingSegmentContract {
  @TempDir Path directory;

  @Override
  protected TraceStore open() {
    return LuceneTraceStore.open(directory, 64 << 20);
  }

  @Override
  protected void settle(TraceStore store) throws Exception {
    ((LuceneTraceStore) store).settle();
  }

  @Test
  void theLargestIsKeptOverARestartAndWhenTheIndexIsMadeAgain(@TempDir Path other)
      throws Exception {
    try (LuceneTraceStore store = LuceneTraceStore.open(other, 64 << 20)) {
      for (int spans = 1; spans <= 3; spans++) {
        store.append(List.of(grown("t", "s", spans))).get();
      }
      store.append(List.of(grown("u", "u", 1))).get();
    }
    assertHoldsTheLargest(other);
    deleteIndexes(other);
    assertHoldsTheLargest(other);
    try (LuceneTraceStore store = LuceneTraceStore.open(other, 64 << 20)) {
      store.append(List.of(grown("t", "s", 4))).get();
      store.settle();
      assertThat(store.trace("t", 100).segments().get(0).segment().spans()).hasSize(4);
    }
  }

  private static void assertHoldsTheLargest(Path directory) throws Exception {
    try (LuceneTraceStore store = LuceneTraceStore.open(directory, 64 << 20)) {
      store.settle();
      StoredTrace trace = store.trace("t", 100);
      assertThat(trace).isNotNull();
      assertThat(trace.segments()).hasSize(1);
      assertThat(trace.segments().get(0).segment().spans()).hasSize(3);
      assertThat(store.search(TraceQuery.builder().build()).traces()).hasSize(2);
      assertThat(store.accounts().get(0).stored()).isEqualTo(new Counts(2, 4));
    }
  }

  private static void deleteIndexes(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("partitions"))) {
      for (Path file :
          files
              .filter(path -> path.toString().contains("index"))
              .sorted(Comparator.reverseOrder())
              .toList()) {
        Files.delete(file);
      }
    }
  }
}
