package io.skein.core.profile;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A thread that does one step after the other, each when it is told to. */
final class Worker implements AutoCloseable {
  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread made = new Thread(task, "worker");
            made.setDaemon(true);
            return made;
          });
  final Thread thread = call(Thread::currentThread);

  <T> T call(Callable<T> step) {
    try {
      return executor.submit(step).get(30, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  void run(Runnable step) {
    call(Executors.callable(step));
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
