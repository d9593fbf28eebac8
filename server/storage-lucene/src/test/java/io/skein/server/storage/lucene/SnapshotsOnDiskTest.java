package io.skein.server.storage.lucene;

import static io.skein.server.storage.lucene.StoreFixture.await;
import static io.skein.server.storage.lucene.StoreFixture.numbered;
import static io.skein.server.storage.lucene.StoreFixture.options;
import static org.assertj.core.api.Assertions.assertThat;

import io.skein.server.storage.Outcome;
import io.skein.server.storage.Refusal;
import io.skein.server.storage.profile.ProfileTasks;
import io.skein.server.storage.profile.SampleTotals;
import io.skein.server.storage.profile.SampledSegment;
import io.skein.server.storage.profile.Snapshot;
import io.skein.server.storage.profile.SnapshotRefusal;
import io.skein.server.storage.profile.Snapshots;
import io.skein.server.storage.profile.TaskDraft;
import io.skein.server.storage.profile.TaskRecord;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots and tasks when the server ends, the disk fails and the budget is used up. */
class SnapshotsOnDiskTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  @TempDir Path directory;

  private final AtomicReference<Instant> now = new AtomicReference<>(NOON);

  private LuceneTraceStore open() {
    return open(StoreFixture.BUDGET);
  }

  private LuceneTraceStore open(long budget) {
    StoreOptions o = options(directory);
    return LuceneTraceStore.open(
        new StoreOptions(directory, budget, o.partitionSpan(), now::get, o.usableBytes()));
  }

  private Path partition(int number) {
    return directory.resolve("partitions").resolve(String.format("%08d", number));
  }

  private static List<Outcome> append(LuceneTraceStore store, List<Snapshot> batch)
      throws Exception {
    return store.profiles().append(batch).get(30, TimeUnit.SECONDS);
  }

  private static List<Integer> sequences(LuceneTraceStore store, String segmentId) {
    List<Integer> found = new ArrayList<>();
    store
        .profiles()
        .read(
            List.of(segmentId),
            block -> {
              for (int i = 0; i < block.size(); i++) {
                found.add(block.sequence(i));
              }
            });
    found.sort(null);
    return found;
  }

  private static List<Integer> upTo(int count) {
    return Stream.iterate(0, i -> i + 1).limit(count).toList();
  }

  /** Lets an hour pass, and waits until what was received in it is sealed. */
  private void nextPartition(int sealed) throws InterruptedException {
    now.set(now.get().plusSeconds(3_600));
    await(() -> Files.exists(partition(sealed).resolve("ids")));
  }

  @Test
  void everythingIsThereAgainWhetherSealedOrNot() throws Exception {
    SampledSegment known;
    try (LuceneTraceStore store = open()) {
      assertThat(append(store, Snapshots.many("s", 0, 100, 30))).containsOnly(Outcome.STORED);
      nextPartition(1);
      assertThat(partition(1).resolve("snapshots.table")).exists();
      // The same segment goes on in the next one, and a repeat is still one.
      assertThat(append(store, Snapshots.many("s", 90, 150, 30)))
          .containsOnly(Outcome.STORED, Outcome.DUPLICATE);
      assertThat(sequences(store, "s")).isEqualTo(upTo(150));
      known = store.profiles().ofSegment("s");
      assertThat(known.snapshots()).isEqualTo(150);
    }
    try (LuceneTraceStore store = open()) {
      assertThat(store.profiles().ofSegment("s")).isEqualTo(known);
      assertThat(store.profiles().ofTask("task", 10)).containsExactly(known);
      assertThat(store.profiles().totals("task").snapshots()).isEqualTo(150);
      assertThat(sequences(store, "s")).isEqualTo(upTo(150));
      assertThat(append(store, Snapshots.many("s", 0, 151, 30)))
          .filteredOn(Outcome.STORED::equals)
          .hasSize(1);
    }
  }

  @Test
  void aTornEndCostsWhatIsInItAndNothingElse() throws Exception {
    try (LuceneTraceStore store = open()) {
      for (int i = 0; i < 10; i++) {
        append(store, Snapshots.many("s", 10 * i, 10 * i + 10, 30));
      }
    }
    try (RandomAccessFile log =
        new RandomAccessFile(partition(1).resolve("snapshots").toFile(), "rw")) {
      log.setLength(log.length() - 3);
    }
    try (LuceneTraceStore store = open()) {
      assertThat(sequences(store, "s")).isEqualTo(upTo(90));
      assertThat(append(store, Snapshots.many("s", 80, 100, 30)))
          .filteredOn(Outcome.STORED::equals)
          .hasSize(10);
      assertThat(sequences(store, "s")).isEqualTo(upTo(100));
    }
  }

  @Test
  void aDamagedTableIsMadeAgainAndADamagedLogHarmsNoTraces() throws Exception {
    try (LuceneTraceStore store = open()) {
      StoreFixture.assertStored(store, 0, 10);
      append(store, Snapshots.many("s", 0, 100, 30));
      nextPartition(1);
    }
    flip(partition(1).resolve("snapshots.table"), 40);
    try (LuceneTraceStore store = open()) {
      assertThat(sequences(store, "s")).isEqualTo(upTo(100));
    }
    Path log = partition(1).resolve("snapshots");
    flip(log, Files.size(log) / 2);
    try (LuceneTraceStore store = open()) {
      assertThat(sequences(store, "s")).as("what is in the damaged block").isEmpty();
      assertThat(store.profiles().ofSegment("s").snapshots()).isEqualTo(100);
      StoreFixture.assertHolds(store, 5);
    }
    Files.write(log, "not a log at all".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    try (LuceneTraceStore store = open()) {
      assertThat(store.profiles().ofSegment("s")).isNull();
      StoreFixture.assertHolds(store, 5);
    }
  }

  private static void flip(Path file, long at) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(at);
      int old = bytes.read();
      bytes.seek(at);
      bytes.write(old ^ 0x10);
    }
  }

  @Test
  void snapshotsTakeFewBytesOnTheDisk() throws Exception {
    int count = 20_000;
    try (LuceneTraceStore store = open()) {
      for (int from = 0; from < count; from += 50) {
        String segment = "segment-" + from / 1_000;
        append(store, Snapshots.many(segment, from % 1_000, from % 1_000 + 50, 60));
      }
    }
    double each = Files.size(partition(1).resolve("snapshots")) / (double) count;
    assertThat(each).as("bytes of a snapshot of depth 60").isLessThan(20);
  }

  @Test
  void theBudgetHoldsAndTheOldestSnapshotsGoWithTheirTasks() throws Exception {
    long budget = 16L << 20;
    String old;
    String young;
    try (LuceneTraceStore store = open(budget)) {
      old = task(store, "shop");
      append(store, List.of(Snapshots.of(old, "first", 0, 0, List.of("a.B.c:1"))));
      now.set(now.get().plusSeconds(1_800));
      young = task(store, "cart");
      Random random = new Random(7);
      int number = 0;
      while (store.profileTasks().find(old) != null && number < 600) {
        assertThat(append(store, noise(random, young, "n" + number++)))
            .containsOnly(Outcome.STORED);
        assertThat(store.status().diskBytes()).isLessThanOrEqualTo(budget);
        if (number % 20 == 0) {
          TimeUnit.MILLISECONDS.sleep(50);
        }
        now.set(now.get().plusSeconds(1));
      }
      assertThat(store.profileTasks().find(old)).as("nothing of it is left").isNull();
      assertThat(store.profiles().ofSegment("first")).isNull();
      assertThat(store.profileTasks().find(young)).isNotNull();
      assertThat(store.profiles().totals(young).snapshots()).isPositive();
    }
    try (LuceneTraceStore store = open(budget)) {
      assertThat(store.profileTasks().list(null, null, 10))
          .extracting(each -> each.task().id())
          .containsExactly(young);
    }
  }

  private String task(LuceneTraceStore store, String service) {
    ProfileTasks.Made made =
        store
            .profileTasks()
            .create(new TaskDraft(service, "GET:/", null, 15, 0, 10, 5), now.get().toEpochMilli());
    return ((ProfileTasks.Made.Done) made).id();
  }

  private static List<Snapshot> noise(Random random, String task, String segment) {
    List<Snapshot> snapshots = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      List<String> frames = new ArrayList<>();
      for (int d = 0; d < 20; d++) {
        frames.add(Long.toHexString(random.nextLong()) + "." + random.nextLong() + ":1");
      }
      snapshots.add(Snapshots.of(task, segment, i, i, frames));
    }
    return snapshots;
  }

  @Test
  void aFullDiskRefusesAndIsGotOver() throws Exception {
    StoreOptions o = options(directory);
    AtomicReference<Long> usable = new AtomicReference<>(Long.MAX_VALUE);
    try (LuceneTraceStore store =
        LuceneTraceStore.open(
            new StoreOptions(
                directory, o.budgetBytes(), o.partitionSpan(), o.clock(), usable::get))) {
      usable.set(1L << 20);
      assertThat(append(store, Snapshots.many("s", 0, 2, 5)))
          .allMatch(
              outcome ->
                  outcome instanceof Outcome.Refused refused
                      && refused.reason().equals(Refusal.DISK));
      usable.set(Long.MAX_VALUE);
      assertThat(append(store, Snapshots.many("s", 0, 2, 5))).containsOnly(Outcome.STORED);
    }
  }

  @Test
  void aFloodOfDifferentSegmentsIsBoundedInMemory() throws Exception {
    try (LuceneTraceStore store = open()) {
      append(store, Snapshots.many("known", 0, 5, 5));
      SnapshotRules rules = new SnapshotRules(store.partitions().all(), 20_000, 1_000);
      int taken = 0;
      Outcome last = null;
      for (int i = 0; i < 100; i++) {
        last = rules.objection(Snapshots.of(Snapshot.SLOW, "s" + i, 0, 0, List.of()));
        taken += last == null ? 1 : 0;
      }
      assertThat(taken).isBetween(10, 25);
      assertThat(((Outcome.Refused) last).reason()).isEqualTo(SnapshotRefusal.TOO_MANY_SEGMENTS);
      assertThat(rules.objection(Snapshots.of("task", "known", 9, 0, List.of()))).isNull();
    }
  }

  @Test
  void aTaskHasRoomForSoManyInAllItsPartitionsTogether() throws Exception {
    try (LuceneTraceStore store = open()) {
      append(store, Snapshots.many("a", 0, 60, 5));
      nextPartition(1);
      append(store, Snapshots.many("b", 0, 30, 5));
      SnapshotRules rules = new SnapshotRules(store.partitions().all(), 1 << 20, 100);
      List<Outcome> objections = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        objections.add(rules.objection(Snapshots.of("task", "c", i, 0, List.of())));
      }
      assertThat(objections.subList(0, 10)).containsOnlyNulls();
      assertThat(((Outcome.Refused) objections.get(10)).reason())
          .isEqualTo(SnapshotRefusal.TASK_FULL);
      assertThat(rules.objection(Snapshots.of(Snapshot.SLOW, "d", 0, 0, List.of()))).isNull();
    }
  }

  @Test
  void tasksAreThereAgainAndADamagedFileOfThemIsSetAside() throws Exception {
    String id;
    try (LuceneTraceStore store = open()) {
      id = task(store, "shop");
      store.profileTasks().poll("shop", "shop-1", -1, true, 5).noted().get(5, TimeUnit.SECONDS);
    }
    try (LuceneTraceStore store = open()) {
      TaskRecord task = store.profileTasks().find(id);
      assertThat(task.instances())
          .containsExactly(new TaskRecord.Instance("shop-1", 5L, null, true));
    }
    flip(directory.resolve("profile-tasks"), 30);
    try (LuceneTraceStore store = open()) {
      StoreFixture.append(store, numbered(0, 1));
      assertThat(store.profileTasks().list(null, null, 10)).isEmpty();
      task(store, "shop");
      try (Stream<Path> files = Files.list(directory)) {
        assertThat(files.map(file -> file.getFileName().toString()))
            .anyMatch(name -> name.startsWith("damaged-profile-tasks-"));
      }
    }
    try (LuceneTraceStore store = open()) {
      assertThat(store.profileTasks().list(null, null, 10)).hasSize(1);
      assertThat(store.profiles().totals(id)).isEqualTo(SampleTotals.NONE);
    }
  }
}
