package io.skein.wire.grpc;

import io.skein.core.profile.Profiler;
import java.time.Duration;

/**
 * A profiler that takes its orders from the collector.
 *
 * @param profiler what samples; it is not closed here
 * @param interval how often to ask for tasks
 * @param maxMinutes how long a task may be; longer ones are shortened
 * @param slow whether slow requests are to be sampled without a task, where the collector is one of
 *     ours; no other has a place for that
 */
public record Profiling(Profiler profiler, Duration interval, int maxMinutes, boolean slow) {

  /** The interval of SkyWalking's agents. */
  public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(20);

  /** With less the asking would cost more than the sampling. */
  private static final Duration SHORTEST = Duration.ofMillis(100);

  public Profiling {
    interval = interval.compareTo(SHORTEST) < 0 ? SHORTEST : interval;
    maxMinutes = Math.max(1, maxMinutes);
  }
}
