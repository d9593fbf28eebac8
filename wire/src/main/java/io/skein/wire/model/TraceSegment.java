package io.skein.wire.model;

import java.util.List;

/**
 * A {@code SegmentObject}: the spans of one trace in one thread of work of one process, in the
 * order in which they finished.
 */
public record TraceSegment(
    String traceId,
    String segmentId,
    List<TraceSpan> spans,
    String service,
    String instance,
    boolean sizeLimited) {
  public TraceSegment {
    spans = List.copyOf(spans);
  }
}
