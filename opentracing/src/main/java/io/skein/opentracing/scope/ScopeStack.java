package io.skein.opentracing.scope;

import io.opentracing.Scope;
import io.opentracing.Span;
import org.jspecify.annotations.Nullable;

/**
 * Open scopes, the innermost on top. It has no lock: one thread works on it at a time, and {@link
 * #isHere} says whether the caller is it.
 *
 * <h2>Closing in the wrong order</h2>
 *
 * OpenTracing's own manager ignores the {@code close} of a scope that is not on top, and forgets
 * it: close the outer first and the inner then, and the outer's span is active for ever. Here a
 * scope closed too early changes nothing at that moment either, but it is marked, and goes when it
 * comes to the top.
 */
abstract class ScopeStack {
  private @Nullable Entry top;

  /** Whether the calling thread is the one that may change this stack now. */
  abstract boolean isHere();

  /** A scope was opened, by the calling thread. */
  abstract void opened(Entry entry);

  /** The topmost scope was closed, and another one, or nothing, is on top now. */
  abstract void closed(Entry entry);

  /** The last scope was closed: nothing of it should stay behind. */
  abstract void emptied();

  /** What is active when no scope is open. */
  @Nullable Span below() {
    return null;
  }

  final boolean isEmpty() {
    return top == null;
  }

  final @Nullable Span activeSpan() {
    Entry here = top;
    return here == null ? below() : here.span;
  }

  final Scope push(@Nullable Span span) {
    Entry entry = new Entry(this, span, top);
    top = entry;
    opened(entry);
    return entry;
  }

  private void popClosed() {
    while (true) {
      Entry entry = top;
      if (entry == null) {
        emptied();
        return;
      }
      if (!entry.closed) {
        return;
      }
      top = entry.below;
      closed(entry);
    }
  }

  static final class Entry implements Scope {
    private final ScopeStack stack;
    final @Nullable Span span;
    private final @Nullable Entry below;
    private boolean closed;

    /** What the listener wants to be closed with it. */
    @Nullable Scope told;

    private Entry(ScopeStack stack, @Nullable Span span, @Nullable Entry below) {
      this.stack = stack;
      this.span = span;
      this.below = below;
    }

    /** In another thread than the stack's this does nothing, and the right one can still do it. */
    @Override
    public void close() {
      if (closed || !stack.isHere()) {
        return;
      }
      closed = true;
      stack.popClosed();
    }
  }
}
