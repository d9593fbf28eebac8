package io.skein.opentracing;

import java.lang.ref.WeakReference;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;

/** Work in other threads, with a deadline, and what it throws is thrown here. */
public final class Threads {
  private static final long SECONDS = 30;

  private Threads() {}

  public static <T> T inNewThread(Callable<T> work) throws Exception {
    CompletableFuture<T> result = new CompletableFuture<>();
    new Thread(() -> complete(result, work), "test").start();
    return result.get(SECONDS, TimeUnit.SECONDS);
  }

  public static void runInNewThread(Runnable work) throws Exception {
    Object unused =
        inNewThread(
            () -> {
              work.run();
              return null;
            });
  }

  /** Skips the test where there are no virtual threads: the build's floor is Java 17. */
  public static <T> T inVirtualThread(Callable<T> work) throws Exception {
    CompletableFuture<T> result = new CompletableFuture<>();
    Object unused = startVirtual(() -> complete(result, work));
    return result.get(SECONDS, TimeUnit.SECONDS);
  }

  public static Thread startVirtual(Runnable work) throws Exception {
    Assumptions.assumeTrue(Runtime.version().feature() >= 21, "no virtual threads here");
    return (Thread) Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, work);
  }

  private static <T> void complete(CompletableFuture<T> result, Callable<T> work) {
    try {
      result.complete(work.call());
    } catch (Throwable thrown) {
      result.completeExceptionally(thrown);
    }
  }

  public static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("did not come true: " + what);
      }
      Thread.sleep(5);
    }
  }

  /** Nothing holds it any more. */
  public static void awaitCollected(WeakReference<?> reference) throws InterruptedException {
    await(
        "collected",
        () -> {
          System.gc();
          return reference.get() == null;
        });
  }
}
