package io.skein.testing.durability;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.testing.server.Child;
import io.skein.testing.server.RunningServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The server, killed with SIGKILL at random moments: while it starts and puts right what the last
 * kill left, while it takes segments, begins and seals partitions and removes old ones, and while
 * it stops. {@code -Dskein.durability.kills=1000} by hand, {@code -Dskein.durability.minutes=30}
 * for as many of them as fit into that; {@code -Dskein.durability.seed} for the moments of an
 * earlier run, as far as the machine allows.
 *
 * <p>Where others use the machine, too, two hundred kills would take long: the test then contents
 * itself with as many as fit into some minutes, and says how many.
 */
class KilledServerTest {
  // 0 when nobody said a number.
  private static final int WANTED = Integer.getInteger("skein.durability.kills", 0);
  private static final int KILLS = WANTED == 0 ? 200 : WANTED;
  private static final int FEWEST = Math.min(KILLS, 20);
  private static final long MINUTES = Long.getLong("skein.durability.minutes", 0);
  private static final long PATIENCE_NANOS =
      MINUTES > 0
          ? TimeUnit.MINUTES.toNanos(MINUTES)
          : WANTED == 0 ? TimeUnit.SECONDS.toNanos(210) : Long.MAX_VALUE;
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
  private final Starts starts = new Starts();
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
        } catch (AssertionError | IOException e) {
          throw new AssertionError("kill " + kills + ", -Dskein.durability.seed=" + seed, e);
        }
      }
      interruptedSeals += unsealed() > 1 ? 1 : 0;
      kills++;
      if (kills % 50 == 0) {
        System.out.printf("%d kills, %d segments acknowledged%n", kills, ledger.acknowledged());
        System.out.println(starts);
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
    System.out.printf(
        "killed %d times: %d while starting, %d while stopping, %d with a partition to be sealed;"
            + " %d segments acknowledged, %d of them removed by retention; none lost, none twice;"
            + " %d s%n%s%n",
        kills,
        whileStarting,
        whileStopping,
        interruptedSeals,
        ledger.acknowledged(),
        removed,
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin),
        starts);
    starts.assertQuick();
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

  private void killWhileLoading() throws Exception {
    try (RunningServer server = starts.start(data(), "--disk", BUDGET)) {
      try {
        killWhileLoading(server);
      } catch (AssertionError | IOException e) {
        // What it was doing, if it has not answered.
        server.process().signal("QUIT");
        TimeUnit.SECONDS.sleep(2);
        System.out.println(String.join("\n", server.process().lines()));
        throw e;
      }
    }
  }

  private void killWhileLoading(RunningServer server) throws Exception {
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
