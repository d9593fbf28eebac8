package io.skein.plugin.annotations;

import io.skein.api.Span;
import io.skein.core.Scope;
import io.skein.core.Snapshot;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The span of one subscription to what a traced method has returned.
 *
 * <p>A publisher does nothing until somebody subscribes, and may never be subscribed to (the second
 * choice that was not needed) or several times (a retry). So it is the subscription that is the
 * work: each has a span, from the subscription to its last signal.
 *
 * <p>Signals go two ways. Up to the source, a request or a cancellation, they are part of the work
 * and run in its place of the trace. Down to the subscriber they are the business of whoever
 * subscribed, and run in the place where the subscription was made.
 */
final class Work {
  private static final Scope NOTHING = () -> {};

  private final TracedMethod method;
  private final Span span;
  private final Scope continued;
  private final @Nullable Snapshot outside;
  private final @Nullable Snapshot inside;
  private final Thread subscriber = Thread.currentThread();
  private final AtomicBoolean finished = new AtomicBoolean();
  private boolean subscribing = true; // of the subscriber's thread

  /**
   * @param tags what was known when the method was called
   * @param from the place that the subscriber brought along, if it did
   */
  Work(TracedMethod method, String @Nullable [] tags, @Nullable Snapshot from) {
    this.method = method;
    continued = TracedMethod.TRACER.continueFrom(from);
    outside = TracedMethod.TRACER.capture();
    span = method.start();
    TracedMethod.tag(span, tags);
    span.prepareForAsync();
    inside = TracedMethod.TRACER.capture();
  }

  /** Where in the trace the work is; null when it is nowhere. */
  @Nullable Snapshot place() {
    return inside;
  }

  private boolean isSubscribing() {
    return Thread.currentThread() == subscriber && subscribing;
  }

  /** The call of subscribe is over, or is of no further interest to the work. */
  void leave() {
    if (isSubscribing()) {
      subscribing = false;
      span.end();
      continued.close();
    }
  }

  /** For a signal to the source. */
  Scope up() {
    return isSubscribing() ? NOTHING : TracedMethod.TRACER.continueFrom(inside);
  }

  /** For a signal to the subscriber. */
  Scope down() {
    if (isSubscribing()) {
      return NOTHING;
    }
    return outside != null
        ? TracedMethod.TRACER.continueFrom(outside)
        : TracedMethod.TRACER.capture() == null ? NOTHING : TracedMethod.TRACER.activate(null);
  }

  /** The one value there is. */
  void finishWith(@Nullable Object value) {
    if (finished.compareAndSet(false, true)) {
      method.tagReturned(span, value);
      span.asyncEnd();
    }
  }

  void finish(@Nullable Throwable error) {
    if (finished.compareAndSet(false, true)) {
      if (error == null) {
        method.tagReturned(span, null);
      }
      span.asyncEnd(error);
    }
  }

  /** Nobody wants the rest: no error, but no ordinary end either. */
  void cancel() {
    if (finished.compareAndSet(false, true)) {
      span.log("cancelled");
      span.asyncEnd();
    }
  }
}
