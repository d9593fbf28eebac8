package io.skein.examples.opentracing;

import io.opentracing.Scope;
import io.opentracing.Span;
import io.opentracing.Tracer;
import io.skein.opentracing.SkeinTracer;
import io.skein.opentracing.scope.CompletableFutureScopeManager;
import io.skein.opentracing.scope.InheritingScopeManager;
import io.skein.opentracing.scope.ReactorScopeManager;
import io.skein.opentracing.scope.TaskScopeManager;
import io.skein.opentracing.scope.ThreadLocalScopeManager;
import io.skein.opentracing.scope.VirtualThreadScopeManager;
import io.skein.sdk.Skein;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import reactor.core.publisher.Mono;

/** Where the active span is kept, and where it flows by itself. */
public final class ScopeManagers {
  private ScopeManagers() {}

  public static void main(String[] args) throws Exception {
    try (Skein skein = Skein.start()) {
      perThread();
      if (Runtime.version().feature() >= 21) {
        perVirtualThread();
        System.out.println("with virtual threads, too");
      }
      continuations();
      reactor();
      perTask();
      inherited();
    }
  }

  /** The default: each thread has its own, platform or virtual, and nothing flows. */
  private static void perThread() throws InterruptedException {
    Tracer tracer = SkeinTracer.builder().scopeManager(new ThreadLocalScopeManager()).build();
    Span span = tracer.buildSpan("per thread").start();
    try (Scope scope = tracer.activateSpan(span)) {
      Thread other =
          new Thread(() -> tracer.buildSpan("other thread, trace of its own").start().finish());
      other.start();
      other.join();
      // A span may go to another thread, which activates it there; the scope may not.
      Thread given =
          new Thread(
              () -> {
                try (Scope there = tracer.activateSpan(span)) {
                  tracer.buildSpan("other thread, given the span").start().finish();
                }
              });
      given.start();
      given.join();
    } finally {
      span.finish();
    }
  }

  /** A virtual thread is a thread: it keeps its span while it waits, on whatever it runs after. */
  private static void perVirtualThread() throws Exception {
    Tracer tracer = SkeinTracer.builder().scopeManager(new VirtualThreadScopeManager()).build();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      String name = "virtual " + i;
      Runnable work =
          () -> {
            Span span = tracer.buildSpan(name).start();
            try (Scope scope = tracer.activateSpan(span)) {
              LockSupport.parkNanos(1_000_000);
              tracer.buildSpan("in " + name).start().finish();
            } finally {
              span.finish();
            }
          };
      // Thread.startVirtualThread(work); reached so that this compiles for 17.
      threads.add(
          (Thread) Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, work));
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static void continuations() {
    CompletableFutureScopeManager manager = new CompletableFutureScopeManager();
    Tracer tracer = SkeinTracer.builder().scopeManager(manager).build();
    Span span = tracer.buildSpan("continuations").start();
    try (Scope scope = tracer.activateSpan(span)) {
      manager
          .supplyAsync(() -> 1)
          .thenApplyAsync(
              number -> {
                tracer.buildSpan("continuation").start().finish();
                return number;
              })
          .join();
    } finally {
      span.finish();
    }
  }

  private static void reactor() {
    ReactorScopeManager manager = new ReactorScopeManager();
    Tracer tracer = SkeinTracer.builder().scopeManager(manager).build();
    try (Scope installed = manager.install()) {
      Span span = tracer.buildSpan("reactor").start();
      try (Scope scope = tracer.activateSpan(span)) {
        Mono.delay(Duration.ofMillis(10))
            .doOnNext(tick -> tracer.buildSpan("after the delay").start().finish())
            .block();
      } finally {
        span.finish();
      }
    }
  }

  /**
   * A task keeps what is active in it, in whichever thread it goes on; outside it is per thread.
   */
  private static void perTask() throws Exception {
    TaskScopeManager manager = new TaskScopeManager();
    Tracer tracer = SkeinTracer.builder().scopeManager(manager).build();
    Object task = new Object();
    Span span = tracer.buildSpan("per task").start();
    Thread first = new Thread(() -> manager.run(task, () -> tracer.activateSpan(span)));
    first.start();
    first.join();
    Thread second =
        new Thread(
            () ->
                manager.run(
                    task, () -> tracer.buildSpan("the task in another thread").start().finish()));
    second.start();
    second.join();
    span.finish();
  }

  private static void inherited() throws InterruptedException {
    InheritingScopeManager manager = new InheritingScopeManager();
    Tracer tracer = SkeinTracer.builder().scopeManager(manager).build();
    Span span = tracer.buildSpan("inherited").start();
    try (Scope scope = tracer.activateSpan(span)) {
      Thread child = new Thread(() -> tracer.buildSpan("in a child thread").start().finish());
      child.start();
      child.join();
      try (Scope alone = manager.detached()) {
        tracer.buildSpan("detached, trace of its own").start().finish();
      }
    } finally {
      span.finish();
    }
  }
}
