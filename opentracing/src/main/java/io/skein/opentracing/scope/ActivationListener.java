package io.skein.opentracing.scope;

import io.opentracing.Scope;
import io.opentracing.Span;
import org.jspecify.annotations.Nullable;

/** Learns for which span the calling thread works. */
@FunctionalInterface
public interface ActivationListener {
  /**
   * The calling thread begins to work for a span, or explicitly for none.
   *
   * @return what the manager closes in the same thread when that is over; calls nest like scopes
   */
  Scope activated(@Nullable Span span);
}
