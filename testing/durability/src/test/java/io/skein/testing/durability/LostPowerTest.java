package io.skein.testing.durability;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.skein.testing.server.Reporting;
import io.skein.testing.server.RunningServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The server's disk becomes read-only under it, and forgets what had not been forced to it: what an
 * ext4 does after an error, and, as far as the disk's content goes, what a power cut does.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class LostPowerTest {
  private static final int ROUNDS = Integer.getInteger("skein.durability.power-cuts", 2);
  private static final long IMAGE_BYTES = 400L << 20;
  private static final long PROMISED_NANOS = TimeUnit.SECONDS.toNanos(1);

  @TempDir Path directory;

  @Test
  void atMostTheLastSecondIsLostWithThePower() throws Exception {
    long seed = Long.getLong("skein.durability.seed", System.nanoTime());
    System.out.println("cutting the power, -Dskein.durability.seed=" + seed);
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      Path image = directory.resolve("image-" + round);
      cutPower(image, directory.resolve("disk-" + round), random);
      Files.delete(image);
    }
  }

  private static void cutPower(Path image, Path disk, Random random) throws Exception {
    NumberedSegments segments = new NumberedSegments(random.nextLong(), 1_500);
    Ledger ledger = new Ledger();
    Path data = disk.resolve("data");
    long cutNanos;
    int acknowledged;
    try (FileSystem system = FileSystem.ext4(image, disk, IMAGE_BYTES);
        RunningServer server = RunningServer.start(data, "--disk", "64MB")) {
      try (Senders senders = Senders.start(2, server.collector(), ledger, segments::encoded, 50)) {
        Waiting.until("segments are taken", () -> ledger.acknowledged() > 0);
        TimeUnit.MILLISECONDS.sleep(1_500 + random.nextInt(2_000));
        cutNanos = System.nanoTime();
        system.fail();
        assertRefuses(server, senders);
      }
      acknowledged = ledger.acknowledged();
      server.process().kill();
      server.process().exitStatus(30);
    }
    int promised = ledger.acknowledgedBefore(cutNanos - PROMISED_NANOS);
    try (FileSystem system = FileSystem.ext4(image, disk, IMAGE_BYTES);
        RunningServer server = RunningServer.start(data, "--disk", "64MB")) {
      Stored stored = new Stored(server, segments, ledger);
      long count = stored.count();
      System.out.printf(
          "the power was cut after %d acknowledged segments, %d of them a second before or"
              + " earlier; %d are there%n",
          acknowledged, promised, count);
      assertThat(promised).isPositive();
      assertThat(count).isGreaterThanOrEqualTo(promised);
      stored.assertHasAll(Math.max(0, promised - 300), promised);
      stored.assertHasAll(0, Math.min(promised, 300));
      // What was lost is taken as new, what was not is known.
      try (Reporting again = new Reporting(server.collector())) {
        List<byte[]> tail = new ArrayList<>();
        for (int i = promised; i < acknowledged; i++) {
          tail.add(segments.encoded(ledger.acknowledged(i)));
        }
        assertThat(again.collect(tail, 60).get().isOk()).isTrue();
      }
      stored.assertHasAll(promised, acknowledged);
    }
  }

  private static void assertRefuses(RunningServer server, Senders senders) throws Exception {
    assertThat(senders.awaitRefusal().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(server.get("/api/status").path("trouble").asText()).contains("Read-only");
    assertThat(server.process().lines().stream())
        .filteredOn(line -> line.contains("segments are refused until that is over"))
        .hasSize(1);
  }
}
