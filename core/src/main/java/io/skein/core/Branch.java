package io.skein.core;

import io.skein.api.Span;
import io.skein.core.profile.ProfiledSegment;
import io.skein.core.profile.Watch;
import org.jspecify.annotations.Nullable;

/**
 * A stack of open spans of one thread in a segment that it has not for itself: see {@link Sharing}.
 *
 * <p>Either the stack with which a segment began, taken over when the segment became shared; then
 * {@link #base} is null, and the branch leaves its thread when it is empty. Or what a thread does
 * while a span is active in it, above that span; then the branch stays, empty or not, until the
 * {@link Activation} is closed. The stack is changed by its owner, under the lock of the segment.
 */
final class Branch extends Context implements ProfiledSegment {
  final Segment segment;

  /** Never popped: it is another's, or nobody's. */
  final @Nullable StackedSpan base;

  /** The segment was reported, unfinished; what lies here was ended by that. */
  boolean cutOff;

  /** Whether it has a place among the open segments; its owner's thread only. */
  boolean listed;

  Branch(Segment segment, ThreadState home, @Nullable StackedSpan base) {
    super(segment.tracer, home);
    this.segment = segment;
    this.base = base;
    this.top = base;
  }

  /**
   * Starts a span on top; one that is not recorded beyond the limit, null when the segment takes no
   * more spans because it was reported.
   */
  @Nullable Span start(SpanType type, String operationName, @Nullable String peer, long now) {
    synchronized (segment) {
      if (segment.isReported()) {
        return null;
      }
      RecordingSpan shared = shareable(type);
      if (shared != null) {
        return type == SpanType.ENTRY ? shared.reuseEntry(operationName) : shared.reuse();
      }
      segment.pushed(this);
      RecordingSpan span = segment.newSpan(type, operationName, now, top, RecordingSpan.SHARED);
      if (span == null) {
        tracer.counters().spanOverLimit();
        return pushNoop(tracer.peer(peer));
      }
      span.peer = tracer.peer(peer);
      top = span;
      return span;
    }
  }

  /** As in a plain segment; but an active span was not started here and is shared with nobody. */
  private @Nullable RecordingSpan shareable(SpanType type) {
    return type != SpanType.LOCAL
            && top != base
            && top instanceof RecordingSpan span
            && span.type == type.number()
            && span.canBeShared()
        ? span
        : null;
  }

  /** Whether a span lies on this stack. */
  boolean holds(StackedSpan span) {
    for (StackedSpan each = top; each != base && each != null; each = each.below) {
      if (each == span) {
        return true;
      }
    }
    return false;
  }

  /** Owner only, without a lock. */
  void end(RecordingSpan span, int level, long millis) {
    if (hasNotes()) {
      workOffNotes();
    }
    synchronized (segment) {
      if (cutOff) {
        tracer.counters().repeatedEnd();
        if (level == 1) {
          forget(span);
        }
      } else if (span.depth < level || !holds(span)) {
        tracer.counters().repeatedEnd();
      } else {
        popDownTo(span, millis);
        if (span.depth > level) {
          tracer.counters().repairedEnd();
        }
        span.depth = (short) (level - 1);
        if (level == 1) {
          pop(span, millis);
        }
      }
    }
    settle();
  }

  @Override
  void endNoopHere(NoopSpan span) {
    synchronized (segment) {
      if (cutOff) {
        tracer.counters().repeatedEnd();
        forget(span);
      } else if (span.ended || !holds(span)) {
        tracer.counters().repeatedEnd();
      } else {
        popDownTo(span, -1);
        pop(span, -1);
      }
    }
    settle();
  }

  /** What follows from an end, without a lock: it concerns the thread and other segments. */
  private void settle() {
    if (top == base && base == null && home != ThreadState.NOWHERE) {
      leaveThread();
    }
    segment.settle();
  }

  /**
   * What lies here was reported long ago; but its ends still tell when the thread is done with it
   * and free for the next request.
   */
  private void forget(StackedSpan span) {
    if (holds(span)) {
      top = span.below;
      if (top == base) {
        segment.forget(this);
      }
    }
  }

  /** Under the lock of the segment. */
  @Override
  void pop(StackedSpan span, long now) {
    top = span.below;
    if (span instanceof RecordingSpan record) {
      segment.close(record, now < 0 ? tracer.now() : now);
    } else {
      ((NoopSpan) span).ended = true;
    }
    segment.popped(this);
  }

  @Override
  void popAll() {
    synchronized (segment) {
      if (cutOff) {
        top = base;
        segment.forget(this);
      }
      while (top != base && top != null) {
        tracer.counters().repairedEnd();
        pop(top, -1);
      }
    }
    settle();
  }

  /** The span this branch is above of is not active in this thread any more. */
  void deactivate() {
    ThreadState left = home;
    home = ThreadState.NOWHERE;
    Profiling.left(this, left);
    popAll();
    segment.deactivated();
  }

  @Override
  void ended(ThreadState left) {
    Profiling.left(this, left);
  }

  // ---- what the profiler reads: the segment, and this thread

  @Override
  public String segmentId() {
    return segment.segmentId();
  }

  @Override
  public String profiledName() {
    return segment.profiledName();
  }

  @Override
  public long profiledSinceMillis() {
    return segment.profiledSinceMillis();
  }

  @Override
  public long profiledUntilMillis() {
    return segment.profiledUntilMillis();
  }

  @Override
  public @Nullable Thread profiledThread() {
    return cutOff ? null : home.thread;
  }

  @Override
  public boolean isWanted() {
    return segment.isWanted();
  }

  @Override
  public Watch watchedBy(Watch offered) {
    return segment.watchedBy(offered);
  }

  @Override
  Snapshot capture() {
    synchronized (segment) {
      return segment.snapshotOf(top);
    }
  }

  @Override
  String traceIdText() {
    return segment.traceIdText();
  }
}
