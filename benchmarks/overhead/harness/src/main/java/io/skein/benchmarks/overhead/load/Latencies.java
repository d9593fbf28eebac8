package io.skein.benchmarks.overhead.load;

/** Counts durations in buckets of at most 3 % width, from microseconds to minutes. */
final class Latencies {
  private static final int STEPS = 32;
  private final long[] buckets = new long[STEPS * 40];
  private long count;

  void record(long nanos) {
    buckets[bucketOf(Math.max(nanos / 1000, 1))]++;
    count++;
  }

  private static int bucketOf(long micros) {
    int exponent = 63 - Long.numberOfLeadingZeros(micros);
    int step = exponent < 5 ? (int) (micros << (5 - exponent)) : (int) (micros >> (exponent - 5));
    return exponent * STEPS + step - STEPS;
  }

  private static double microsOf(int bucket) {
    int exponent = bucket / STEPS;
    return Math.scalb(1 + (bucket % STEPS + 0.5) / STEPS, exponent);
  }

  /** In microseconds; 0 when nothing was recorded. */
  double quantile(double share) {
    long wanted = (long) Math.ceil(share * count);
    long seen = 0;
    for (int bucket = 0; bucket < buckets.length; bucket++) {
      seen += buckets[bucket];
      if (seen >= wanted && seen > 0) {
        return microsOf(bucket);
      }
    }
    return 0;
  }
}
