package io.skein.api;

import org.jspecify.annotations.Nullable;

/** A class of its own, so that what was handed to an executor can be told from its wrapper. */
final class CarriedRunnable implements Runnable {
  private final Snapshot snapshot;
  private final @Nullable String operationName;
  final Runnable work;

  CarriedRunnable(Snapshot snapshot, @Nullable String operationName, Runnable work) {
    this.snapshot = snapshot;
    this.operationName = operationName;
    this.work = work;
  }

  @Override
  public void run() {
    Scope scope = snapshot.continueTrace();
    try {
      if (operationName == null || operationName.isEmpty()) {
        work.run();
      } else {
        Tracing.localSpan(operationName).run(work::run);
      }
    } finally {
      scope.close();
    }
  }

  @Override
  public String toString() {
    return "Carried " + work;
  }
}
