package io.skein.core;

import io.skein.api.Span;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One start of a detached span: which segment it comes into, and what it refers to. */
final class DetachedStart {
  private final Tracer tracer;
  private final ThreadState here;
  private final String name;
  private final SpanType type;
  private final long millis;
  private final boolean wanted;

  DetachedStart(
      Tracer tracer, ThreadState here, String name, SpanType type, long millis, boolean wanted) {
    this.tracer = tracer;
    this.here = here;
    this.name = name;
    this.type = type;
    this.millis = millis;
    this.wanted = wanted;
  }

  Span below(@Nullable Collection<? extends @Nullable Object> given) {
    List<Object> parents = places(given);
    Object first = parents.isEmpty() ? null : parents.get(0);
    Span span = null;
    if (first instanceof StackedSpan parent) {
      span = inside(parent);
    }
    if (span == null) {
      span = beginning(first);
    }
    if (span instanceof RecordingSpan record) {
      for (int i = 1; i < parents.size(); i++) {
        refer(record, parents.get(i));
      }
    }
    return span;
  }

  /** What of the given objects is a place in a trace, spans as what they are behind any handle. */
  private List<Object> places(@Nullable Collection<? extends @Nullable Object> given) {
    List<Object> places = new ArrayList<>(2);
    if (given != null) {
      try {
        for (Object each : given) {
          if (places.size() > tracer.refLimit()) {
            tracer.counters().refOverLimit();
            break;
          }
          Object place = each;
          if (each instanceof Span span) {
            RecordingSpan record = Tracer.recordOf(span);
            place = record == null ? each : record;
          }
          if ((place instanceof RecordingSpan record && record.segment.tracer == tracer)
              || (place instanceof NoopSpan noop && noop.context.tracer == tracer)
              || place instanceof Snapshot
              || (place instanceof ExtractedContext extracted && extracted.valid())) {
            places.add(place);
          }
        }
      } catch (RuntimeException | LinkageError e) { // a collection of the application's
        tracer.counters().failure();
      }
    }
    return places;
  }

  /** A span in its parent's segment, or null where it needs one of its own. */
  private @Nullable Span inside(StackedSpan parent) {
    Segment segment = Tracer.segmentOf(parent);
    if (segment == null) {
      // Not recorded; nor is what happens inside.
      return new NoopSpan(((NoopSpan) parent).context, null, true);
    }
    if (segment.isOwner()) {
      segment.share();
    }
    return segment.startDetached(type, name, millis, parent);
  }

  /** A span that begins a segment, below a place elsewhere or of nothing. */
  private Span beginning(@Nullable Object place) {
    Snapshot snapshot = null;
    Incoming incoming = null;
    if (place instanceof ExtractedContext extracted) {
      incoming = extracted.incoming;
    } else if (place instanceof Snapshot captured) {
      snapshot = captured;
    } else if (place instanceof StackedSpan parent) {
      Segment segment = Tracer.segmentOf(parent);
      snapshot = segment == null ? null : segment.snapshotAt(parent);
    }
    IgnoredContext ignored =
        tracer.admission().decideToIgnore(here, name, incoming, snapshot, wanted);
    if (ignored != null) {
      ignored.home = ThreadState.NOWHERE;
      return new NoopSpan(ignored, null, true);
    }
    SegmentRef ref = incoming != null ? incoming.parent.ref : null;
    if (ref == null && snapshot != null) {
      ref = snapshot.toRef();
    }
    Segment segment =
        new Segment(
            tracer, here, tracer.identity(), ref == null ? null : ref.traceId(), tracer.now());
    segment.beginShared();
    if (tracer.profiler != null) {
      Profiling.continues(segment, snapshot == null ? null : snapshot.request);
    }
    Span span = segment.startDetached(type, name, millis, null);
    if (span instanceof RecordingSpan record) {
      if (ref != null) {
        synchronized (segment) {
          segment.addRef(record, ref);
          if (incoming != null) {
            tracer.headers().adopt(segment, record, incoming);
          } else if (snapshot != null) {
            segment.correlation = snapshot.correlation;
            segment.skipAnalysis = snapshot.skipAnalysis;
          }
        }
      }
      tracer.asyncRegistry().add(segment);
      tracer.reportUnfinished(false);
    }
    return span == null ? new NoopSpan(segment, null, true) : span;
  }

  private void refer(RecordingSpan span, Object place) {
    SegmentRef ref = null;
    String[] correlation = Correlation.NONE;
    if (place instanceof ExtractedContext extracted) {
      ref = extracted.ref();
      if (extracted.incoming != null) {
        correlation = extracted.incoming.correlation;
      }
    } else {
      Snapshot snapshot = null;
      if (place instanceof Snapshot captured) {
        snapshot = captured;
      } else if (place instanceof StackedSpan other) {
        Segment segment = Tracer.segmentOf(other);
        snapshot = segment == null ? null : segment.snapshotAt(other);
      }
      if (snapshot != null && snapshot.recorded() && !snapshot.isFrom(span.segment)) {
        ref = snapshot.toRef();
        correlation = snapshot.correlation;
      }
    }
    if (ref != null) {
      synchronized (span.segment) {
        span.segment.addRef(span, ref);
        span.segment.correlation =
            Correlation.merge(span.segment.correlation, correlation, tracer.correlationLimits());
      }
    }
  }
}
