package io.skein.benchmarks.profile;

import java.util.Random;

/** Work of which it is known how much of the time its parts take. */
final class HotWork {
  private final Random random = new Random(7);
  volatile double sink;
  long hotNanos;
  long coldNanos;

  /**
   * For so many milliseconds: three in ten parts of it in {@link #hot}, in pieces of any length.
   */
  void run(long millis) {
    long end = System.nanoTime() + millis * 1_000_000;
    while (System.nanoTime() < end) {
      int pieces = 200 + random.nextInt(3000);
      long begin = System.nanoTime();
      sink = hot(pieces * 3);
      long between = System.nanoTime();
      sink = cold(pieces * 7);
      hotNanos += between - begin;
      coldNanos += System.nanoTime() - between;
    }
  }

  double share() {
    return (double) hotNanos / (hotNanos + coldNanos);
  }

  private static double hot(int pieces) {
    double value = 0;
    for (int i = 1; i < pieces * 50; i++) {
      value += Math.sqrt(value + i);
    }
    return value;
  }

  private static double cold(int pieces) {
    double value = 0;
    for (int i = 1; i < pieces * 50; i++) {
      value += Math.sqrt(value + i) * 0.5;
    }
    return value;
  }
}
