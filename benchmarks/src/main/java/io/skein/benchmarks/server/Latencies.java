package io.skein.benchmarks.server;

import java.util.Arrays;
import java.util.Locale;

/** Times, and what half, 95 and 99 in a hundred of them stay below. Safe for several threads. */
final class Latencies {
  private long[] nanos = new long[1024];
  private int count;

  synchronized void add(long time) {
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * count);
    }
    nanos[count++] = time;
  }

  /** The time that so many in a hundred stay below, in milliseconds. */
  synchronized double millis(int percent) {
    if (count == 0) {
      return Double.NaN;
    }
    Arrays.sort(nanos, 0, count);
    return nanos[Math.min(count - 1, count * percent / 100)] / 1e6;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "p50 %7.2f   p95 %7.2f   p99 %7.2f ms", millis(50), millis(95), millis(99));
  }
}
