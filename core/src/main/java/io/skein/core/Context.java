package io.skein.core;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The stack of open spans of one thread, from the first span to the moment when the stack is empty
 * again: a {@link Segment} that is recorded, a {@link Branch} of one that others work in, too, or
 * an {@link IgnoredContext}.
 *
 * <h2>Who may touch what</h2>
 *
 * The stack belongs to one thread, its <i>owner</i>, and the owner takes no lock. Everybody else
 * who wants to change or end a span (a library that ends it in a callback without having
 * {@linkplain Segment#prepareForAsync prepared} it) leaves a note in {@link #elsewhere}, which the
 * owner works off the next time it starts or ends something. Nothing is lost or torn, and a
 * plugin's mistake does not poison the thread for the requests that follow.
 */
abstract sealed class Context permits Segment, Branch, IgnoredContext {
  /** A caller who never stops changing a span from another thread must not fill the memory. */
  private static final int MAX_NOTES = 1000;

  final Tracer tracer;
  ThreadState home;
  @Nullable StackedSpan top;

  /**
   * key, value, key, value ...; replaced as a whole and never changed, so that it can be shared.
   */
  String[] correlation = Correlation.NONE;

  boolean skipAnalysis;

  /**
   * Written under the lock of this context; a stale null read by the owner is only a later visit.
   */
  private volatile @Nullable List<Runnable> elsewhere;

  Context(Tracer tracer, ThreadState home) {
    this.tracer = tracer;
    this.home = home;
  }

  final boolean isOwner() {
    return home.thread == Thread.currentThread();
  }

  final boolean hasNotes() {
    return elsewhere != null;
  }

  /** To be called under the lock of this context. */
  final void leaveNote(Runnable change) {
    List<Runnable> notes = elsewhere;
    if (notes == null) {
      notes = new ArrayList<>(2);
      notes.add(change);
      elsewhere = notes;
    } else if (notes.size() < MAX_NOTES) {
      notes.add(change);
    } else {
      tracer.counters().lateChange();
    }
  }

  /** Owner only. May end the last span, and with it this context. */
  final void workOffNotes() {
    while (true) {
      List<Runnable> notes;
      synchronized (this) {
        notes = elsewhere;
        elsewhere = null;
      }
      if (notes == null) {
        return;
      }
      for (Runnable note : notes) {
        note.run();
      }
    }
  }

  /** Puts a span that records nothing on the stack: in an ignored context, or beyond the limit. */
  final NoopSpan pushNoop(@Nullable String peer) {
    NoopSpan span = new NoopSpan(this, peer);
    span.below = top;
    top = span;
    return span;
  }

  final void endNoop(NoopSpan span) {
    if (span.detached) {
      if (span.ended) {
        tracer.counters().repeatedEnd();
      }
      span.ended = true;
      return;
    }
    if (!isOwner()) {
      if (home == ThreadState.NOWHERE) {
        tracer.counters().repeatedEnd();
      } else {
        synchronized (this) {
          leaveNote(() -> endNoopHere(span));
        }
      }
      return;
    }
    if (hasNotes()) {
      workOffNotes();
    }
    endNoopHere(span);
  }

  void endNoopHere(NoopSpan span) {
    if (span.ended) {
      tracer.counters().repeatedEnd();
      return;
    }
    popDownTo(span, -1);
    pop(span, -1);
    if (top == null) {
      leaveThread();
    }
  }

  /**
   * Ends what lies above a span. That somebody forgot to end it, or ends in the wrong order, is
   * their mistake and no reason to throw into the application (T06) or to let the stack grow.
   *
   * @param now the time, or -1 where it is not known yet and has to be asked for
   */
  final void popDownTo(StackedSpan span, long now) {
    while (top != span) {
      StackedSpan above = top;
      if (above == null) {
        return; // cannot be: a span that has not ended is on the stack of its context
      }
      tracer.counters().repairedEnd();
      pop(above, now);
    }
  }

  /** Ends everything: somebody leaves a scope with spans open in it. */
  void popAll() {
    while (top != null) {
      tracer.counters().repairedEnd();
      pop(top, -1);
    }
    leaveThread();
  }

  final void leaveThread() {
    ThreadState left = home;
    home = ThreadState.NOWHERE;
    if (left.active == this) {
      left.active = null;
    } else {
      left.closeActivationsIn(this);
    }
    ended(left);
  }

  /** Takes the topmost span off the stack. */
  abstract void pop(StackedSpan span, long now);

  /** The stack is empty, and the thread is free for the next context. */
  abstract void ended(ThreadState left);

  /** What another thread needs to go on from here. */
  abstract Snapshot capture();

  /** The trace's id, or null where nothing is recorded. */
  abstract @Nullable String traceIdText();
}
