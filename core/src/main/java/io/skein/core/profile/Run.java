package io.skein.core.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One time of sampling: of a task from its start to its end, or of slow requests without one.
 * Endpoint, times and limits do not change; what does says who changes it.
 */
final class Run {
  private static final long NANOS_PER_MILLI = 1_000_000;

  final String taskId;

  /** Null for slow requests, which may be of any. */
  final @Nullable String endpoint;

  final int periodMillis;
  final long periodNanos;
  final int maxSamples;
  private final int minDurationMillis;
  final long endNanos;

  /** Snapshots that wait in the queue. */
  final AtomicInteger queued = new AtomicInteger();

  /** How many requests have a place; changed under the lock of the slots. */
  volatile int busy;

  /** Whether anything may be watched for it; changed under the lock of the slots. */
  private volatile boolean open = true;

  /** Written by the sampler's thread. */
  private volatile int samples;

  /** How many snapshots were queued; changed under the lock of the slots. */
  private volatile long snapshots;

  // The sampler's thread only.

  private final List<SampledRequest> counted = new ArrayList<>();
  long nextBeatNanos;

  /** Since when all samples are taken and no thread is watched; valid while {@link #isQuiet}. */
  long quietNanos;

  boolean isQuiet;

  private Run(
      String taskId,
      @Nullable String endpoint,
      int minDurationMillis,
      int periodMillis,
      int maxSamples,
      long startNanos,
      long endNanos) {
    this.taskId = taskId;
    this.endpoint = endpoint;
    this.minDurationMillis = minDurationMillis;
    this.periodMillis = periodMillis;
    this.periodNanos = periodMillis * NANOS_PER_MILLI;
    this.maxSamples = maxSamples;
    this.endNanos = endNanos;
    this.nextBeatNanos = startNanos;
  }

  static Run of(ProfileTask task, long startNanos, long endNanos) {
    return new Run(
        task.id(),
        task.endpoint(),
        task.minDurationMillis(),
        task.periodMillis(),
        task.maxSamples(),
        startNanos,
        endNanos);
  }

  static Run ofSlowRequests(int periodMillis, long startNanos) {
    return new Run(
        ThreadSnapshot.SLOW_TASK, null, 0, periodMillis, Integer.MAX_VALUE, startNanos, startNanos);
  }

  boolean isOpen() {
    return open;
  }

  void close() {
    open = false;
  }

  /** Whether requests that are not sampled yet will not be any more. */
  boolean isExhausted() {
    return samples >= maxSamples;
  }

  int samples() {
    return samples;
  }

  /** When a request of this age has its first snapshot taken. */
  long dueNanos(long nowNanos, long ageMillis) {
    return nowNanos + (minDurationMillis - Math.max(0, ageMillis)) * NANOS_PER_MILLI;
  }

  long snapshots() {
    return snapshots;
  }

  /** A snapshot is queued. */
  void queued() {
    queued.incrementAndGet();
    long taken = snapshots + 1; // one writer
    snapshots = taken;
  }

  /** The first snapshot of a request was taken. */
  void count(SampledRequest request) {
    request.counted = true;
    int taken = samples + 1; // one writer
    samples = taken;
    if (endpoint != null) {
      counted.add(request); // at most nine, while slow requests have no end
    }
  }

  /** Whether a request whose threads have all ended may still be gone on with elsewhere. */
  boolean mayGoOn() {
    for (SampledRequest request : counted) {
      if (request.mayGoOn()) {
        return true;
      }
    }
    return false;
  }

  /**
   * How many beats lie between a snapshot and the next of the same segment. One, for a task. A slow
   * request that does not end is looked at ever more seldom: half as often after each hundred
   * snapshots, so that one of ten minutes has a thousand and not sixty thousand.
   */
  int beatsBetween(int sequence) {
    return endpoint != null ? 1 : 1 << Math.min(sequence / 100, 10);
  }

  /**
   * Moves the next beat behind a moment, and returns how many have been passed over. What was
   * missed is not made up for: snapshots in a bunch would say of one moment what belongs to many.
   */
  long skipTo(long nowNanos) {
    long late = nowNanos - nextBeatNanos;
    long missed = late < 0 ? -1 : late / periodNanos;
    nextBeatNanos += (missed + 1) * periodNanos;
    return Math.max(0, missed);
  }
}
