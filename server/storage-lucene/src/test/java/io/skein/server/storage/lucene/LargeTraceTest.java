package io.skein.server.storage.lucene;

import static io.skein.server.storage.lucene.StoreFixture.append;
import static org.assertj.core.api.Assertions.assertThat;

import io.skein.server.storage.Counts;
import io.skein.server.storage.Outcome;
import io.skein.server.storage.ReceivedSegment;
import io.skein.server.storage.Segments;
import io.skein.server.storage.TraceReading;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Traces that do not fit the memory of a server. */
class LargeTraceTest {
  private static final long START = 1_700_000_000_000L;

  @TempDir Path directory;

  @Test
  void ofATraceThatNeverEndsTheSegmentsThatStartFirstAreRead() throws Exception {
    try (LuceneTraceStore store = LuceneTraceStore.open(StoreFixture.options(directory))) {
      List<Integer> starts = new ArrayList<>();
      for (int i = 0; i < 3_000; i++) {
        starts.add(i);
      }
      Collections.shuffle(starts, new Random(7));
      List<ReceivedSegment> batch = new ArrayList<>();
      for (int start : starts) {
        batch.add(Segments.segment("t", "s" + start).at(START + start, 1).received());
      }
      append(store, batch);
      store.settle();
      try (TraceReading reading = store.read("t", new TraceReading.Limit(100, Long.MAX_VALUE))) {
        assertThat(reading.stored()).isEqualTo(new Counts(3_000, 3_000));
        assertThat(reading.durationMillis()).isEqualTo(3_000);
        Set<String> read = new HashSet<>();
        for (var next = reading.next(); next != null; next = reading.next()) {
          read.add(next.segment().segmentId());
        }
        assertThat(read).hasSize(100).contains("s0", "s99").doesNotContain("s100");
        assertThat(reading.truncated()).isTrue();
      }
    }
  }

  @Test
  void giantsAreReadOneAtATime() throws Exception {
    try (LuceneTraceStore store = LuceneTraceStore.open(StoreFixture.options(directory))) {
      String noise = "x".repeat(LuceneTraceReading.GIANT_BYTES + 1);
      List<ReceivedSegment> batch =
          List.of(
              Segments.segment("t", "before").at(START + 1, 1).received(),
              Segments.segment("t", "giant").at(START, 9).tag("noise", noise).received(),
              Segments.segment("t", "behind").at(START + 2, 1).received());
      assertThat(append(store, batch)).containsOnly(Outcome.STORED);
      store.settle();
      TraceReading first = store.read("t", TraceReading.Limit.NONE);
      assertThat(first.next().segment().segmentId()).isEqualTo("giant");
      CompletableFuture<List<String>> second = CompletableFuture.supplyAsync(() -> ids(store));
      TimeUnit.MILLISECONDS.sleep(300);
      assertThat(second).isNotDone();
      first.close();
      assertThat(second.get(30, TimeUnit.SECONDS)).containsExactly("giant", "before", "behind");
      assertThat(ids(store)).hasSize(3);
    }
  }

  @Test
  void aReadingKeepsItsFilesUntilItIsClosed() throws Exception {
    try (LuceneTraceStore store = LuceneTraceStore.open(StoreFixture.options(directory))) {
      StoreFixture.assertStored(store, 0, 10);
      store.settle();
      TraceReading reading = store.read("t3", TraceReading.Limit.NONE);
      StoreFixture.assertStored(store, 10, 2_000);
      store.settle();
      assertThat(reading.next().segment()).isEqualTo(StoreFixture.numbered(3).segment());
      assertThat(reading.next()).isNull();
      reading.close();
      reading.close();
    }
  }

  private static List<String> ids(LuceneTraceStore store) {
    List<String> ids = new ArrayList<>();
    try (TraceReading reading = store.read("t", TraceReading.Limit.NONE)) {
      for (var next = reading.next(); next != null; next = reading.next()) {
        ids.add(next.segment().segmentId());
      }
    }
    return ids;
  }
}
