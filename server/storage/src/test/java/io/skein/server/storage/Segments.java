package io.skein.server.storage;

import io.skein.wire.decode.MessageWriter;
import io.skein.wire.model.KeyValue;
import io.skein.wire.model.SpanReference;
import io.skein.wire.model.TraceSegment;
import io.skein.wire.model.TraceSpan;
import java.util.ArrayList;
import java.util.List;

/** Segments for tests of stores, a few words each. */
public final class Segments {
  public static final long RECEIVED_MILLIS = 1_700_000_100_000L;

  private Segments() {}

  public static Builder segment(String traceId, String segmentId) {
    return new Builder(traceId, segmentId);
  }

  public static ReceivedSegment received(TraceSegment segment) {
    return new ReceivedSegment(segment, MessageWriter.segment(segment), RECEIVED_MILLIS);
  }

  public static TraceSpan span(
      int id, int parentId, int type, String operation, long start, long end) {
    return new TraceSpan(
        id, parentId, start, end, List.of(), operation, "", type, 3, 1, false, List.of(), List.of(),
        false);
  }

  /** A segment of one entry span, unless told otherwise. */
  public static final class Builder {
    private final String traceId;
    private final String segmentId;
    private String service = "shop";
    private String instance = "shop-1";
    private String operation = "GET:/";
    private long start = 1_700_000_000_000L;
    private long duration = 10;
    private boolean error;
    private final List<SpanReference> refs = new ArrayList<>();
    private final List<KeyValue> tags = new ArrayList<>();
    private final List<TraceSpan> more = new ArrayList<>();

    private Builder(String traceId, String segmentId) {
      this.traceId = traceId;
      this.segmentId = segmentId;
    }

    public Builder of(String service, String instance) {
      this.service = service;
      this.instance = instance;
      return this;
    }

    public Builder operation(String operation) {
      this.operation = operation;
      return this;
    }

    public Builder at(long startMillis, long durationMillis) {
      this.start = startMillis;
      this.duration = durationMillis;
      return this;
    }

    public Builder failed() {
      this.error = true;
      return this;
    }

    public Builder childOf(String parentTraceId, String parentSegmentId) {
      refs.add(
          new SpanReference(
              SpanReference.CROSS_PROCESS,
              parentTraceId,
              parentSegmentId,
              1,
              "p",
              "p-1",
              "/",
              "h:1"));
      return this;
    }

    public Builder tag(String key, String value) {
      tags.add(new KeyValue(key, value));
      return this;
    }

    public Builder span(TraceSpan span) {
      more.add(span);
      return this;
    }

    public TraceSegment build() {
      List<TraceSpan> spans = new ArrayList<>(more);
      spans.add(
          new TraceSpan(
              0,
              -1,
              start,
              start + duration,
              refs,
              operation,
              "",
              TraceSpan.ENTRY,
              3,
              1,
              error,
              tags,
              List.of(),
              false));
      return new TraceSegment(traceId, segmentId, spans, service, instance, false);
    }

    public ReceivedSegment received() {
      return Segments.received(build());
    }
  }
}
