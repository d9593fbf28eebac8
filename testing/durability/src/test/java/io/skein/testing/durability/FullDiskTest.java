package io.skein.testing.durability;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.skein.testing.server.Child;
import io.skein.testing.server.RunningServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The server on a disk that others fill, or that takes nothing any more. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class FullDiskTest {
  private static final long SEED = 3;
  private static final int ROUNDS = 2;

  @TempDir Path directory;

  private final NumberedSegments segments = new NumberedSegments(SEED, 1_000);
  private final Ledger ledger = new Ledger();

  @Test
  void onAFullDiskSegmentsAreRefusedAndAreTakenAgainWhenThereIsRoom() throws Exception {
    Path disk = directory.resolve("disk");
    try (FileSystem system = FileSystem.inMemory(disk, "250m")) {
      Path data = disk.resolve("data");
      try (RunningServer server = RunningServer.start(data, "--disk", "1GB")) {
        try (Senders senders =
            Senders.start(2, server.collector(), ledger, segments::encoded, 50)) {
          for (int round = 1; round <= ROUNDS; round++) {
            fillAndEmpty(server, senders, system, disk.resolve("ballast"), round);
          }
        }
        Senders.resend(server.collector(), ledger, segments::encoded);
        Stored stored = new Stored(server, segments, ledger);
        stored.assertExact();
        stored.assertHas(200, 300, new Random(SEED));
        server.process().kill();
        server.process().exitStatus(30);
      }
      try (RunningServer server = RunningServer.start(data, "--disk", "1GB")) {
        Stored stored = new Stored(server, segments, ledger);
        stored.assertExact();
        stored.assertHas(200, 300, new Random(SEED));
      }
    }
  }

  private void fillAndEmpty(
      RunningServer server, Senders senders, FileSystem system, Path ballast, int round)
      throws Exception {
    awaitAcknowledged(ledger.acknowledged() + 2_000);
    long settled = ledger.acknowledged(ledger.acknowledged() - 2_000);
    segments.assertIs(settled, server.trace(NumberedSegments.traceId(settled), 1));

    system.fill(ballast);
    Status refusal = senders.awaitRefusal();
    assertThat(refusal.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(refusal.getDescription()).contains("make room on the disk");
    assertThat(server.get("/api/status").path("trouble").asText()).isNotEmpty();
    // Agents try again many times meanwhile, and what is stored is there.
    for (int i = 0; i < 10; i++) {
      assertThat(server.get("/api/traces?limit=5").path("traces")).hasSize(5);
      segments.assertIs(settled, server.trace(NumberedSegments.traceId(settled), 1));
      TimeUnit.MILLISECONDS.sleep(100);
    }
    // Once a minute, however often it is the same.
    assertThat(lines(server, "segments are refused until that is over"))
        .isBetween(1L, (long) round);

    int before = ledger.acknowledged();
    Files.delete(ballast);
    awaitAcknowledged(before + 1_000);
    server.await("/api/status", status -> status.path("trouble").isNull());
    assertThat(lines(server, "segments are stored again")).isBetween(1L, (long) round);
  }

  private void awaitAcknowledged(int count) throws Exception {
    Waiting.until(count + " segments are acknowledged", () -> ledger.acknowledged() >= count);
  }

  private static long lines(RunningServer server, String part) {
    return server.process().lines().stream().filter(line -> line.contains(part)).count();
  }

  @Test
  void onAReadOnlyDiskTheServerDoesNotStartAndSaysWhy() throws Exception {
    Path disk = directory.resolve("disk");
    try (FileSystem system = FileSystem.inMemory(disk, "150m")) {
      Path data = disk.resolve("data");
      try (RunningServer server = RunningServer.start(data, "--disk", "64MB")) {
        ledger.answered(ledger.take(500), false);
        Senders.resend(server.collector(), ledger, segments::encoded);
        server.process().terminate();
        assertThat(server.process().exitStatus(30)).isEqualTo(143);
      }
      system.remount("ro");
      try (Child server = RunningServer.begin(data, "--disk", "64MB")) {
        assertThat(server.exitStatus(30)).isEqualTo(1);
        List<String> lines = server.lines();
        assertThat(lines).hasSize(1);
        assertThat(lines.get(0))
            .startsWith("[skein] cannot start: ")
            .contains(data.toString(), "Read-only file system");
      }
      system.remount("rw");
      try (RunningServer server = RunningServer.start(data, "--disk", "64MB")) {
        Stored stored = new Stored(server, segments, ledger);
        stored.assertExact();
        stored.assertHas(500, 0, new Random(SEED));
      }
    }
  }
}
