package io.skein.server.query;

import io.skein.server.storage.StoredTrace.StoredSegment;
import io.skein.server.storage.TraceReading;
import io.skein.server.storage.TraceSummary;
import io.skein.wire.model.KeyValue;
import io.skein.wire.model.SpanLog;
import io.skein.wire.model.SpanReference;
import io.skein.wire.model.TraceSegment;
import io.skein.wire.model.TraceSpan;
import java.io.IOException;

/** How a trace looks in JSON: in a list, and whole. */
final class TraceJson {
  private TraceJson() {}

  static void summary(Json json, TraceSummary trace) throws IOException {
    json.text("traceId", trace.traceId());
    json.number("startMillis", trace.startMillis());
    json.number("durationMillis", trace.durationMillis());
    json.text("service", trace.service());
    json.text("endpoint", trace.endpoint());
    json.text("instance", trace.instance());
    json.flag("error", trace.error());
    json.number("spans", trace.spans());
    json.number("segments", trace.segments());
    json.objects(
        "services",
        trace.services(),
        service -> {
          json.text("name", service.name());
          json.number("spans", service.spans());
        });
  }

  static void whole(Json json, TraceReading trace) throws IOException {
    json.text("traceId", trace.traceId());
    json.number("startMillis", trace.startMillis());
    json.number("durationMillis", trace.durationMillis());
    json.number("storedSegments", trace.stored().segments());
    json.number("storedSpans", trace.stored().spans());
    json.array(
        "segments",
        () -> {
          for (StoredSegment next = trace.next(); next != null; next = trace.next()) {
            StoredSegment stored = next;
            json.object(() -> segment(json, stored));
          }
        });
    json.flag("truncated", trace.truncated());
  }

  private static void segment(Json json, StoredSegment stored) throws IOException {
    TraceSegment segment = stored.segment();
    json.text("segmentId", segment.segmentId());
    json.text("service", segment.service());
    json.text("instance", segment.instance());
    json.flag("sizeLimited", segment.sizeLimited());
    json.number("receivedMillis", stored.receivedMillis());
    json.objects("spans", segment.spans(), span -> span(json, span));
  }

  private static void span(Json json, TraceSpan span) throws IOException {
    json.number("id", span.id());
    json.number("parentId", span.parentId());
    json.text("type", span.typeName());
    json.text("operation", span.operationName());
    json.number("startMillis", span.startMillis());
    json.number("endMillis", span.endMillis());
    json.text("layer", span.layerName());
    json.number("componentId", span.componentId());
    json.text("component", ComponentNames.of(span.componentId()));
    json.text("peer", span.peer());
    json.flag("error", span.error());
    json.flag("skipAnalysis", span.skipAnalysis());
    pairs(json, "tags", span.tags());
    json.objects("logs", span.logs(), log -> log(json, log));
    json.objects("refs", span.refs(), ref -> ref(json, ref));
  }

  private static void log(Json json, SpanLog log) throws IOException {
    json.number("millis", log.millis());
    pairs(json, "data", log.data());
  }

  private static void ref(Json json, SpanReference ref) throws IOException {
    json.text("type", ref.typeName());
    json.text("traceId", ref.traceId());
    json.text("segmentId", ref.parentSegmentId());
    json.number("spanId", ref.parentSpanId());
    json.text("service", ref.parentService());
    json.text("instance", ref.parentInstance());
    json.text("endpoint", ref.parentEndpoint());
    json.text("address", ref.networkAddress());
  }

  static void pairs(Json json, String name, Iterable<KeyValue> pairs) throws IOException {
    json.objects(
        name,
        pairs,
        pair -> {
          json.text("key", pair.key());
          json.text("value", pair.value());
        });
  }
}
