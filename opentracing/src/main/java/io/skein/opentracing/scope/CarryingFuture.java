package io.skein.opentracing.scope;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A future whose continuations run with the span that was active when they were attached. Every
 * method that attaches one is here, and nothing else; {@link #newIncompleteFuture} makes the stages
 * behind it futures of the same kind.
 */
final class CarryingFuture<T extends @Nullable Object> extends CompletableFuture<T> {
  private final CarryingScopeManager scopes;

  CarryingFuture(CarryingScopeManager scopes) {
    this.scopes = scopes;
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
    return new CarryingFuture<>(scopes);
  }

  @Override
  public CompletableFuture<T> completeAsync(Supplier<? extends T> work) {
    return super.completeAsync(scopes.supplier(work));
  }

  @Override
  public CompletableFuture<T> completeAsync(Supplier<? extends T> work, Executor executor) {
    return super.completeAsync(scopes.supplier(work), executor);
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<U> thenApply(
      Function<? super T, ? extends U> work) {
    return super.thenApply(scopes.function(work));
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<U> thenApplyAsync(
      Function<? super T, ? extends U> work) {
    return super.thenApplyAsync(scopes.function(work));
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<U> thenApplyAsync(
      Function<? super T, ? extends U> work, Executor executor) {
    return super.thenApplyAsync(scopes.function(work), executor);
  }

  @Override
  public CompletableFuture<@Nullable Void> thenAccept(Consumer<? super T> work) {
    return super.thenAccept(scopes.consumer(work));
  }

  @Override
  public CompletableFuture<@Nullable Void> thenAcceptAsync(Consumer<? super T> work) {
    return super.thenAcceptAsync(scopes.consumer(work));
  }

  @Override
  public CompletableFuture<@Nullable Void> thenAcceptAsync(
      Consumer<? super T> work, Executor executor) {
    return super.thenAcceptAsync(scopes.consumer(work), executor);
  }

  @Override
  public CompletableFuture<@Nullable Void> thenRun(Runnable work) {
    return super.thenRun(scopes.runnable(work));
  }

  @Override
  public CompletableFuture<@Nullable Void> thenRunAsync(Runnable work) {
    return super.thenRunAsync(scopes.runnable(work));
  }

  @Override
  public CompletableFuture<@Nullable Void> thenRunAsync(Runnable work, Executor executor) {
    return super.thenRunAsync(scopes.runnable(work), executor);
  }

  @Override
  public <U extends @Nullable Object, V extends @Nullable Object> CompletableFuture<V> thenCombine(
      CompletionStage<? extends U> other, BiFunction<? super T, ? super U, ? extends V> work) {
    return super.thenCombine(other, scopes.biFunction(work));
  }

  @Override
  public <U extends @Nullable Object, V extends @Nullable Object>
      CompletableFuture<V> thenCombineAsync(
          CompletionStage<? extends U> other, BiFunction<? super T, ? super U, ? extends V> work) {
    return super.thenCombineAsync(other, scopes.biFunction(work));
  }

  @Override
  public <U extends @Nullable Object, V extends @Nullable Object>
      CompletableFuture<V> thenCombineAsync(
          CompletionStage<? extends U> other,
          BiFunction<? super T, ? super U, ? extends V> work,
          Executor executor) {
    return super.thenCombineAsync(other, scopes.biFunction(work), executor);
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<@Nullable Void> thenAcceptBoth(
      CompletionStage<? extends U> other, BiConsumer<? super T, ? super U> work) {
    return super.thenAcceptBoth(other, scopes.biConsumer(work));
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<@Nullable Void> thenAcceptBothAsync(
      CompletionStage<? extends U> other, BiConsumer<? super T, ? super U> work) {
    return super.thenAcceptBothAsync(other, scopes.biConsumer(work));
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<@Nullable Void> thenAcceptBothAsync(
      CompletionStage<? extends U> other,
      BiConsumer<? super T, ? super U> work,
      Executor executor) {
    return super.thenAcceptBothAsync(other, scopes.biConsumer(work), executor);
  }

  @Override
  public CompletableFuture<@Nullable Void> runAfterBoth(CompletionStage<?> other, Runnable work) {
    return super.runAfterBoth(other, scopes.runnable(work));
  }

  @Override
  public CompletableFuture<@Nullable Void> runAfterBothAsync(
      CompletionStage<?> other, Runnable work) {
    return super.runAfterBothAsync(other, scopes.runnable(work));
  }

  @Override
  public CompletableFuture<@Nullable Void> runAfterBothAsync(
      CompletionStage<?> other, Runnable work, Executor executor) {
    return super.runAfterBothAsync(other, scopes.runnable(work), executor);
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<U> applyToEither(
      CompletionStage<? extends T> other, Function<? super T, U> work) {
    return super.applyToEither(other, scopes.function(work));
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<U> applyToEitherAsync(
      CompletionStage<? extends T> other, Function<? super T, U> work) {
    return super.applyToEitherAsync(other, scopes.function(work));
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<U> applyToEitherAsync(
      CompletionStage<? extends T> other, Function<? super T, U> work, Executor executor) {
    return super.applyToEitherAsync(other, scopes.function(work), executor);
  }

  @Override
  public CompletableFuture<@Nullable Void> acceptEither(
      CompletionStage<? extends T> other, Consumer<? super T> work) {
    return super.acceptEither(other, scopes.consumer(work));
  }

  @Override
  public CompletableFuture<@Nullable Void> acceptEitherAsync(
      CompletionStage<? extends T> other, Consumer<? super T> work) {
    return super.acceptEitherAsync(other, scopes.consumer(work));
  }

  @Override
  public CompletableFuture<@Nullable Void> acceptEitherAsync(
      CompletionStage<? extends T> other, Consumer<? super T> work, Executor executor) {
    return super.acceptEitherAsync(other, scopes.consumer(work), executor);
  }

  @Override
  public CompletableFuture<@Nullable Void> runAfterEither(CompletionStage<?> other, Runnable work) {
    return super.runAfterEither(other, scopes.runnable(work));
  }

  @Override
  public CompletableFuture<@Nullable Void> runAfterEitherAsync(
      CompletionStage<?> other, Runnable work) {
    return super.runAfterEitherAsync(other, scopes.runnable(work));
  }

  @Override
  public CompletableFuture<@Nullable Void> runAfterEitherAsync(
      CompletionStage<?> other, Runnable work, Executor executor) {
    return super.runAfterEitherAsync(other, scopes.runnable(work), executor);
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<U> thenCompose(
      Function<? super T, ? extends CompletionStage<U>> work) {
    return super.thenCompose(scopes.function(work));
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<U> thenComposeAsync(
      Function<? super T, ? extends CompletionStage<U>> work) {
    return super.thenComposeAsync(scopes.function(work));
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<U> thenComposeAsync(
      Function<? super T, ? extends CompletionStage<U>> work, Executor executor) {
    return super.thenComposeAsync(scopes.function(work), executor);
  }

  @Override
  public CompletableFuture<T> whenComplete(
      BiConsumer<? super T, ? super @Nullable Throwable> work) {
    return super.whenComplete(scopes.biConsumer(work));
  }

  @Override
  public CompletableFuture<T> whenCompleteAsync(
      BiConsumer<? super T, ? super @Nullable Throwable> work) {
    return super.whenCompleteAsync(scopes.biConsumer(work));
  }

  @Override
  public CompletableFuture<T> whenCompleteAsync(
      BiConsumer<? super T, ? super @Nullable Throwable> work, Executor executor) {
    return super.whenCompleteAsync(scopes.biConsumer(work), executor);
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<U> handle(
      BiFunction<? super T, @Nullable Throwable, ? extends U> work) {
    return super.handle(scopes.biFunction(work));
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<U> handleAsync(
      BiFunction<? super T, @Nullable Throwable, ? extends U> work) {
    return super.handleAsync(scopes.biFunction(work));
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<U> handleAsync(
      BiFunction<? super T, @Nullable Throwable, ? extends U> work, Executor executor) {
    return super.handleAsync(scopes.biFunction(work), executor);
  }

  @Override
  public CompletableFuture<T> exceptionally(Function<Throwable, ? extends T> work) {
    return super.exceptionally(scopes.function(work));
  }

  @Override
  public CompletableFuture<T> exceptionallyAsync(Function<Throwable, ? extends T> work) {
    return super.exceptionallyAsync(scopes.function(work));
  }

  @Override
  public CompletableFuture<T> exceptionallyAsync(
      Function<Throwable, ? extends T> work, Executor executor) {
    return super.exceptionallyAsync(scopes.function(work), executor);
  }

  @Override
  public CompletableFuture<T> exceptionallyCompose(
      Function<Throwable, ? extends CompletionStage<T>> work) {
    return super.exceptionallyCompose(scopes.function(work));
  }

  @Override
  public CompletableFuture<T> exceptionallyComposeAsync(
      Function<Throwable, ? extends CompletionStage<T>> work) {
    return super.exceptionallyComposeAsync(scopes.function(work));
  }

  @Override
  public CompletableFuture<T> exceptionallyComposeAsync(
      Function<Throwable, ? extends CompletionStage<T>> work, Executor executor) {
    return super.exceptionallyComposeAsync(scopes.function(work), executor);
  }
}
