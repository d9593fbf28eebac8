package io.skein.agent.engine;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.SwitchPoint;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One plugin while the agent runs: its failures, and the switch that takes it out of every method
 * it was woven into.
 *
 * <p>Thread-safe. While a plugin is on, its {@link SwitchPoint} costs nothing: the JIT compiler
 * treats it as a constant. Switching off invalidates compiled code once, and every call site of the
 * plugin falls back to doing nothing.
 */
final class PluginState {
  /** So many failures are a plugin that does not fit this application, not a rare case. */
  static final int FAILURES_BEFORE_OFF = 50;

  private final String name;
  private final AgentLog log;
  private final AtomicInteger failures = new AtomicInteger();
  private final SwitchPoint on = new SwitchPoint();
  private final FailureListener listener;

  /** Told of each failure; tests make it a failure of the test. */
  @FunctionalInterface
  interface FailureListener {
    void failed(String plugin, String advice, Throwable failure);
  }

  PluginState(String name, AgentLog log, FailureListener listener) {
    this.name = name;
    this.log = log;
    this.listener = listener;
  }

  String name() {
    return name;
  }

  int failures() {
    return failures.get();
  }

  boolean isOn() {
    return !on.hasBeenInvalidated();
  }

  MethodHandle whileOn(MethodHandle advice, MethodHandle otherwise) {
    return on.guardWithTest(advice, otherwise);
  }

  /** Never throws: it is called in the place of the application's code. */
  void failed(String advice, Throwable failure) {
    try {
      int count = failures.incrementAndGet();
      listener.failed(name, advice, failure);
      if (count == 1) {
        log.warn(
            "plugin "
                + name
                + " failed in "
                + advice
                + "; the application is not affected, further failures are counted",
            failure);
      }
      if (count == FAILURES_BEFORE_OFF) {
        SwitchPoint.invalidateAll(new SwitchPoint[] {on});
        log.warn(
            "plugin "
                + name
                + " failed "
                + count
                + " times and is switched off until the next start; last failure: "
                + failure,
            null);
      }
    } catch (Throwable nothingLeftToDo) {
      // Even logging failed (out of memory, stack overflow): the application still must not see it.
    }
  }
}
