package io.skein.testing.server;

import java.lang.management.ManagementFactory;

/** What else goes on around a test that measures. */
public final class Machine {
  private Machine() {}

  /**
   * Whether so many others want a processor that nobody gets one when it is due: more than two for
   * each. A test that counts what happens in some milliseconds may then expect half of it.
   */
  public static boolean isCrowded() {
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    return load > 2 * Runtime.getRuntime().availableProcessors();
  }

  /** What is to be expected at least of something that takes its time, here and now. */
  public static int atLeast(int undisturbed) {
    return isCrowded() ? undisturbed / 3 : undisturbed;
  }
}
