package io.skein.testing.app;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Where an application under test makes spans of its own. The methods do nothing; the harness's
 * probe plugin is woven into them, in both harnesses alike.
 */
public final class Probe {
  private Probe() {}

  /** Runs the work inside an entry span, as a server would. */
  public static <T> T entry(String operationName, Callable<T> work) throws Exception {
    return work.call();
  }

  /** Runs the work inside a local span. */
  public static <T> T local(String operationName, Callable<T> work) throws Exception {
    return work.call();
  }

  /** Makes a short local span. */
  public static void local(String operationName) throws Exception {
    local(operationName, () -> "");
  }

  /** Makes a short exit span and returns the {@code sw8} header that it would send. */
  public static String exit(String operationName, String peer) {
    return "";
  }

  /** Returns the id of the active trace, or null when there is none (or no agent). */
  public static @Nullable String traceId() {
    return null;
  }

  /** Whether a span is active in this thread. */
  public static boolean active() {
    return traceId() != null;
  }
}
