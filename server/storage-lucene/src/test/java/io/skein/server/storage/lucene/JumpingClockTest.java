package io.skein.server.storage.lucene;

import static io.skein.server.storage.lucene.StoreFixture.append;
import static io.skein.server.storage.lucene.StoreFixture.assertHolds;
import static io.skein.server.storage.lucene.StoreFixture.assertStored;
import static io.skein.server.storage.lucene.StoreFixture.await;
import static io.skein.server.storage.lucene.StoreFixture.numbered;
import static io.skein.server.storage.lucene.StoreFixture.options;
import static org.assertj.core.api.Assertions.assertThat;

import io.skein.server.storage.Counts;
import io.skein.server.storage.Outcome;
import io.skein.server.storage.Segments;
import io.skein.server.storage.TraceQuery;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody sets the machine's clock, or agents live in another year. */
class JumpingClockTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  @TempDir Path directory;
  private final AtomicReference<Instant> now = new AtomicReference<>(NOON);

  private StoreOptions jumping() {
    StoreOptions o = options(directory);
    return new StoreOptions(
        directory, o.budgetBytes(), o.partitionSpan(), now::get, o.usableBytes());
  }

  private long partitions() {
    try (Stream<Path> all = Files.list(directory.resolve("partitions"))) {
      return all.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void eachJumpBeginsAPartitionAndNothingIsLost() throws Exception {
    List<Duration> jumps =
        List.of(
            Duration.ofDays(400),
            Duration.ofDays(-400),
            Duration.ofDays(-20_000),
            Duration.ofDays(20_000),
            Duration.ofDays(2_000_000));
    long stored = 0;
    try (LuceneTraceStore store = LuceneTraceStore.open(jumping())) {
      for (Duration jump : jumps) {
        long before = partitions();
        assertStored(store, stored, stored + 100);
        stored += 100;
        store.settle();
        now.updateAndGet(instant -> instant.plus(jump));
        await(() -> partitions() == before + 1);
      }
      assertHoldsAll(store, stored);
    }
    now.set(NOON);
    try (LuceneTraceStore store = LuceneTraceStore.open(jumping())) {
      assertHoldsAll(store, stored);
      assertStored(store, stored, stored + 100);
      store.settle();
      assertHoldsAll(store, stored + 100);
    }
    assertThat(partitions()).isLessThanOrEqualTo(jumps.size() + 2L);
  }

  private static void assertHoldsAll(LuceneTraceStore store, long stored) throws Exception {
    assertThat(store.status().kept()).isEqualTo(new Counts(stored, stored));
    for (long number = 0; number < stored; number += 9) {
      assertHolds(store, number);
    }
    assertThat(append(store, numbered(0, stored))).containsOnly(Outcome.DUPLICATE);
  }

  @Test
  void aClockThatStepsALittleBackBeginsNothing() throws Exception {
    try (LuceneTraceStore store = LuceneTraceStore.open(jumping())) {
      for (int step = 0; step < 3; step++) {
        assertStored(store, step * 100L, step * 100L + 100);
        now.updateAndGet(instant -> instant.minusSeconds(10));
        // More than one cycle of the writer.
        Thread.sleep(600);
      }
      assertThat(partitions()).isEqualTo(1);
      assertHoldsAll(store, 300);
    }
  }

  @Test
  void segmentsOfOtherTimesAreStoredBesideThoseOfToday() throws Exception {
    long today = System.currentTimeMillis();
    List<Long> starts =
        List.of(
            0L, -1L, Long.MIN_VALUE / 2, today, today + 86_400_000L * 365_000, Long.MAX_VALUE / 2);
    try (LuceneTraceStore store = LuceneTraceStore.open(options(directory))) {
      for (int i = 0; i < starts.size(); i++) {
        assertThat(
                append(
                    store,
                    List.of(
                        Segments.segment("odd" + i, "odd" + i).at(starts.get(i), 3).received())))
            .containsOnly(Outcome.STORED);
      }
      store.settle();
    }
    try (LuceneTraceStore store = LuceneTraceStore.open(options(directory))) {
      assertThat(partitions()).isEqualTo(1);
      assertThat(store.status().kept()).isEqualTo(new Counts(starts.size(), starts.size()));
      for (int i = 0; i < starts.size(); i++) {
        assertThat(store.trace("odd" + i, 10)).as("%s", starts.get(i)).isNotNull();
        assertThat(
                store
                    .search(
                        TraceQuery.builder()
                            .fromMillis(starts.get(i))
                            .toMillis(starts.get(i))
                            .build())
                    .traces())
            .as("%s", starts.get(i))
            .hasSize(1);
      }
    }
  }
}
