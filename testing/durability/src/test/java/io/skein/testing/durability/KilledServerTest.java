package io.skein.testing.durability;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.testing.server.Child;
import io.skein.testing.server.RunningServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The server, killed with SIGKILL at random moments: while it starts and puts right what the last
 * kill left, while it takes segments, begins and seals partitions and removes old ones, and while
 * it stops. {@code -Dskein.durability.kills=1000} by hand; {@code -Dskein.durability.seed} for the
 * moments of an earlier run, as far as the machine allows.
 *
 * <p>Where others use the machine, too, two hundred kills would take long: the test then contents
 * itself with as many as fit into some minutes, and says how many.
 */
class KilledServerTest {
  // 0 when nobody said a number.
  private static final int WANTED = Integer.getInteger("skein.durability.kills", 0);
  private static final int KILLS = WANTED == 0 ? 200 : WANTED;
  private static final int FEWEST = Math.min(KILLS, 20);
  private static final long PATIENCE_NANOS =
      WANTED == 0 ? TimeUnit.SECONDS.toNanos(210) : Long.MAX_VALUE;
  // The smallest there is: a partition is then full after 4 MB, some thousand segments.
  private static final String BUDGET = "64MB";
  private static final int SENDERS = 3;
  private static final int BATCH = 50;
  private static final int LOGGED_CHARS = 1_500;

  @TempDir Path directory;

  private final long seed = Long.getLong("skein.durability.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final NumberedSegments segments = new NumberedSegments(seed, LOGGED_CHARS);
  private final Ledger ledger = new Ledger();
  private final List<Double> readySeconds = new ArrayList<>();
  private long interruptedSeals;
  private long whileStarting;
  private long whileStopping;

  private Path data() {
    return directory.resolve("data");
  }

  @Test
  void whatWasAcknowledgedSurvivesKillNineAndNothingIsDoubled() throws Exception {
    System.out.println("killing the server " + KILLS + " times, -Dskein.durability.seed=" + seed);
    long begin = System.nanoTime();
    int kills = 0;
    while (kills < KILLS && (kills < FEWEST || System.nanoTime() - begin < PATIENCE_NANOS)) {
      if (random.nextInt(4) == 0) {
        killWhileStarting();
      } else {
        try {
          killWhileLoading();
        } catch (AssertionError e) {
          throw new AssertionError("kill " + kills + ", -Dskein.durability.seed=" + seed, e);
        }
      }
      interruptedSeals += unsealed() > 1 ? 1 : 0;
      kills++;
      if (kills % 50 == 0) {
        System.out.printf("%d kills, %d segments acknowledged%n", kills, ledger.acknowledged());
      }
    }
    long removed;
    try (RunningServer server = RunningServer.start(data(), "--disk", BUDGET)) {
      Senders.resend(server.collector(), ledger, segments::encoded);
      Stored stored = new Stored(server, segments, ledger);
      stored.assertExact();
      stored.assertHas(1_000, 2_000, random);
      removed = stored.removed();
    }
    Collections.sort(readySeconds);
    System.out.printf(
        "killed %d times: %d while starting, %d while stopping, %d with a partition to be sealed;"
            + " %d segments acknowledged, %d of them removed by retention; from the start of the"
            + " process to the first answer p50 %.2f s, p95 %.2f s, at most %.2f s%n",
        kills,
        whileStarting,
        whileStopping,
        interruptedSeals,
        ledger.acknowledged(),
        removed,
        readySeconds.get(readySeconds.size() / 2),
        readySeconds.get(readySeconds.size() * 95 / 100),
        readySeconds.get(readySeconds.size() - 1));
    // On an idle machine half a second; how many others a machine has to serve, a test cannot know.
    assertThat(readySeconds.get(readySeconds.size() / 2)).isLessThan(15);
    if (kills >= 200) {
      assertThat(removed).as("retention was at work").isPositive();
      assertThat(interruptedSeals).as("kills before a partition was sealed").isPositive();
    }
  }

  private void killWhileStarting() throws IOException, InterruptedException {
    try (Child server = RunningServer.begin(data(), "--disk", BUDGET)) {
      TimeUnit.MILLISECONDS.sleep(random.nextInt(700));
      server.kill();
      server.exitStatus(30);
      whileStarting++;
    }
  }

  private void killWhileLoading() throws IOException, InterruptedException {
    long begin = System.nanoTime();
    try (RunningServer server = RunningServer.start(data(), "--disk", BUDGET)) {
      server.get("/api/status");
      readySeconds.add((System.nanoTime() - begin) / 1e9);
      assertThat(server.process().lines()).noneMatch(line -> line.contains("damaged-"));

      Stored stored = new Stored(server, segments, ledger);
      assertThat(stored.count()).isBetween((long) ledger.acknowledged(), ledger.sent());
      Senders.resend(server.collector(), ledger, segments::encoded);
      stored.assertExact();
      stored.assertHas(10, 10, random);

      try (Senders senders =
          Senders.start(SENDERS, server.collector(), ledger, segments::encoded, BATCH)) {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(800));
        if (random.nextInt(8) == 0) {
          server.process().terminate();
          TimeUnit.MILLISECONDS.sleep(random.nextInt(400));
          whileStopping++;
        }
        senders.end();
        server.process().kill();
      }
      server.process().exitStatus(30);
    }
  }

  /** Partitions that are not sealed; one is being written to. */
  private long unsealed() throws IOException {
    Path partitions = data().resolve("partitions");
    if (!Files.exists(partitions)) {
      return 0;
    }
    try (Stream<Path> all = Files.list(partitions)) {
      return all.filter(partition -> !Files.exists(partition.resolve("ids"))).count();
    }
  }
}
