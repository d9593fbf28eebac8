package io.skein.plugin.executors;

import io.skein.agent.plugin.Tracing;
import io.skein.agent.plugin.WeakIdentityMap;
import io.skein.core.Scope;
import io.skein.core.Snapshot;
import io.skein.core.Tracer;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that wait somewhere, each with the place in the trace it was handed over at.
 *
 * <p>This runs inside the JDK's executors, in any thread and from the first moments of the process.
 * So it uses no executor, no logging, no lambda, and blocks on nothing.
 *
 * <p>The same object may be handed in several times; then its snapshots are taken in the order in
 * which they were added, which is the order of the usual queues. Where a queue runs such an object
 * in another order, or some of the hand-ins happened outside of any trace, a run may continue a
 * neighbour's trace. It is the price of not wrapping, and such tasks are rare.
 */
final class Tasks {
  /**
   * Far above what waits in the queues of a healthy application, and about 8 MB when it is reached;
   * work beyond it runs without its trace.
   */
  private static final int LIMIT = 100_000;

  private static final Tracer TRACER = Tracing.tracer();

  /** Null where the application's runtime image has no such module. */
  private static final @Nullable Module HTTP_CLIENT =
      ModuleLayer.boot().findModule("java.net.http").orElse(null);

  private static final WeakIdentityMap<Object, Snapshot> WAITING = new WeakIdentityMap<>(LIMIT);

  private Tasks() {}

  static void handOver(@Nullable Object task) {
    if (task == null || isCarriedAlready(task) || isOfTheHttpClient(task)) {
      return;
    }
    Snapshot snapshot = TRACER.capture();
    if (snapshot != null) {
      WAITING.add(task, snapshot);
    }
  }

  static @Nullable Scope resume(Object task) {
    if (WAITING.isEmpty()) {
      return null; // no identity hash is made for tasks that trace nothing
    }
    Snapshot snapshot = WAITING.take(task);
    return snapshot == null ? null : TRACER.continueFrom(snapshot);
  }

  static void withdrawOldest(@Nullable Object task) {
    if (task != null) {
      WAITING.take(task);
    }
  }

  static void withdrawNewest(@Nullable Object task) {
    if (task != null) {
      WAITING.takeNewest(task);
    }
  }

  /** What a CompletableFuture puts into a pool: the function inside was replaced by a carrier. */
  static boolean isCarriedAlready(Object task) {
    return task instanceof CompletableFuture.AsynchronousCompletionTask;
  }

  /**
   * The JDK's HTTP client sends a request through some thirty futures and tasks of its own, none of
   * which begins a span. What the application hangs on the future that it gets is its own.
   */
  static boolean isOfTheHttpClient(Object given) {
    return HTTP_CLIENT != null && given.getClass().getModule() == HTTP_CLIENT;
  }

  /** A pool's worker in a virtual thread: it lives for the pool, not for one task. */
  static boolean isWorker(@Nullable Object task) {
    return task != null
        && task.getClass().getName().equals("java.util.concurrent.ThreadPoolExecutor$Worker");
  }
}
