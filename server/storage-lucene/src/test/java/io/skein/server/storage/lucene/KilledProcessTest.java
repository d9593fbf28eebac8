package io.skein.server.storage.lucene;

import static io.skein.server.storage.lucene.StoreFixture.append;
import static io.skein.server.storage.lucene.StoreFixture.assertHolds;
import static io.skein.server.storage.lucene.StoreFixture.numbered;
import static io.skein.server.storage.lucene.StoreFixture.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.skein.server.storage.Counts;
import io.skein.server.storage.Outcome;
import io.skein.server.storage.profile.SampledSegment;
import io.skein.server.storage.profile.Snapshot;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class KilledProcessTest {
  private static final int KILLS = 10;

  @TempDir Path directory;

  private Path data() {
    return directory.resolve("data");
  }

  @Test
  @Timeout(300)
  void whatWasAcknowledgedSurvivesKillingAtAnyMomentAndNothingIsDoubled() throws Exception {
    Random random = new Random();
    long stored = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      long acknowledged = writeUntilKilled(stored, random.nextInt(1_500));
      try (LuceneTraceStore store = LuceneTraceStore.open(options(data()))) {
        stored = store.status().kept().segments();
        // A batch may have been written, and its answer not been read.
        assertThat(stored).as("kill %s", kill).isGreaterThanOrEqualTo(acknowledged);
        assertThat(store.status().kept()).isEqualTo(new Counts(stored, stored));
        for (long number = Math.max(0, acknowledged - 1_000); number < stored; number++) {
          assertHolds(store, number);
        }
        for (int i = 0; i < 200 && stored > 0; i++) {
          assertHolds(store, random.nextLong(stored));
        }
        assertThat(store.trace("t" + stored, 10)).isNull();
        assertHasSnapshots(store, acknowledged);
        assertThat(append(store, numbered(0, Math.min(stored, 500))))
            .allMatch(Outcome.DUPLICATE::equals);
      }
    }
    assertThat(stored).isGreaterThan(1_000);
  }

  private static void assertHasSnapshots(LuceneTraceStore store, long acknowledged)
      throws Exception {
    for (long segment = 0; segment * 1_000 < acknowledged; segment++) {
      SampledSegment sampled = store.profiles().ofSegment("k" + segment);
      long least = Math.min(1_000, acknowledged - segment * 1_000);
      assertThat(sampled).as("segment k%s of %s", segment, acknowledged).isNotNull();
      assertThat(sampled.snapshots()).isGreaterThanOrEqualTo(least);
      assertThat(sampled.gaps()).isZero();
    }
    List<Snapshot> last = EndlessWriter.snapshots(Math.max(0, acknowledged - 100), acknowledged);
    assertThat(store.profiles().append(last).get(30, TimeUnit.SECONDS))
        .allMatch(Outcome.DUPLICATE::equals);
  }

  private long writeUntilKilled(long from, int millis) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                EndlessWriter.class.getName(),
                data().toString(),
                Long.toString(from))
            .redirectError(ProcessBuilder.Redirect.appendTo(directory.resolve("errors").toFile()))
            .start();
    long acknowledged = from;
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      String line = out.readLine();
      if (line == null) {
        fail(Files.readString(directory.resolve("errors")));
      }
      acknowledged = Long.parseLong(line);
      // Killed by another thread, so that the moment does not depend on what was read.
      Thread killer =
          new Thread(
              () -> {
                try {
                  TimeUnit.MILLISECONDS.sleep(millis);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
                // Through the handle: the other way closes what is being read, too.
                process.toHandle().destroyForcibly();
              });
      killer.start();
      for (line = out.readLine(); line != null; line = out.readLine()) {
        acknowledged = Long.parseLong(line);
      }
      killer.join();
    } finally {
      process.destroyForcibly();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    return acknowledged;
  }
}
