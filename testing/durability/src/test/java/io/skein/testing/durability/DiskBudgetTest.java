package io.skein.testing.durability;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.testing.server.RunningServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Twenty times the disk budget is sent; {@code -Dskein.durability.budget-mb=200} by hand. The
 * directory is measured all the time, as {@code du} does and by the lengths of its files.
 */
@Timeout(value = 1_200, unit = TimeUnit.SECONDS)
class DiskBudgetTest {
  // The smallest that the server takes.
  private static final long BUDGET_MB = Long.getLong("skein.durability.budget-mb", 64);
  private static final long BUDGET_BYTES = BUDGET_MB << 20;
  private static final int FACTOR = 20;
  private static final int LOGGED_CHARS = 16_000;

  @TempDir Path directory;

  @Test
  void theDirectoryNeverTakesMoreThanItsBudgetAndTheOldestGoesFirst() throws Exception {
    NumberedSegments segments = new NumberedSegments(5, LOGGED_CHARS);
    Ledger ledger = new Ledger();
    Path data = directory.resolve("data");
    long sentBytes;
    Watch watch = new Watch(data);
    Thread watcher = new Thread(watch, "watcher");
    try (RunningServer server = RunningServer.start(data, "--disk", BUDGET_MB + "MB")) {
      watcher.start();
      try (Senders senders = Senders.start(2, server.collector(), ledger, segments::encoded, 50)) {
        while (senders.bytes() < FACTOR * BUDGET_BYTES && watch.failure() == null) {
          TimeUnit.MILLISECONDS.sleep(50);
        }
        sentBytes = senders.bytes();
      }
      Stored stored = new Stored(server, segments, ledger);
      stored.assertExact();
      stored.assertHas(500, 500, new Random(6));
      stored.assertOldestGone();
    } finally {
      watch.end();
      watcher.join();
    }
    if (watch.failure() != null) {
      throw new AssertionError("the watcher failed", watch.failure());
    }
    System.out.printf(
        "budget %d MB, %d MB sent in %d segments: du was %.1f MB at most, the files %.1f MB (%d"
            + " times measured)%n",
        BUDGET_MB,
        sentBytes >> 20,
        ledger.sent(),
        watch.mostBlocks / 1048576.0,
        watch.mostBytes / 1048576.0,
        watch.samples);
    assertThat(sentBytes).isGreaterThanOrEqualTo(FACTOR * BUDGET_BYTES);
    // Otherwise nothing was tried.
    assertThat(watch.mostBytes).isBetween(BUDGET_BYTES / 2, BUDGET_BYTES);
    assertThat(watch.mostBlocks).isLessThanOrEqualTo(BUDGET_BYTES);
  }

  /** Measures the directory until it is told to end. */
  private static final class Watch implements Runnable {
    private final Path data;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile boolean ended;
    // Read when the thread has ended.
    private long mostBytes;
    private long mostBlocks;
    private long samples;

    Watch(Path data) {
      this.data = data;
    }

    @Override
    public void run() {
      try {
        while (!ended) {
          mostBytes = Math.max(mostBytes, bytes());
          samples++;
          if (samples % 20 == 0) {
            mostBlocks = Math.max(mostBlocks, blocks());
          }
          TimeUnit.MILLISECONDS.sleep(5);
        }
      } catch (IOException | InterruptedException | RuntimeException e) {
        failure.set(e);
      }
    }

    private long bytes() throws IOException {
      long[] sum = {0};
      Files.walkFileTree(
          data,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              sum[0] += attributes.size();
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
              return FileVisitResult.CONTINUE; // gone meanwhile
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException e) {
              return FileVisitResult.CONTINUE; // gone meanwhile
            }
          });
      return sum[0];
    }

    private long blocks() throws IOException, InterruptedException {
      // Files that go meanwhile are complained about; the sum is printed nevertheless.
      Process du =
          new ProcessBuilder("du", "-s", "-B1", data.toString())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String said = new String(du.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      du.waitFor();
      return Long.parseLong(said.substring(0, said.indexOf('\t')));
    }

    @Nullable Throwable failure() {
      return failure.get();
    }

    void end() {
      ended = true;
    }
  }
}
