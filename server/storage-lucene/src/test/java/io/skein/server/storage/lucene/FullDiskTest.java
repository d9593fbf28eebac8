package io.skein.server.storage.lucene;

import static io.skein.server.storage.lucene.StoreFixture.append;
import static io.skein.server.storage.lucene.StoreFixture.assertHolds;
import static io.skein.server.storage.lucene.StoreFixture.assertStored;
import static io.skein.server.storage.lucene.StoreFixture.await;
import static io.skein.server.storage.lucene.StoreFixture.numbered;
import static io.skein.server.storage.lucene.StoreFixture.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.skein.server.storage.Outcome;
import io.skein.server.storage.TraceQuery;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FullDiskTest {
  @TempDir Path directory;

  @Test
  void withLittleRoomLeftSegmentsAreRefusedWithAReasonUntilThereIsMore() throws Exception {
    AtomicLong usable = new AtomicLong(Long.MAX_VALUE);
    StoreOptions o = options(directory);
    StoreOptions options =
        new StoreOptions(directory, o.budgetBytes(), o.partitionSpan(), o.clock(), usable::get);
    try (LuceneTraceStore store = LuceneTraceStore.open(options)) {
      assertStored(store, 0, 100);
      store.settle();
      usable.set(5 << 20);
      List<Outcome> outcomes = append(store, numbered(90, 200));
      assertThat(outcomes.subList(0, 10)).allMatch(Outcome.DUPLICATE::equals);
      assertThat(outcomes.subList(10, 110))
          .allSatisfy(
              outcome ->
                  assertThat(((Outcome.Refused) outcome).message())
                      .contains(directory.toString())
                      .contains("5 MB left")
                      .contains("make room"));
      assertThat(store.status().trouble()).contains("5 MB left");
      assertThat(store.accounts().stream().mapToLong(a -> a.refused().get("disk").segments()).sum())
          .isEqualTo(100);
      assertHolds(store, 99);

      usable.set(Long.MAX_VALUE);
      assertStored(store, 100, 200);
      assertThat(store.status().trouble()).isNull();
    }
  }

  /**
   * The real thing: a file system of sixteen megabytes, filled to the last byte and emptied again.
   */
  @Test
  void aDiskThatIsReallyFullHarmsNothingAndIsWrittenAgainWhenThereIsRoom() throws Exception {
    Path disk = directory.resolve("disk");
    Files.createDirectories(disk);
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk.toString()),
        "only root may mount a file system to fill");
    try {
      fillAndEmpty(disk);
    } finally {
      assertThat(run("umount", "-l", disk.toString())).isTrue();
    }
  }

  private static void fillAndEmpty(Path disk) throws Exception {
    Path ballast = disk.resolve("ballast");
    StoreOptions options = options(disk.resolve("data"));
    long acknowledged = 0;
    try (LuceneTraceStore store = LuceneTraceStore.open(options)) {
      for (int round = 0; round < 3; round++) {
        assertStored(store, acknowledged, acknowledged + 1_000);
        acknowledged += 1_000;
        store.settle();
        long settled = acknowledged;
        fill(ballast);
        boolean refused = false;
        while (!refused) {
          List<Outcome> outcomes = append(store, numbered(acknowledged, acknowledged + 500));
          if (outcomes.get(0) instanceof Outcome.Refused disks) {
            assertThat(outcomes).hasOnlyElementsOfType(Outcome.Refused.class);
            assertThat(disks.reason()).isEqualTo("disk");
            assertThat(disks.message()).contains("make room");
            refused = true;
          } else {
            assertThat(outcomes).containsOnly(Outcome.STORED);
            acknowledged += 500;
          }
        }
        // What was acknowledged before can be read while the disk is full.
        store.search(TraceQuery.builder().build());
        for (long number = 0; number < settled; number += 101) {
          assertHolds(store, number);
        }

        Files.delete(ballast);
        long next = acknowledged;
        await(() -> isStored(store, next));
        acknowledged += 1;
        long last = acknowledged - 1;
        await(() -> store.trace("t" + last, 10) != null);
        assertThat(store.status().kept().segments()).isEqualTo(acknowledged);
      }
    }
    try (LuceneTraceStore store = LuceneTraceStore.open(options)) {
      assertThat(store.status().kept().segments()).isEqualTo(acknowledged);
      for (long number = 0; number < acknowledged; number += 97) {
        assertHolds(store, number);
      }
    }
  }

  private static boolean isStored(LuceneTraceStore store, long number) {
    try {
      return append(store, numbered(number, number + 1)).equals(List.of(Outcome.STORED));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void fill(Path ballast) {
    try (OutputStream out = Files.newOutputStream(ballast)) {
      byte[] block = new byte[4_096];
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("space");
    }
  }

  private static boolean run(String... command) throws Exception {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      return false;
    }
    return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
  }
}
