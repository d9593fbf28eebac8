package io.skein.examples.manual;

import io.skein.api.Carry;
import io.skein.api.Span;
import io.skein.api.Tracing;
import io.skein.sdk.Skein;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The trace goes along with work that other threads do. */
public final class AcrossThreads {
  private AcrossThreads() {}

  public static void main(String[] args) throws Exception {
    try (Skein skein = Skein.start()) {
      Runnable work;
      Thread thread;
      try (Span entry = Tracing.entrySpan("request").start()) {
        // The place is captured here, where the wrapper is made, inside of the request: a wrapper
        // made before it, at the method's declaration say, would know of no trace.
        work = Carry.runnable(AcrossThreads::someWork);
        thread = new Thread(work, "worker");
        // Called right here it is a plain call: its span is a child and refers to nobody.
        work.run();
      }
      // The request has ended; what was captured still holds.
      thread.start();
      thread.join();

      ExecutorService plain = Executors.newFixedThreadPool(2);
      ExecutorService pool = Carry.executorService(plain);
      try (Span entry = Tracing.entrySpan("request with a pool").start()) {
        pool.submit(AcrossThreads::someWork).get();
        Carry.supplyAsync(
                () -> {
                  someWork();
                  return 1;
                },
                pool)
            .get();
      }
      plain.shutdown();

      // Work that ends elsewhere: the span lasts until the stage is complete.
      CompletableFuture<String> answer = new CompletableFuture<>();
      CompletableFuture<String> returned =
          Tracing.entrySpan("asynchronous request").stage(() -> answer);
      Thread completing = new Thread(() -> sleepThenComplete(answer));
      completing.start();
      returned.join();
      completing.join();

      if (Runtime.version().feature() >= 21) {
        try (Span entry = Tracing.entrySpan("request with a virtual thread").start()) {
          // Thread.startVirtualThread(Carry.runnable(...)); reached so that this compiles for 17.
          Thread virtual =
              (Thread)
                  Thread.class
                      .getMethod("startVirtualThread", Runnable.class)
                      .invoke(null, Carry.runnable(AcrossThreads::someWork));
          virtual.join();
        }
        System.out.println("with a virtual thread, too");
      }
    }
  }

  private static void sleepThenComplete(CompletableFuture<String> answer) {
    try {
      Thread.sleep(200);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    answer.complete("done");
  }

  private static void someWork() {
    try (Span local = Tracing.localSpan("some work").start()) {
      local.tag("thread", Thread.currentThread().isDaemon() ? "daemon" : "user");
    }
  }
}
