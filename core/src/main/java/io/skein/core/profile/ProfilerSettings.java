package io.skein.core.profile;

/**
 * What the profiler may take. Immutable.
 *
 * @param active whether tasks are accepted at all
 * @param maxParallel how many requests are sampled at the same time, per task
 * @param maxParts how many segments of one request besides its first (work handed to other threads,
 *     asynchronous continuations) are sampled at the same time; there is no limit to their number
 *     one after the other
 * @param maxDepth frames of a snapshot; of a deeper stack both ends are kept
 * @param queuedSnapshots snapshots that wait to be sent; what comes beyond is dropped and counted
 * @param slow whether requests that take longer than is usual for their endpoint are sampled
 *     without a task
 * @param slowCpuPercent what that may cost, in percent of one core's time
 */
public record ProfilerSettings(
    boolean active,
    int maxParallel,
    int maxParts,
    int maxDepth,
    int queuedSnapshots,
    boolean slow,
    double slowCpuPercent) {

  /** SkyWalking's limits; no sampling without a task. */
  public static final ProfilerSettings DEFAULT =
      new ProfilerSettings(true, 5, 5, 500, 4500, false, 1.0);

  /** Less and a snapshot could not show both ends of a stack. */
  static final int MIN_DEPTH = 8;

  /** Values that make no sense become the nearest that do. */
  public ProfilerSettings {
    maxParallel = Math.min(Math.max(maxParallel, 1), 1000);
    maxParts = Math.min(Math.max(maxParts, 0), 1000);
    maxDepth = Math.min(Math.max(maxDepth, MIN_DEPTH), 10_000);
    queuedSnapshots = Math.min(Math.max(queuedSnapshots, 1), 1_000_000);
    slowCpuPercent = slowCpuPercent >= 0.01 ? Math.min(slowCpuPercent, 100) : 0.01;
  }
}
