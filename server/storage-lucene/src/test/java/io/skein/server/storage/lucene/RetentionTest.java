package io.skein.server.storage.lucene;

import static io.skein.server.storage.lucene.StoreFixture.append;
import static io.skein.server.storage.lucene.StoreFixture.assertHolds;
import static io.skein.server.storage.lucene.StoreFixture.assertStored;
import static io.skein.server.storage.lucene.StoreFixture.await;
import static io.skein.server.storage.lucene.StoreFixture.numbered;
import static io.skein.server.storage.lucene.StoreFixture.options;
import static org.assertj.core.api.Assertions.assertThat;

import io.skein.server.storage.Counts;
import io.skein.server.storage.InstanceAccount;
import io.skein.server.storage.Outcome;
import io.skein.server.storage.ReceivedSegment;
import io.skein.server.storage.Segments;
import io.skein.server.storage.TraceQuery;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetentionTest {
  private static final long BUDGET = 16L << 20;

  @TempDir Path directory;

  private StoreOptions small() {
    StoreOptions o = options(directory);
    return new StoreOptions(o.directory(), BUDGET, o.partitionSpan(), o.clock(), o.usableBytes());
  }

  /** Random texts, so that little can be compressed and the budget is reached soon. */
  private static List<ReceivedSegment> large(Random random, long from, int count) {
    List<ReceivedSegment> batch = new ArrayList<>();
    for (long number = from; number < from + count; number++) {
      byte[] noise = new byte[1_000];
      random.nextBytes(noise);
      batch.add(
          Segments.segment("t" + number, "s" + number)
              .of("shop", "shop-1")
              .at(1_700_000_000_000L + number, 1)
              .tag("noise", new String(noise, StandardCharsets.ISO_8859_1))
              .received());
    }
    return batch;
  }

  @Test
  void theBudgetIsNeverExceededAndTheOldestGoesFirst() throws Exception {
    AtomicLong most = new AtomicLong();
    AtomicBoolean done = new AtomicBoolean();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    long sent = 0;
    try (LuceneTraceStore store = LuceneTraceStore.open(small())) {
      Thread watcher = new Thread(() -> watch(store, most, done, failure), "watcher");
      watcher.start();
      Random random = new Random(5);
      // Some twenty megabytes of log alone.
      for (int round = 0; round < 90; round++) {
        assertThat(append(store, large(random, sent, 150))).containsOnly(Outcome.STORED);
        sent += 150;
      }
      store.settle();
      done.set(true);
      watcher.join();
      assertThat(failure.get()).isNull();

      assertThat(most.get()).isBetween(BUDGET / 2, BUDGET);
      assertThat(store.trace("t0", 10)).isNull();
      assertThat(store.trace("t" + (sent - 1), 10)).isNotNull();
      assertAddsUp(store, sent);
      assertThat(store.status().removedByRetention().segments()).isPositive();
      assertThat(store.status().oldestMillis()).isGreaterThan(1_700_000_000_000L);
    }
    try (LuceneTraceStore store = LuceneTraceStore.open(small())) {
      assertAddsUp(store, sent);
      assertThat(store.status().diskBytes()).isLessThan(BUDGET);
    }
  }

  private static void assertAddsUp(LuceneTraceStore store, long sent) {
    InstanceAccount account = store.accounts().get(0);
    assertThat(account.stored()).isEqualTo(new Counts(sent, sent));
    assertThat(store.status().kept().plus(store.status().removedByRetention()))
        .isEqualTo(new Counts(sent, sent));
  }

  /** Measures, and asks, while partitions come and go. */
  private void watch(
      LuceneTraceStore store,
      AtomicLong most,
      AtomicBoolean done,
      AtomicReference<Throwable> failure) {
    try {
      while (!done.get()) {
        most.accumulateAndGet(measured(), Math::max);
        TimeUnit.MILLISECONDS.sleep(2);
        store.search(TraceQuery.builder().service("shop").limit(5).build());
        store.endpoints("shop", null, 5);
        for (InstanceAccount account : store.accounts()) {
          assertThat(account.stored().segments()).isNotNegative();
        }
      }
    } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
      failure.set(e);
    }
  }

  private long measured() throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.walk(directory)) {
      for (var all = files.iterator(); all.hasNext(); ) {
        bytes += all.next().toFile().length();
      }
    } catch (UncheckedIOException e) {
      return 0; // Something went while it was looked at.
    }
    return bytes;
  }

  /** With partitions of an hour. */
  private StoreOptions hourly(AtomicLong now) {
    StoreOptions o = options(directory);
    return new StoreOptions(
        directory,
        o.budgetBytes(),
        Duration.ofHours(1),
        () -> Instant.ofEpochMilli(now.get()),
        o.usableBytes());
  }

  @Test
  void aNewPartitionBeginsAfterAnHourAndDuplicatesAreFoundInTheOld() throws Exception {
    AtomicLong now = new AtomicLong(System.currentTimeMillis());
    try (LuceneTraceStore store = LuceneTraceStore.open(hourly(now))) {
      for (int hour = 0; hour < 4; hour++) {
        assertStored(store, hour * 100L, hour * 100L + 100);
        now.addAndGet(3_600_000);
        int partitions = hour + 2;
        await(() -> partitionCount() >= partitions);
      }
      assertThat(append(store, numbered(0, 400))).containsOnly(Outcome.DUPLICATE);
      await(() -> isSealed(1) && isSealed(2) && isSealed(3));
      assertThat(append(store, numbered(0, 400))).containsOnly(Outcome.DUPLICATE);
      assertHolds(store, 0);
      assertHolds(store, 399);
      assertThat(store.search(TraceQuery.builder().limit(200).build()).traces()).hasSize(200);
      assertThat(store.status().kept()).isEqualTo(new Counts(400, 400));
    }
    try (LuceneTraceStore store = LuceneTraceStore.open(hourly(now))) {
      assertThat(append(store, numbered(0, 400))).containsOnly(Outcome.DUPLICATE);
      assertThat(store.status().kept()).isEqualTo(new Counts(400, 400));
    }
  }

  @Test
  void aYearWithLittleInEachHourDoesNotMakeAPartitionOfEachHour() throws Exception {
    AtomicLong now = new AtomicLong(System.currentTimeMillis());
    int hours = 120;
    try (LuceneTraceStore store = LuceneTraceStore.open(hourly(now))) {
      for (int hour = 0; hour < hours; hour++) {
        assertStored(store, hour * 2L, hour * 2L + 2);
        store.settle();
        now.addAndGet(3_600_000);
      }
      assertThat(partitionCount()).isBetween(60, 64);
    }
    for (int start = 0; start < 4; start++) {
      now.addAndGet(3_600_000);
      try (LuceneTraceStore store = LuceneTraceStore.open(hourly(now))) {
        assertThat(append(store, numbered(0, hours * 2L))).containsOnly(Outcome.DUPLICATE);
        assertThat(store.status().kept()).isEqualTo(new Counts(hours * 2L, hours * 2L));
        assertHolds(store, 0);
        assertHolds(store, hours * 2L - 1);
      }
    }
    assertThat(partitionCount()).isBetween(60, 64);
    // What is worth it ends with its hour, as ever.
    try (LuceneTraceStore store = LuceneTraceStore.open(hourly(now))) {
      int before = partitionCount();
      long more = 8_000;
      assertStored(store, hours * 2L, hours * 2L + more);
      store.settle();
      now.addAndGet(3_600_000);
      await(() -> partitionCount() == before + 1);
    }
  }

  @Test
  void anIdleStoreBeginsNoPartitions() throws Exception {
    AtomicLong now = new AtomicLong(System.currentTimeMillis());
    try (LuceneTraceStore store = LuceneTraceStore.open(hourly(now))) {
      now.addAndGet(Duration.ofDays(3).toMillis());
      assertThat(append(store, List.of())).isEmpty();
      store.settle();
      assertThat(partitionCount()).isEqualTo(1);
    }
  }

  private int partitionCount() {
    String[] names = directory.resolve("partitions").toFile().list();
    return names == null ? 0 : names.length;
  }

  private boolean isSealed(int sequence) {
    return directory
        .resolve("partitions")
        .resolve(String.format("%08d", sequence))
        .resolve("ids")
        .toFile()
        .exists();
  }

  @Test
  void segmentsAsLargeAsTheBudgetAreStoredOrRefusedButNeverExceedIt() throws Exception {
    Random random = new Random(1);
    try (LuceneTraceStore store = LuceneTraceStore.open(small())) {
      int refused = 0;
      for (int number = 0; number < 12; number++) {
        byte[] noise = new byte[(2 << 20) * (number % 6 + 1)];
        random.nextBytes(noise);
        ReceivedSegment giant =
            Segments.segment("giant " + number, "giant " + number)
                .tag("noise", new String(noise, StandardCharsets.ISO_8859_1))
                .received();
        Outcome outcome = append(store, List.of(giant)).get(0);
        store.settle();
        assertThat(measured()).isLessThan(BUDGET);
        if (outcome instanceof Outcome.Refused giants) {
          assertThat(giants.reason()).isIn("too-large", "budget");
          refused++;
        } else {
          assertThat(store.trace("giant " + number, 1).segments())
              .singleElement()
              .satisfies(s -> assertThat(s.segment()).isEqualTo(giant.segment()));
        }
      }
      assertThat(refused).isBetween(1, 11);
      assertStored(store, 0, 100);
    }
  }
}
