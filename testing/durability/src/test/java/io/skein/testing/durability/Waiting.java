package io.skein.testing.durability;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

final class Waiting {
  private static final long LIMIT_SECONDS = 60;

  private Waiting() {}

  /** Waits for a condition, and fails when that takes too long. */
  static void until(String what, Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!condition.call()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within " + LIMIT_SECONDS + " s: " + what);
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }
}
