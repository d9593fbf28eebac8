package io.skein.core.report;

import java.time.Duration;

/**
 * How often the reporter looks and how much it sends at once.
 *
 * @param pause how long it rests between two looks at the queue
 * @param batchBytes how large a batch grows; a single larger segment goes alone
 * @param batchSegments how many segments a batch holds at most
 */
public record ReporterLimits(Duration pause, int batchBytes, int batchSegments) {

  /**
   * Half a second, 1 MiB, 4,096 segments: a trace is under way within half a second of its end, the
   * cost of a stream is paid twice per second at most under ordinary load, and what must be sent
   * again after a failure stays small.
   */
  public static final ReporterLimits DEFAULT =
      new ReporterLimits(Duration.ofMillis(500), 1 << 20, 4096);
}
