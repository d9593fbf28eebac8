package io.skein.plugin.executors;

import io.skein.agent.plugin.Tracing;
import io.skein.core.Scope;
import io.skein.core.Snapshot;
import io.skein.core.Tracer;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Functions of the application that run in the trace in which they were given.
 *
 * <p>Each factory returns null when there is nothing to carry: outside of a trace, for what is
 * carried already, and for callbacks of Skein's own plugins, which keep their span themselves.
 *
 * <p>One class for each function type, because {@code Function} and {@code BiFunction} cannot be
 * implemented by one ({@code andThen} returns different types), and no lambda around the call: this
 * is what a developer sees in a stack trace.
 */
abstract class Carried {
  private static final Tracer TRACER = Tracing.tracer();

  private final Snapshot snapshot;

  private Carried(Snapshot snapshot) {
    this.snapshot = snapshot;
  }

  final Scope activate() {
    return TRACER.continueFrom(snapshot);
  }

  private static @Nullable Snapshot capture(@Nullable Object given) {
    if (given == null
        || given instanceof Carried
        || Tasks.isCarriedAlready(given)
        || Tasks.isOfTheHttpClient(given)
        || isOfAPlugin(given)) {
      return null;
    }
    return TRACER.capture();
  }

  /** Callbacks of our own keep their span themselves. */
  private static boolean isOfAPlugin(Object given) {
    ClassLoader loader = given.getClass().getClassLoader();
    return loader != null && "skein-plugin".equals(loader.getName());
  }

  static @Nullable Runnable runnable(@Nullable Runnable given) {
    Snapshot snapshot = capture(given);
    return snapshot == null || given == null ? null : new OfRunnable(snapshot, given);
  }

  static @Nullable Supplier<?> supplier(@Nullable Supplier<?> given) {
    Snapshot snapshot = capture(given);
    return snapshot == null || given == null ? null : new OfSupplier<>(snapshot, given);
  }

  static @Nullable Function<?, ?> function(@Nullable Function<?, ?> given) {
    Snapshot snapshot = capture(given);
    return snapshot == null || given == null ? null : new OfFunction<>(snapshot, given);
  }

  static @Nullable Consumer<?> consumer(@Nullable Consumer<?> given) {
    Snapshot snapshot = capture(given);
    return snapshot == null || given == null ? null : new OfConsumer<>(snapshot, given);
  }

  static @Nullable BiFunction<?, ?, ?> biFunction(@Nullable BiFunction<?, ?, ?> given) {
    Snapshot snapshot = capture(given);
    return snapshot == null || given == null ? null : new OfBiFunction<>(snapshot, given);
  }

  static @Nullable BiConsumer<?, ?> biConsumer(@Nullable BiConsumer<?, ?> given) {
    Snapshot snapshot = capture(given);
    return snapshot == null || given == null ? null : new OfBiConsumer<>(snapshot, given);
  }

  private static final class OfRunnable extends Carried implements Runnable {
    private final Runnable given;

    OfRunnable(Snapshot snapshot, Runnable given) {
      super(snapshot);
      this.given = given;
    }

    @Override
    public void run() {
      Scope scope = activate();
      try {
        given.run();
      } finally {
        scope.close();
      }
    }
  }

  private static final class OfSupplier<T> extends Carried implements Supplier<T> {
    private final Supplier<T> given;

    OfSupplier(Snapshot snapshot, Supplier<T> given) {
      super(snapshot);
      this.given = given;
    }

    @Override
    public T get() {
      Scope scope = activate();
      try {
        return given.get();
      } finally {
        scope.close();
      }
    }
  }

  private static final class OfFunction<T, R> extends Carried implements Function<T, R> {
    private final Function<T, R> given;

    OfFunction(Snapshot snapshot, Function<T, R> given) {
      super(snapshot);
      this.given = given;
    }

    @Override
    public R apply(T value) {
      Scope scope = activate();
      try {
        return given.apply(value);
      } finally {
        scope.close();
      }
    }
  }

  private static final class OfConsumer<T> extends Carried implements Consumer<T> {
    private final Consumer<T> given;

    OfConsumer(Snapshot snapshot, Consumer<T> given) {
      super(snapshot);
      this.given = given;
    }

    @Override
    public void accept(T value) {
      Scope scope = activate();
      try {
        given.accept(value);
      } finally {
        scope.close();
      }
    }
  }

  private static final class OfBiFunction<T, U, R> extends Carried implements BiFunction<T, U, R> {
    private final BiFunction<T, U, R> given;

    OfBiFunction(Snapshot snapshot, BiFunction<T, U, R> given) {
      super(snapshot);
      this.given = given;
    }

    @Override
    public R apply(T first, U second) {
      Scope scope = activate();
      try {
        return given.apply(first, second);
      } finally {
        scope.close();
      }
    }
  }

  private static final class OfBiConsumer<T, U> extends Carried implements BiConsumer<T, U> {
    private final BiConsumer<T, U> given;

    OfBiConsumer(Snapshot snapshot, BiConsumer<T, U> given) {
      super(snapshot);
      this.given = given;
    }

    @Override
    public void accept(T first, U second) {
      Scope scope = activate();
      try {
        given.accept(first, second);
      } finally {
        scope.close();
      }
    }
  }
}
