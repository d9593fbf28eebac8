package io.skein.plugin.annotations;

import io.skein.api.Span;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Ends a span when a stage is complete. */
final class Completion implements BiConsumer<Object, Throwable> {
  private final TracedMethod method;
  private final Span span;

  private Completion(TracedMethod method, Span span) {
    this.method = method;
    this.span = span;
  }

  /** Ends the span of a method that has returned or thrown, now or when its result is complete. */
  static void end(
      TracedMethod method, Span span, @Nullable Object returned, @Nullable Throwable thrown) {
    if (thrown == null && returned instanceof CompletionStage<?> stage && span.recording()) {
      span.prepareForAsync();
      span.end();
      try {
        stage.whenComplete(new Completion(method, span));
      } catch (Throwable cannotBeWatched) { // a stage of somebody's own
        span.asyncEnd();
      }
      return;
    }
    if (thrown == null && method.wantsReturned()) {
      method.tagReturned(span, returned);
    }
    span.end(thrown);
  }

  @Override
  public void accept(@Nullable Object result, @Nullable Throwable error) {
    if (error == null) {
      method.tagReturned(span, result);
      span.asyncEnd();
    } else {
      // A stage that depends on the one that failed has its error in a wrapper.
      Throwable cause = error instanceof CompletionException ? error.getCause() : null;
      span.asyncEnd(cause == null ? error : cause);
    }
  }
}
