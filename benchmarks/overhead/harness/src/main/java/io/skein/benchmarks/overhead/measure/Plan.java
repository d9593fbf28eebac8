package io.skein.benchmarks.overhead.measure;

import java.time.Duration;
import java.util.List;

/**
 * How long everything takes.
 *
 * @param warmUp at saturation with both kinds of requests, at least
 * @param measured the window of one turn of a load
 * @param turns that each load is measured in a round; turn 0 comes first and is not counted
 * @param connections at saturation
 * @param starts of the service in each round, of which the last one stays
 * @param lowRate requests per second, about a quarter of what the service can do without agent
 * @param highRate about half of it
 */
public record Plan(
    Duration warmUp,
    Duration measured,
    int turns,
    int connections,
    int starts,
    double lowRate,
    double highRate) {
  public static final String WORK = "work, saturated";
  public static final String EMPTY = "empty, saturated";
  public static final String LOW = "work, low rate";
  public static final String HIGH = "work, high rate";
  public static final List<String> LOADS = List.of(WORK, EMPTY, LOW, HIGH);

  static final String WORK_PATH = "/work";
  static final String EMPTY_PATH = "/empty";

  /** Requests per second of a load; 0 for saturation. */
  double rate(String load) {
    return switch (load) {
      case LOW -> lowRate;
      case HIGH -> highRate;
      default -> 0;
    };
  }

  static String path(String load) {
    return load.equals(EMPTY) ? EMPTY_PATH : WORK_PATH;
  }

  public Plan atRatesOf(double saturation) {
    return new Plan(
        warmUp,
        measured,
        turns,
        connections,
        starts,
        rounded(saturation / 4),
        rounded(saturation / 2));
  }

  private static double rounded(double rate) {
    return Math.max(10, Math.rint(rate / 10) * 10);
  }
}
