package io.skein.api;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Work that takes the trace of its maker along to the thread that runs it.
 *
 * <p>The place in the trace is captured when the wrapper is made, not when it is handed over or
 * run; a wrapper may run several times and in several threads. It makes no span of its own, unless
 * it is given a name for one: the first span that the work starts refers to the place. Run in the
 * very segment in which it was made, it is a plain call. What the work throws passes through
 * unchanged, and null is null.
 *
 * <p>With an agent most of this is not needed, since it carries the trace through the JDK's
 * executors and futures by itself. It does no harm either: where both have captured a place, the
 * wrapper's counts, because it is nearer to the work, and there is one reference.
 */
public final class Carry {
  private Carry() {}

  // ---- single pieces of work

  public static Runnable runnable(@Nullable Runnable work) {
    return runnable(null, work);
  }

  /** The same as a local span of this name. */
  @SuppressWarnings(
      "NullAway") // null for null, so that the application's own mistake stays its own
  public static Runnable runnable(@Nullable String operationName, @Nullable Runnable work) {
    return work == null ? null : new CarriedRunnable(Tracing.capture(), operationName, work);
  }

  public static <T extends @Nullable Object> Callable<T> callable(@Nullable Callable<T> work) {
    return callable(null, work);
  }

  /** The same as a local span of this name. */
  @SuppressWarnings("NullAway")
  public static <T extends @Nullable Object> Callable<T> callable(
      @Nullable String operationName, @Nullable Callable<T> work) {
    if (work == null) {
      return null;
    }
    Snapshot snapshot = Tracing.capture();
    return () -> within(snapshot, operationName, work::call);
  }

  public static <T extends @Nullable Object> Supplier<T> supplier(@Nullable Supplier<T> work) {
    return supplier(null, work);
  }

  /** The same as a local span of this name. */
  @SuppressWarnings("NullAway")
  public static <T extends @Nullable Object> Supplier<T> supplier(
      @Nullable String operationName, @Nullable Supplier<T> work) {
    if (work == null) {
      return null;
    }
    Snapshot snapshot = Tracing.capture();
    return () -> within(snapshot, operationName, work::get);
  }

  public static <T extends @Nullable Object> Consumer<T> consumer(@Nullable Consumer<T> work) {
    return consumer(null, work);
  }

  /** The same as a local span of this name. */
  @SuppressWarnings("NullAway")
  public static <T extends @Nullable Object> Consumer<T> consumer(
      @Nullable String operationName, @Nullable Consumer<T> work) {
    if (work == null) {
      return null;
    }
    Snapshot snapshot = Tracing.capture();
    return value ->
        within(
            snapshot,
            operationName,
            () -> {
              work.accept(value);
              return null;
            });
  }

  public static <T extends @Nullable Object, U extends @Nullable Object>
      BiConsumer<T, U> biConsumer(@Nullable BiConsumer<T, U> work) {
    return biConsumer(null, work);
  }

  /** The same as a local span of this name. */
  @SuppressWarnings("NullAway")
  public static <T extends @Nullable Object, U extends @Nullable Object>
      BiConsumer<T, U> biConsumer(@Nullable String operationName, @Nullable BiConsumer<T, U> work) {
    if (work == null) {
      return null;
    }
    Snapshot snapshot = Tracing.capture();
    return (first, second) ->
        within(
            snapshot,
            operationName,
            () -> {
              work.accept(first, second);
              return null;
            });
  }

  public static <T extends @Nullable Object, R extends @Nullable Object> Function<T, R> function(
      @Nullable Function<T, R> work) {
    return function(null, work);
  }

  /** The same as a local span of this name. */
  @SuppressWarnings("NullAway")
  public static <T extends @Nullable Object, R extends @Nullable Object> Function<T, R> function(
      @Nullable String operationName, @Nullable Function<T, R> work) {
    if (work == null) {
      return null;
    }
    Snapshot snapshot = Tracing.capture();
    return value -> within(snapshot, operationName, () -> work.apply(value));
  }

  public static <T extends @Nullable Object, U extends @Nullable Object, R extends @Nullable Object>
      BiFunction<T, U, R> biFunction(@Nullable BiFunction<T, U, R> work) {
    return biFunction(null, work);
  }

  /** The same as a local span of this name. */
  @SuppressWarnings("NullAway")
  public static <T extends @Nullable Object, U extends @Nullable Object, R extends @Nullable Object>
      BiFunction<T, U, R> biFunction(
          @Nullable String operationName, @Nullable BiFunction<T, U, R> work) {
    if (work == null) {
      return null;
    }
    Snapshot snapshot = Tracing.capture();
    return (first, second) -> within(snapshot, operationName, () -> work.apply(first, second));
  }

  static <T extends @Nullable Object, E extends Throwable> T within(
      Snapshot snapshot, @Nullable String operationName, SpanBuilder.Computation<T, E> work)
      throws E {
    Scope scope = snapshot.continueTrace();
    try {
      return operationName == null || operationName.isEmpty()
          ? work.call()
          : Tracing.localSpan(operationName).call(work);
    } finally {
      scope.close();
    }
  }

  // ---- executors

  /** An executor whose work takes the trace of whoever hands it in along. */
  @SuppressWarnings("NullAway")
  public static Executor executor(@Nullable Executor executor) {
    return executor == null ? null : work -> executor.execute(runnable(work));
  }

  /**
   * The same for an executor service. {@code shutdownNow} returns the work as it was handed in,
   * where it was handed in by {@code execute}.
   */
  @SuppressWarnings("NullAway")
  public static ExecutorService executorService(@Nullable ExecutorService executor) {
    return executor == null ? null : new CarryingExecutorService(executor);
  }

  /**
   * The same for a scheduled one. Periodic work is not carried: it outlives whatever began it, and
   * a trace that grows for days helps nobody.
   */
  @SuppressWarnings("NullAway")
  public static ScheduledExecutorService scheduledExecutorService(
      @Nullable ScheduledExecutorService executor) {
    return executor == null ? null : new CarryingScheduledExecutorService(executor);
  }

  // ---- futures

  /**
   * {@link CompletableFuture#supplyAsync(Supplier)} in the trace of the caller. Functions for later
   * stages are carried one by one: {@code future.thenApply(Carry.function(this::price))}.
   */
  public static <T extends @Nullable Object> CompletableFuture<T> supplyAsync(Supplier<T> work) {
    return CompletableFuture.supplyAsync(supplier(work));
  }

  public static <T extends @Nullable Object> CompletableFuture<T> supplyAsync(
      Supplier<T> work, Executor executor) {
    return CompletableFuture.supplyAsync(supplier(work), executor);
  }

  public static CompletableFuture<@Nullable Void> runAsync(Runnable work) {
    return CompletableFuture.runAsync(runnable(work));
  }

  public static CompletableFuture<@Nullable Void> runAsync(Runnable work, Executor executor) {
    return CompletableFuture.runAsync(runnable(work), executor);
  }
}
