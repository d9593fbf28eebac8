package io.skein.core;

import io.skein.api.Span;
import io.skein.core.profile.Profiler;
import io.skein.core.profile.SampledRequest;
import org.jspecify.annotations.Nullable;

/**
 * How spans begin that lie on a thread's stack: on top of what is open there, or as the first of a
 * context, which decides whether it is recorded. {@link DetachedStart} is for those on no stack.
 */
final class StackedStarts {
  private final Tracer tracer;
  private final Headers headers;
  private final Admission admission;

  StackedStarts(Tracer tracer, Headers headers, Admission admission) {
    this.tracer = tracer;
    this.headers = headers;
    this.admission = admission;
  }

  /** See {@link Tracer#startEntry}. */
  Span entry(@Nullable String operationName, @Nullable Incoming incoming) {
    String name = tracer.cutName(operationName);
    ThreadState here = tracer.here();
    Context context = Tracer.active(here);
    if (context == null) {
      return startFirst(here, SpanType.ENTRY, name, null, incoming);
    }
    if (!(context instanceof Segment segment)) {
      return startIn(context, here, SpanType.ENTRY, name, null, incoming);
    }
    RecordingSpan shared = shareable(segment, SpanType.ENTRY);
    Span span;
    RecordingSpan record;
    if (shared != null) {
      span = shared.reuseEntry(name);
      record = shared;
    } else {
      record = segment.push(SpanType.ENTRY, name, tracer.now());
      if (record == null) {
        return overLimit(segment, null);
      }
      span = record;
    }
    if (incoming != null) {
      headers.extract(segment, record, incoming);
    }
    return span;
  }

  /** See {@link Tracer#startLocal}. */
  Span local(@Nullable String operationName) {
    String name = tracer.cutName(operationName);
    ThreadState here = tracer.here();
    Context context = Tracer.active(here);
    if (context == null) {
      return startFirst(here, SpanType.LOCAL, name, null, null);
    }
    if (!(context instanceof Segment segment)) {
      return startIn(context, here, SpanType.LOCAL, name, null, null);
    }
    RecordingSpan span = segment.push(SpanType.LOCAL, name, tracer.now());
    return span == null ? overLimit(segment, null) : span;
  }

  /** See {@link Tracer#startExit}. */
  Span exit(@Nullable String operationName, @Nullable String peer) {
    String name = tracer.cutName(operationName);
    ThreadState here = tracer.here();
    Context context = Tracer.active(here);
    if (context == null) {
      return startFirst(here, SpanType.EXIT, name, peer, null);
    }
    if (!(context instanceof Segment segment)) {
      return startIn(context, here, SpanType.EXIT, name, peer, null);
    }
    RecordingSpan shared = shareable(segment, SpanType.EXIT);
    if (shared != null) {
      return shared.reuse();
    }
    RecordingSpan span = segment.push(SpanType.EXIT, name, tracer.now());
    if (span == null) {
      return overLimit(segment, peer);
    }
    span.peer = tracer.peer(peer);
    return span;
  }

  /** See {@link Tracer#joinExit}. */
  @Nullable Span joinExit() {
    ThreadState here = tracer.hereIfKnown();
    if (here != null && Tracer.active(here) instanceof Segment segment) {
      RecordingSpan shared = shareable(segment, SpanType.EXIT);
      if (shared != null) {
        return shared.reuse();
      }
    }
    return null;
  }

  /** The rarer cases: what is active is not recorded, or a branch of a shared segment. */
  private Span startIn(
      Context context,
      ThreadState here,
      SpanType type,
      String name,
      @Nullable String peer,
      @Nullable Incoming incoming) {
    if (!(context instanceof Branch branch)) {
      return context.pushNoop(peer);
    }
    Span span = branch.start(type, name, peer, tracer.now());
    if (span == null) {
      return startAfter(branch, here, type, name, peer, incoming);
    }
    RecordingSpan record = Tracer.recordOf(span);
    if (record != null && incoming != null) {
      headers.extract(record, incoming);
    }
    return span;
  }

  /** The segment of a branch has been reported: its late children begin one of their own. */
  private Span startAfter(
      Branch branch,
      ThreadState here,
      SpanType type,
      String name,
      @Nullable String peer,
      @Nullable Incoming incoming) {
    Snapshot place = branch.capture();
    here.active = null;
    Snapshot before = here.handedOver;
    here.handedOver = place;
    try {
      return startFirst(here, type, name, peer, incoming);
    } finally {
      if (branch.base == null) {
        here.handedOver = before; // otherwise the span is still active, and its scope restores
      }
    }
  }

  /** The span on top, if it is one that another starter of the same type shares (T01, T03, T04). */
  private static @Nullable RecordingSpan shareable(Segment segment, SpanType type) {
    StackedSpan top = segment.top;
    if (top instanceof RecordingSpan span && span.type == type.number() && span.canBeShared()) {
      return span;
    }
    return null;
  }

  private Span overLimit(Segment segment, @Nullable String peer) {
    tracer.counters().spanOverLimit();
    return segment.pushNoop(peer == null ? null : tracer.peer(peer));
  }

  private Span startFirst(
      ThreadState here,
      SpanType type,
      String name,
      @Nullable String peer,
      @Nullable Incoming incoming) {
    Snapshot handedOver = here.handedOver;
    IgnoredContext ignored = admission.decideToIgnore(here, name, incoming, handedOver);
    if (ignored != null) {
      here.active = ignored;
      return ignored.pushNoop(peer);
    }
    long now = tracer.now();
    SegmentRef ref = null;
    SampledRequest request = null;
    if (incoming != null && incoming.parent != null) {
      ref = incoming.parent.ref;
    } else if (handedOver != null) {
      ref = handedOver.toRef();
      request = handedOver.request;
    }
    Segment segment =
        new Segment(tracer, here, tracer.identity(), ref == null ? null : ref.traceId(), now);
    RecordingSpan span = segment.push(type, name, now);
    if (span == null) { // a span limit of 0
      here.active = segment;
      return overLimit(segment, peer);
    }
    here.active = segment;
    if (peer != null) {
      span.peer = tracer.peer(peer);
    }
    if (ref != null) {
      segment.addRef(span, ref);
      if (incoming != null && incoming.parent != null) {
        headers.adopt(segment, span, incoming);
      } else if (handedOver != null) {
        segment.correlation = handedOver.correlation;
        segment.skipAnalysis = handedOver.skipAnalysis;
      }
    }
    Profiler profiler = tracer.profiler;
    if (profiler != null && profiler.watcher() != null) {
      Profiling.started(segment, here, request);
    }
    return span;
  }
}
