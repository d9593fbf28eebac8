package io.skein.opentracing.scope;

import io.opentracing.Scope;
import io.opentracing.ScopeManager;
import io.opentracing.Span;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A scope manager that carries the active span into work that runs later or elsewhere.
 *
 * <p>What is carried is what is active when the work is wrapped, not when it runs. While it runs
 * that span is active, or none if there was none; afterwards the thread is as before. Nothing is
 * finished.
 */
public interface CarryingScopeManager extends ScopeManager {
  default Runnable runnable(Runnable work) {
    Span span = activeSpan();
    return () -> {
      try (Scope scope = carryOn(span)) {
        work.run();
      }
    };
  }

  default <T> Callable<T> callable(Callable<T> work) {
    Span span = activeSpan();
    return () -> {
      try (Scope scope = carryOn(span)) {
        return work.call();
      }
    };
  }

  default <T extends @Nullable Object> Supplier<T> supplier(Supplier<T> work) {
    Span span = activeSpan();
    return () -> {
      try (Scope scope = carryOn(span)) {
        return work.get();
      }
    };
  }

  default <T extends @Nullable Object> Consumer<T> consumer(Consumer<T> work) {
    Span span = activeSpan();
    return value -> {
      try (Scope scope = carryOn(span)) {
        work.accept(value);
      }
    };
  }

  default <T extends @Nullable Object, R extends @Nullable Object> Function<T, R> function(
      Function<T, R> work) {
    Span span = activeSpan();
    return value -> {
      try (Scope scope = carryOn(span)) {
        return work.apply(value);
      }
    };
  }

  default <T extends @Nullable Object, U extends @Nullable Object> BiConsumer<T, U> biConsumer(
      BiConsumer<T, U> work) {
    Span span = activeSpan();
    return (first, second) -> {
      try (Scope scope = carryOn(span)) {
        work.accept(first, second);
      }
    };
  }

  default <T extends @Nullable Object, U extends @Nullable Object, R extends @Nullable Object>
      BiFunction<T, U, R> biFunction(BiFunction<T, U, R> work) {
    Span span = activeSpan();
    return (first, second) -> {
      try (Scope scope = carryOn(span)) {
        return work.apply(first, second);
      }
    };
  }

  /** An executor whose tasks run with the span that was active when they were handed over. */
  default Executor executor(Executor executor) {
    return work -> executor.execute(runnable(work));
  }

  /**
   * Goes on for a span that was active elsewhere, until the scope is closed. Where it is active
   * anyway, nothing changes.
   */
  default Scope carryOn(@Nullable Span span) {
    return span == activeSpan() ? () -> {} : activate(span);
  }
}
