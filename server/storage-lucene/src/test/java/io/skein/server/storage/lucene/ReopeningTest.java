package io.skein.server.storage.lucene;

import static io.skein.server.storage.lucene.StoreFixture.append;
import static io.skein.server.storage.lucene.StoreFixture.assertHolds;
import static io.skein.server.storage.lucene.StoreFixture.assertStored;
import static io.skein.server.storage.lucene.StoreFixture.await;
import static io.skein.server.storage.lucene.StoreFixture.numbered;
import static io.skein.server.storage.lucene.StoreFixture.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skein.server.storage.AgentAccount;
import io.skein.server.storage.Counts;
import io.skein.server.storage.InstanceAccount;
import io.skein.server.storage.InstanceSummary;
import io.skein.server.storage.Outcome;
import io.skein.server.storage.Segments;
import io.skein.server.storage.StorageException;
import io.skein.server.storage.TraceOrder;
import io.skein.server.storage.TraceQuery;
import io.skein.server.storage.TraceSummary;
import io.skein.wire.model.InstanceProperties;
import io.skein.wire.model.KeyValue;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReopeningTest {
  @TempDir Path directory;

  private LuceneTraceStore open() {
    return LuceneTraceStore.open(options(directory));
  }

  private Path partition() {
    return directory.resolve("partitions").resolve("00000001");
  }

  @Test
  void everythingIsThereAgain() throws Exception {
    List<TraceSummary> slowest;
    List<InstanceAccount> accounts;
    List<InstanceSummary> instances;
    try (LuceneTraceStore store = open()) {
      assertStored(store, 0, 500);
      append(store, numbered(0, 10));
      store.refused("shop", "shop-1", "bad", new Counts(1, 2));
      store.properties(
          new InstanceProperties("shop", "shop-1", List.of(new KeyValue("language", "java")), ""),
          9);
      store.account(
          new AgentAccount("shop", "shop-1", "p", new TreeMap<>(Map.of("made.segments", 7L)), 8));
      store.settle();
      slowest = search(store);
      accounts = store.accounts();
      instances = store.instances(null);
    }
    try (LuceneTraceStore store = open()) {
      assertThat(search(store)).isEqualTo(slowest);
      assertThat(store.accounts()).isEqualTo(accounts);
      assertThat(store.instances(null)).isEqualTo(instances);
      assertThat(store.status().kept()).isEqualTo(new Counts(500, 500));
      for (int number = 0; number < 500; number += 50) {
        assertHolds(store, number);
      }
      assertThat(append(store, numbered(0, 500))).containsOnly(Outcome.DUPLICATE);
      assertStored(store, 500, 510);
    }
  }

  private static List<TraceSummary> search(LuceneTraceStore store) {
    return store.search(TraceQuery.builder().order(TraceOrder.SLOWEST).limit(200).build()).traces();
  }

  @Test
  void aPartitionThatWasNotSealedInTimeIsSealedLater() throws Exception {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-03-01T12:00:00Z"));
    StoreOptions o = options(directory);
    StoreOptions options =
        new StoreOptions(directory, o.budgetBytes(), o.partitionSpan(), now::get, o.usableBytes());
    Path ids = partition().resolve("ids");
    try (LuceneTraceStore store = LuceneTraceStore.open(options)) {
      assertStored(store, 0, 300);
      now.set(now.get().plus(o.partitionSpan()));
      await(() -> Files.exists(ids));
    }
    // As a kill leaves it: the partition is committed before the next one begins, and sealed after.
    Files.delete(ids);
    try (LuceneTraceStore store = LuceneTraceStore.open(options)) {
      assertHolds(store, 299);
      assertThat(append(store, numbered(0, 300))).containsOnly(Outcome.DUPLICATE);
      await(() -> Files.exists(ids));
      assertStored(store, 300, 400);
      assertThat(append(store, numbered(0, 400))).containsOnly(Outcome.DUPLICATE);
      assertHolds(store, 0);
      store.settle();
      assertThat(store.status().kept()).isEqualTo(new Counts(400, 400));
    }
  }

  @Test
  void aFormatThatTheMachineHadNoTimeToWriteIsWrittenAgain() throws Exception {
    try (LuceneTraceStore store = open()) {
      assertStored(store, 0, 100);
    }
    Files.write(directory.resolve("format"), new byte[0]);
    for (int i = 0; i < 2; i++) {
      try (LuceneTraceStore store = open()) {
        assertHolds(store, 99);
      }
    }
    assertThat(directory.resolve("format")).hasContent("skein store 1\n");
  }

  @Test
  void aMissingIndexIsMadeAgainFromTheLog() throws Exception {
    try (LuceneTraceStore store = open()) {
      assertStored(store, 0, 300);
    }
    DataDirectory.delete(partition().resolve("index"));
    try (LuceneTraceStore store = open()) {
      assertThat(store.status().kept()).isEqualTo(new Counts(300, 300));
      assertHolds(store, 299);
      assertThat(append(store, numbered(0, 300))).containsOnly(Outcome.DUPLICATE);
    }
  }

  @Test
  void aDamagedIndexIsMadeAgainFromTheLogWhicheverFileIsDamaged() throws Exception {
    try (LuceneTraceStore store = open()) {
      assertStored(store, 0, 300);
    }
    List<String> names;
    try (Stream<Path> files = Files.list(partition().resolve("index"))) {
      names = files.map(file -> file.getFileName().toString()).sorted().toList();
    }
    for (String name : names) {
      Path file = partition().resolve("index").resolve(name);
      if (!Files.exists(file)) {
        continue; // Another commit since.
      }
      Files.write(file, new byte[] {1, 2, 3});
      try (LuceneTraceStore store = open()) {
        assertThat(store.status().kept()).as(name).isEqualTo(new Counts(300, 300));
        assertHolds(store, 0);
      }
    }
  }

  @Test
  void aTornTailOfTheLogIsCutOffAndWritingGoesOn() throws Exception {
    try (LuceneTraceStore store = open()) {
      assertStored(store, 0, 100);
    }
    try (RandomAccessFile log = new RandomAccessFile(partition().resolve("log").toFile(), "rw")) {
      log.seek(log.length());
      log.write(new byte[] {0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 77});
    }
    try (LuceneTraceStore store = open()) {
      assertThat(store.status().kept()).isEqualTo(new Counts(100, 100));
      assertStored(store, 100, 200);
    }
    try (LuceneTraceStore store = open()) {
      assertThat(store.status().kept()).isEqualTo(new Counts(200, 200));
      assertHolds(store, 0);
      assertHolds(store, 199);
    }
  }

  /** Cut anywhere, the log gives what is whole, and the index, which knew more, is made again. */
  @Test
  void aLogThatIsShorterThanItsIndexIsBelieved() throws Exception {
    try (LuceneTraceStore store = open()) {
      for (int number = 0; number < 100; number++) {
        assertStored(store, number, number + 1);
      }
    }
    try (RandomAccessFile log = new RandomAccessFile(partition().resolve("log").toFile(), "rw")) {
      log.setLength(log.length() / 2);
    }
    try (LuceneTraceStore store = open()) {
      long left = store.status().kept().segments();
      assertThat(left).isBetween(30L, 70L);
      assertHolds(store, left - 1);
      assertThat(store.trace("t" + left, 10)).isNull();
      assertStored(store, left, 100);
    }
  }

  @Test
  void aDamagedBlockCostsItsOwnSegmentsOnly() throws Exception {
    try (LuceneTraceStore store = open()) {
      for (int number = 0; number < 50; number++) {
        assertStored(store, number * 100L, number * 100L + 100);
      }
      store.settle();
      long length = Files.size(partition().resolve("log"));
      try (RandomAccessFile log = new RandomAccessFile(partition().resolve("log").toFile(), "rw")) {
        log.seek(length / 2);
        log.write(new byte[64]);
      }
      int readable = 0;
      for (int number = 0; number < 5_000; number += 10) {
        var trace = store.trace("t" + number, 10);
        assertThat(trace).isNotNull();
        if (trace.segments().isEmpty()) {
          assertThat(trace.truncated()).isTrue();
        } else {
          readable++;
        }
      }
      assertThat(readable).isBetween(100, 499);
      // Lists need the index only.
      assertThat(search(store)).hasSize(200);
    }
  }

  @Test
  void aPartitionThatIsNoPartitionIsSetAsideAndTheOthersAreOpened() throws Exception {
    try (LuceneTraceStore store = open()) {
      assertStored(store, 0, 10);
    }
    Path stray = directory.resolve("partitions").resolve("00000002");
    Files.createDirectories(stray);
    Files.writeString(stray.resolve("log"), "this is no log at all");
    try (LuceneTraceStore store = open()) {
      assertHolds(store, 9);
    }
    assertThat(stray).doesNotExist();
    try (Stream<Path> left = Files.list(directory.resolve("partitions"))) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .anyMatch(name -> name.startsWith("damaged-00000002"));
    }
  }

  @Test
  void aPartitionThatWasJustBegunIsOpened() throws Exception {
    open().close();
    Files.delete(partition().resolve("log"));
    DataDirectory.delete(partition().resolve("index"));
    try (LuceneTraceStore store = open()) {
      assertStored(store, 0, 1);
    }
  }

  @Test
  void aDamagedBookLosesNoTraces() throws Exception {
    try (LuceneTraceStore store = open()) {
      assertStored(store, 0, 10);
    }
    Files.write(directory.resolve("book"), new byte[] {9, 9});
    Files.write(directory.resolve("properties"), new byte[] {9, 9, 9, 9, 9});
    try (LuceneTraceStore store = open()) {
      assertThat(store.accounts().stream().mapToLong(account -> account.stored().segments()).sum())
          .isEqualTo(10);
      assertHolds(store, 9);
    }
  }

  @Test
  void aSecondServerIsToldWhoUsesTheDirectory() {
    try (LuceneTraceStore first = open()) {
      assertThat(first.services()).isEmpty();
      assertThatThrownBy(this::open)
          .isInstanceOf(StorageException.class)
          .hasMessageContaining(directory.toString())
          .hasMessageContaining("in use by another server")
          .hasMessageContaining("another data directory");
    }
    open().close();
  }

  @Test
  void aDirectoryOfAnotherFormatIsRefusedUntouched() throws Exception {
    open().close();
    Files.writeString(directory.resolve("format"), "skein store 99\n");
    assertThatThrownBy(this::open)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("skein store 99")
        .hasMessageContaining("skein store 1\"");
    assertThat(partition()).exists();
  }

  @Test
  void aDirectoryThatCannotBeMadeIsNamed() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "");
    assertThatThrownBy(() -> LuceneTraceStore.open(file.resolve("data"), 1 << 30))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("name another one");
  }

  @Test
  void aBudgetTooSmallSaysHowMuchIsNeeded() {
    assertThatThrownBy(() -> LuceneTraceStore.open(directory, 1_000))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("1000 bytes")
        .hasMessageContaining("16 MB");
  }

  @Test
  void closingByAnInterruptedThreadLosesNothing() throws Exception {
    LuceneTraceStore store = open();
    assertStored(store, 0, 10);
    Thread.currentThread().interrupt();
    store.close();
    assertThat(Thread.interrupted()).isTrue();
    try (LuceneTraceStore again = open()) {
      assertHolds(again, 9);
    }
  }

  @Test
  void aQueryByAnInterruptedThreadTakesTheLogFromNobody() throws Exception {
    try (LuceneTraceStore store = open()) {
      assertStored(store, 0, 10);
      store.settle();
      Thread.currentThread().interrupt();
      try {
        store.trace("t1", 10);
      } catch (StorageException e) {
        // Allowed to the one that is interrupted.
      }
      assertThat(Thread.interrupted()).isTrue();
      assertHolds(store, 2);
    }
  }

  @Test
  void longIdsAreDuplicatesAfterReopeningToo() throws Exception {
    String id = "x".repeat(50_000);
    try (LuceneTraceStore store = open()) {
      append(store, List.of(Segments.segment(id, id).received()));
    }
    try (LuceneTraceStore store = open()) {
      assertThat(append(store, List.of(Segments.segment(id, id).received())))
          .containsExactly(Outcome.DUPLICATE);
      assertThat(store.trace(id, 1)).isNotNull();
    }
  }
}
