package io.skein.testing.app;

/** Runs in the application's JVM. */
public final class ProbeApp implements ProbeCalls {
  @Override
  public void local(String operationName) {
    try {
      Probe.local(operationName);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public boolean active() {
    return Probe.active();
  }
}
