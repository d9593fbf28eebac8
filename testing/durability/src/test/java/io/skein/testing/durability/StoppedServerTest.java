package io.skein.testing.durability;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.testing.server.RunningServer;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM while segments come in from agents that go on sending. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class StoppedServerTest {
  private static final int ROUNDS = 3;
  // The server gives itself twenty seconds; what it has to do takes it two or three.
  private static final long BOUND_SECONDS = 22;

  @TempDir Path directory;

  @Test
  void theServerStopsWithinItsBoundAndWhatItAcknowledgedIsThere() throws Exception {
    Random random = new Random(4);
    NumberedSegments segments = new NumberedSegments(4, 500);
    Ledger ledger = new Ledger();
    Path data = directory.resolve("data");
    for (int round = 0; round < ROUNDS; round++) {
      try (RunningServer server = RunningServer.start(data)) {
        Stored stored = new Stored(server, segments, ledger);
        assertThat(stored.count()).isBetween((long) ledger.acknowledged(), ledger.sent());
        Senders.resend(server.collector(), ledger, segments::encoded);
        stored.assertExact();
        stored.assertHas(200, 100, random);
        int before = ledger.acknowledged();
        try (Senders senders =
            Senders.start(3, server.collector(), ledger, segments::encoded, 50)) {
          Waiting.until("segments are taken", () -> ledger.acknowledged() > before + 1_000);
          TimeUnit.MILLISECONDS.sleep(random.nextInt(500));
          long begin = System.nanoTime();
          server.process().terminate();
          assertThat(server.process().exitStatus(BOUND_SECONDS)).isEqualTo(143);
          System.out.printf("stopped under load in %.1f s%n", (System.nanoTime() - begin) / 1e9);
          senders.end();
        }
        assertThat(server.process().lines()).last().isEqualTo("[skein] stopped");
        assertThat(server.process().lines()).noneMatch(line -> line.contains("WARN"));
      }
    }
    try (RunningServer server = RunningServer.start(data)) {
      Stored stored = new Stored(server, segments, ledger);
      assertThat(stored.count()).isBetween((long) ledger.acknowledged(), ledger.sent());
      stored.assertHas(500, 500, random);
    }
  }
}
