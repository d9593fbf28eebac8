package io.skein.core.profile;

import java.util.HashMap;
import java.util.Map;

/**
 * How long requests of each endpoint usually take, learnt from those that have ended, and from when
 * on one is slow. Used by the sampler's thread only.
 *
 * <p>For each endpoint there is a histogram of logarithmic buckets, four for each doubling, which
 * forgets: when it has {@link #FULL} entries all are halved, so what counts are the last few
 * hundred requests. A mean and a deviation would be cheaper, but times of requests have long tails,
 * and one timeout of a minute would make everything usual for an hour.
 */
final class UsualTimes {
  /** Names with numbers in them must not fill the memory; those that come later share one. */
  static final int MAX_ENDPOINTS = 512;

  /** Below so many requests nothing is known about an endpoint. */
  static final int FEW = 20;

  /** Slow for every endpoint: a time that somebody who waits notices. */
  static final long SLOW_ANYWAY_MILLIS = 1000;

  /** Below it there is nothing to see at a snapshot each ten milliseconds. */
  static final long NEVER_SLOW_MILLIS = 50;

  private static final int FULL = 512;
  private static final double USUAL = 0.9;
  private static final double SLOWER_BY = 1.5;

  /** Up to 2^22 milliseconds, which is more than an hour. */
  private static final int BUCKETS = 4 * 22;

  private final Map<String, Times> endpoints = new HashMap<>();
  private final Times others = new Times();

  private static final class Times {
    final short[] counts = new short[BUCKETS];
    int total;
    long slowMillis = SLOW_ANYWAY_MILLIS;
  }

  void add(String endpoint, long millis) {
    Times times = endpoints.get(endpoint);
    if (times == null) {
      if (endpoints.size() < MAX_ENDPOINTS) {
        times = new Times();
        endpoints.put(endpoint, times);
      } else {
        times = others;
      }
    }
    times.counts[bucket(millis)]++;
    times.total++;
    if (times.total >= FULL) {
      halve(times);
    }
    if (times.total >= FEW) {
      times.slowMillis = slowMillis(times);
    }
  }

  /** From what age on a request of this endpoint is slow. */
  long slowMillis(String endpoint) {
    Times times = endpoints.get(endpoint);
    if (times == null) {
      times = endpoints.size() < MAX_ENDPOINTS ? null : others;
    }
    return times == null ? SLOW_ANYWAY_MILLIS : times.slowMillis;
  }

  int size() {
    return endpoints.size();
  }

  private static long slowMillis(Times times) {
    long left = (long) Math.ceil(times.total * USUAL);
    int bucket = 0;
    while (bucket < BUCKETS - 1 && (left -= times.counts[bucket]) > 0) {
      bucket++;
    }
    long slow = (long) (upper(bucket) * SLOWER_BY);
    return Math.min(Math.max(slow, NEVER_SLOW_MILLIS), SLOW_ANYWAY_MILLIS);
  }

  private static void halve(Times times) {
    times.total = 0;
    for (int i = 0; i < BUCKETS; i++) {
      times.counts[i] >>= 1;
      times.total += times.counts[i];
    }
  }

  private static int bucket(long millis) {
    double log = Math.log(Math.max(millis, 0) + 1.0) / Math.log(2);
    return (int) Math.min(4 * log, BUCKETS - 1);
  }

  /** The time at which the next bucket begins. */
  private static double upper(int bucket) {
    return Math.pow(2, (bucket + 1) / 4.0) - 1;
  }
}
