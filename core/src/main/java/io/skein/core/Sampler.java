package io.skein.core;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Decides which of the traces that begin here are recorded. A trace that comes in is not asked for:
 * who began it has decided.
 *
 * <p>Called by many threads at once.
 */
@FunctionalInterface
public interface Sampler {
  boolean sample(String operationName);

  /**
   * A trace was continued and recorded without asking; a sampler with a budget takes it into
   * account.
   */
  default void forced() {}

  static Sampler always() {
    return name -> true;
  }

  static Sampler never() {
    return name -> false;
  }

  /** Each trace with this probability, from 0 to 1. */
  static Sampler rate(double probability) {
    if (probability >= 1) {
      return always();
    }
    if (!(probability > 0)) { // also NaN
      return never();
    }
    return name -> ThreadLocalRandom.current().nextDouble() < probability;
  }

  /**
   * At most so many traces in each 3 seconds; SkyWalking's {@code sample_n_per_3_secs}. 0: no
   * limit.
   */
  static Sampler perThreeSeconds(int traces) {
    return perThreeSeconds(traces, () -> System.nanoTime() / 1_000_000);
  }

  /** The same with the clock given; only differences of its milliseconds matter. */
  static Sampler perThreeSeconds(int traces, LongSupplier millis) {
    return traces <= 0 ? always() : new PerThreeSeconds(traces, millis);
  }

  /**
   * Window and count share one number, so that a window begins exactly once: {@code window << 32 |
   * count}.
   *
   * <p>SkyWalking's agent increments with one compare-and-set and takes its failure for "no"; under
   * contention it stays below its rate (T43). Here every asker adds one and looks at what was
   * there.
   */
  final class PerThreeSeconds implements Sampler {
    private static final long WINDOW_MILLIS = 3000;

    private final int traces;
    private final LongSupplier millis;
    private final AtomicLong windowAndCount = new AtomicLong();

    private PerThreeSeconds(int traces, LongSupplier millis) {
      this.traces = traces;
      this.millis = millis;
      windowAndCount.set(window() << 32);
    }

    private long window() {
      return Math.floorDiv(millis.getAsLong(), WINDOW_MILLIS);
    }

    @Override
    public boolean sample(String operationName) {
      long window = window();
      long seen = windowAndCount.get();
      if (window > (seen >> 32)) { // only forward: somebody may come late with an older time
        // Whoever loses this race finds the window begun by another, and counts in it like all
        // others.
        windowAndCount.compareAndSet(seen, window << 32);
      }
      if (((int) windowAndCount.get()) >= traces) {
        return false; // and the count does not run on into the window's bits
      }
      return (int) windowAndCount.getAndIncrement() < traces;
    }

    @Override
    public void forced() {
      sample("");
    }
  }
}
