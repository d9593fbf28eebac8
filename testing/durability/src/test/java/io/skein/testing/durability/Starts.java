package io.skein.testing.durability;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.testing.server.Machine;
import io.skein.testing.server.RunningServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How long a server takes from the start of its process until it has opened its store, until it
 * says that it is ready, and until it has answered a request. Of a machine that others use, too,
 * the times are theirs as well; its processor time is its own.
 */
final class Starts {
  private static final Pattern OPENED = Pattern.compile("opened in (\\d+) ms");
  // What a server that was killed may take to open; and its process, with the JVM, in processor
  // time.
  private static final long STORE_MILLIS = 1_000;
  private static final long PROCESSOR_MILLIS = 4_000;

  private final List<Long> storeMillis = new ArrayList<>();
  private final List<Long> readyMillis = new ArrayList<>();
  private final List<Long> answerMillis = new ArrayList<>();
  private final List<Long> processorMillis = new ArrayList<>();

  /** Starts one and returns when it has answered. */
  RunningServer start(Path data, String... options) throws Exception {
    long begin = System.nanoTime();
    RunningServer server = RunningServer.start(data, options);
    try {
      long ready = System.nanoTime();
      Duration processor =
          ProcessHandle.of(server.process().pid())
              .flatMap(process -> process.info().totalCpuDuration())
              .orElse(Duration.ZERO);
      server.get("/api/status");
      long answered = System.nanoTime();
      readyMillis.add((ready - begin) / 1_000_000);
      answerMillis.add((answered - begin) / 1_000_000);
      processorMillis.add(processor.toMillis());
      Waiting.until("it has said how long it opened", () -> opened(server) != null);
      storeMillis.add(Long.valueOf(String.valueOf(opened(server))));
      return server;
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      server.close();
      throw e;
    }
  }

  private static @Nullable String opened(RunningServer server) {
    for (String line : server.process().lines()) {
      Matcher matcher = OPENED.matcher(line);
      if (matcher.find()) {
        return matcher.group(1);
      }
    }
    return null;
  }

  /**
   * Fails when opening is slow, of a crowded machine only when that takes much work: who waits for
   * a processor shows nothing.
   */
  void assertQuick() {
    assertThat(at(processorMillis, 50))
        .as("processor time until ready, half of %s", processorMillis)
        .isLessThan(PROCESSOR_MILLIS);
    if (!Machine.isCrowded()) {
      assertThat(at(storeMillis, 95))
          .as("store opened, 95 %% of %s", storeMillis)
          .isLessThan(STORE_MILLIS);
    }
  }

  /** The half, 95 % and the worst of each. */
  @Override
  public String toString() {
    return "of "
        + storeMillis.size()
        + " starts, milliseconds (half, 95 %, worst): store opened "
        + line(storeMillis)
        + "; process ready "
        + line(readyMillis)
        + "; first answer "
        + line(answerMillis)
        + "; processor time until ready "
        + line(processorMillis);
  }

  private static String line(List<Long> millis) {
    return millis.isEmpty()
        ? "none"
        : String.format(Locale.ROOT, "%d, %d, %d", at(millis, 50), at(millis, 95), at(millis, 100));
  }

  private static long at(List<Long> millis, int percent) {
    List<Long> sorted = new ArrayList<>(millis);
    Collections.sort(sorted);
    return sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100));
  }
}
