package io.skein.core;

import org.jspecify.annotations.Nullable;

/**
 * Whatever can lie on a thread's stack of open spans. The stack is a linked list through {@link
 * #below}, which at the same time remembers the parent after the span has left the stack.
 */
abstract class StackedSpan {
  @Nullable StackedSpan below;

  /** The nearest span, from this one downwards, that is recorded. */
  static @Nullable RecordingSpan nearestRecord(@Nullable StackedSpan span) {
    StackedSpan candidate = span;
    while (candidate != null && !(candidate instanceof RecordingSpan)) {
      candidate = candidate.below;
    }
    return (RecordingSpan) candidate;
  }
}
