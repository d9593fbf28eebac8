package io.skein.demo.launcher;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The line of counts: rewritten in place on a terminal, else a new line every five seconds. */
final class LiveLine {
  private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** The script knows; since JDK 22 {@code System.console()} no longer tells. */
  private final boolean terminal = Boolean.getBoolean("skein.terminal");

  private final QueryClient queries;
  private final Driver driver;
  private final Set<String> traceIds = new HashSet<>();
  private final long startNanos = System.nanoTime();
  private long lastPrintedNanos = startNanos - PERIOD_NANOS;
  private int width;

  LiveLine(QueryClient queries, Driver driver) {
    this.queries = queries;
    this.driver = driver;
  }

  void print() {
    long nowNanos = System.nanoTime();
    if (!terminal && nowNanos - lastPrintedNanos < PERIOD_NANOS) {
      return;
    }
    lastPrintedNanos = nowNanos;
    String text = text(TimeUnit.NANOSECONDS.toSeconds(nowNanos - startNanos));
    if (terminal) {
      System.out.print("\r" + text + " ".repeat(Math.max(0, width - text.length())));
      System.out.flush();
      width = text.length();
    } else {
      System.out.println(text);
    }
  }

  /** Leaves the last counts standing and goes to the next line. */
  void end() {
    if (terminal) {
      System.out.println();
    }
  }

  private String text(long seconds) {
    StringBuilder line = new StringBuilder();
    line.append(String.format("%4d s  %d requests", seconds, driver.count()));
    try {
      queries.addNewest(traceIds, true);
      Accounting counts = queries.accounting();
      line.append(
          String.format(
              "  %d traces  spans: %d made, %d stored, %d dropped",
              traceIds.size(), counts.made(), counts.stored(), counts.dropped()));
    } catch (IOException unanswered) {
      line.append("  (the server does not answer)");
    }
    return line.toString();
  }
}
