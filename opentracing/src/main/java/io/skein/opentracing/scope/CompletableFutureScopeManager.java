package io.skein.opentracing.scope;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The active span flows into the stages of futures made here: each continuation runs with the span
 * that was active when it was attached, whichever thread runs it.
 *
 * <pre>{@code
 * scopes.supplyAsync(() -> find(id))         // the span of this place is active in find,
 *     .thenCompose(order -> price(order))    // in price,
 *     .thenAccept(this::show);               // and in show
 * }</pre>
 *
 * <p>The span belongs to the continuation and is never changed by it: two that run at once each
 * have their own, and what one activates the other does not see. Futures of other origin are taken
 * in by {@link #follow}. Outside of continuations this is a {@link ThreadLocalScopeManager}.
 */
public final class CompletableFutureScopeManager extends StackScopeManager
    implements CarryingScopeManager {
  /** A future to be completed by the caller, whose stages carry. */
  public <T extends @Nullable Object> CompletableFuture<T> future() {
    return new CarryingFuture<>(this);
  }

  /** As {@link CompletableFuture#supplyAsync(Supplier)}; the supplier carries, too. */
  public <T extends @Nullable Object> CompletableFuture<T> supplyAsync(Supplier<T> work) {
    return this.<T>future().completeAsync(work);
  }

  public <T extends @Nullable Object> CompletableFuture<T> supplyAsync(
      Supplier<T> work, Executor executor) {
    return this.<T>future().completeAsync(work, executor);
  }

  /** As {@link CompletableFuture#runAsync(Runnable)}; the work carries, too. */
  public CompletableFuture<@Nullable Void> runAsync(Runnable work) {
    return supplyAsync(() -> done(work));
  }

  public CompletableFuture<@Nullable Void> runAsync(Runnable work, Executor executor) {
    return supplyAsync(() -> done(work), executor);
  }

  private static @Nullable Void done(Runnable work) {
    work.run();
    return null;
  }

  /**
   * A future that is completed with another one, and whose stages carry. Cancelling it does not
   * cancel the other one.
   */
  public <T extends @Nullable Object> CompletableFuture<T> follow(CompletionStage<T> other) {
    CompletableFuture<T> future = future();
    CompletionStage<T> unused =
        other.whenComplete(
            (value, error) -> {
              if (error == null) {
                future.complete(value);
              } else {
                future.completeExceptionally(error);
              }
            });
    return future;
  }
}
