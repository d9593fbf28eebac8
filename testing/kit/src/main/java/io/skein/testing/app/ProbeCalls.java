package io.skein.testing.app;

/** What the harness itself asks of the application's JVM. */
public interface ProbeCalls {
  void local(String operationName);

  boolean active();
}
