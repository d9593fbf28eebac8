package io.skein.testing.harness;

import io.skein.api.Layer;
import io.skein.core.LogRecord;
import io.skein.core.Segment;
import io.skein.core.SegmentRef;
import io.skein.core.SpanRecord;
import io.skein.core.SpanType;
import io.skein.testing.RecordedSegment;
import io.skein.testing.RecordedSpan;
import io.skein.wire.model.KeyValue;
import io.skein.wire.model.SpanLog;
import io.skein.wire.model.SpanReference;
import io.skein.wire.model.TraceSegment;
import io.skein.wire.model.TraceSpan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Brings what was caught at the tracer and what came over the wire into one form. */
final class Recording {
  private Recording() {}

  static RecordedSegment of(Segment segment) {
    List<RecordedSpan> spans = new ArrayList<>();
    for (int i = 0; i < segment.spanCount(); i++) {
      spans.add(of(segment, segment.span(i)));
    }
    return new RecordedSegment(
        segment.traceId(),
        segment.segmentId(),
        segment.service(),
        segment.instance(),
        segment.sizeLimited(),
        spans);
  }

  private static RecordedSpan of(Segment segment, SpanRecord span) {
    List<Map.Entry<String, String>> tags = new ArrayList<>();
    for (int i = 0; i < span.tagCount(); i++) {
      tags.add(Map.entry(span.tagKey(i), span.tagValue(i)));
    }
    List<RecordedSpan.Ref> refs = new ArrayList<>();
    for (int i = 0; i < span.refCount(); i++) {
      refs.add(of(span.ref(i)));
    }
    List<RecordedSpan.Log> logs = new ArrayList<>();
    for (int i = 0; i < span.logCount(); i++) {
      logs.add(of(span.log(i)));
    }
    String peer = span.peer();
    return new RecordedSpan(
        segment.service(),
        segment.traceId(),
        segment.segmentId(),
        span.id(),
        span.parentId(),
        span.type(),
        span.layer(),
        span.componentId(),
        span.operationName(),
        peer == null ? "" : peer,
        span.startMillis(),
        span.endMillis(),
        span.isError(),
        tags,
        refs,
        logs);
  }

  private static RecordedSpan.Ref of(SegmentRef ref) {
    return new RecordedSpan.Ref(
        ref.refType() == SegmentRef.RefType.CROSS_THREAD
            ? RecordedSpan.Ref.Kind.CROSS_THREAD
            : RecordedSpan.Ref.Kind.CROSS_PROCESS,
        ref.traceId(),
        ref.parentSegmentId(),
        ref.parentSpanId(),
        ref.parentService(),
        ref.parentInstance(),
        ref.parentEndpoint(),
        ref.networkAddress());
  }

  private static RecordedSpan.Log of(LogRecord log) {
    List<Map.Entry<String, String>> fields = new ArrayList<>();
    for (int i = 0; i < log.fieldCount(); i++) {
      fields.add(Map.entry(log.key(i), log.value(i)));
    }
    return new RecordedSpan.Log(log.millis(), fields);
  }

  static RecordedSegment of(TraceSegment segment) {
    return new RecordedSegment(
        segment.traceId(),
        segment.segmentId(),
        segment.service(),
        segment.instance(),
        segment.sizeLimited(),
        segment.spans().stream().map(span -> of(segment, span)).toList());
  }

  private static RecordedSpan of(TraceSegment segment, TraceSpan span) {
    return new RecordedSpan(
        segment.service(),
        segment.traceId(),
        segment.segmentId(),
        span.id(),
        span.parentId(),
        type(span),
        layer(span),
        span.componentId(),
        span.operationName(),
        span.peer(),
        span.startMillis(),
        span.endMillis(),
        span.error(),
        pairs(span.tags()),
        span.refs().stream().map(Recording::of).toList(),
        span.logs().stream().map(Recording::of).toList());
  }

  private static SpanType type(TraceSpan span) {
    for (SpanType each : SpanType.values()) {
      if (each.number() == span.type()) {
        return each;
      }
    }
    throw new AssertionError("a span of no known type: " + span);
  }

  private static Layer layer(TraceSpan span) {
    for (Layer each : Layer.values()) {
      if (each.number() == span.layer()) {
        return each;
      }
    }
    throw new AssertionError("a span of no known layer: " + span);
  }

  private static RecordedSpan.Ref of(SpanReference ref) {
    return new RecordedSpan.Ref(
        ref.type() == SpanReference.CROSS_THREAD
            ? RecordedSpan.Ref.Kind.CROSS_THREAD
            : RecordedSpan.Ref.Kind.CROSS_PROCESS,
        ref.traceId(),
        ref.parentSegmentId(),
        ref.parentSpanId(),
        ref.parentService(),
        ref.parentInstance(),
        ref.parentEndpoint(),
        ref.networkAddress());
  }

  private static RecordedSpan.Log of(SpanLog log) {
    return new RecordedSpan.Log(log.millis(), pairs(log.data()));
  }

  private static List<Map.Entry<String, String>> pairs(List<KeyValue> pairs) {
    List<Map.Entry<String, String>> entries = new ArrayList<>();
    for (KeyValue each : pairs) {
      entries.add(Map.entry(each.key(), each.value()));
    }
    return entries;
  }
}
