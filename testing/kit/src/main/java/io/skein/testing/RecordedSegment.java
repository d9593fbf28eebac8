package io.skein.testing;

import java.util.List;

/** A segment as it left the tracer, wherever it was caught. */
public record RecordedSegment(
    String traceId,
    String segmentId,
    String service,
    String instance,
    boolean sizeLimited,
    List<RecordedSpan> spans) {
  public RecordedSegment {
    spans = List.copyOf(spans);
  }
}
