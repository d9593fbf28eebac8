package io.skein.server.storage;

import io.skein.wire.model.KeyValue;
import io.skein.wire.model.TraceSegment;
import io.skein.wire.model.TraceSpan;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * What lists of traces say about one segment, so that they can be made without reading its spans.
 *
 * @param firstOperation operation name of the segment's first span
 * @param endMillis never before the start, whatever the agent's clock did meanwhile
 * @param root whether no span of it continues another segment
 */
public record SegmentFacts(
    String service,
    String instance,
    String firstOperation,
    long startMillis,
    long endMillis,
    int spans,
    boolean error,
    boolean root) {

  public static SegmentFacts of(TraceSegment segment) {
    long start = Long.MAX_VALUE;
    long end = Long.MIN_VALUE;
    boolean error = false;
    boolean root = true;
    TraceSpan first = null;
    for (TraceSpan span : segment.spans()) {
      start = Math.min(start, span.startMillis());
      end = Math.max(end, span.endMillis());
      error |= span.error();
      root &= span.refs().isEmpty();
      // Spans are listed as they finished; their ids say how they started.
      if (first == null || span.id() < first.id()) {
        first = span;
      }
    }
    return new SegmentFacts(
        segment.service(),
        segment.instance(),
        first == null ? "" : first.operationName(),
        first == null ? 0 : start,
        first == null ? 0 : Math.max(start, end),
        segment.spans().size(),
        error,
        root);
  }

  public long durationMillis() {
    return duration(startMillis, endMillis);
  }

  /**
   * From start to end, or the longest there is when clocks lie further apart than a number can say.
   */
  public static long duration(long startMillis, long endMillis) {
    long duration = endMillis - startMillis;
    return endMillis >= startMillis && duration < 0 ? Long.MAX_VALUE : duration;
  }

  /**
   * Whether a segment is an earlier one with the same id that has grown: all its spans, and more.
   */
  public static boolean isGrown(TraceSegment later, TraceSegment earlier) {
    return later.spans().size() > earlier.spans().size()
        && later.segmentId().equals(earlier.segmentId())
        && later.traceId().equals(earlier.traceId())
        && later.service().equals(earlier.service())
        && later.instance().equals(earlier.instance())
        && new HashSet<>(later.spans()).containsAll(earlier.spans());
  }

  /**
   * The endpoints that a segment served: its entry spans' operation names, and whether the span
   * failed.
   */
  public static Map<String, Boolean> endpoints(TraceSegment segment) {
    Map<String, Boolean> endpoints = new LinkedHashMap<>();
    for (TraceSpan span : segment.spans()) {
      if (span.type() == TraceSpan.ENTRY) {
        endpoints.merge(span.operationName(), span.error(), Boolean::logicalOr);
      }
    }
    return endpoints;
  }

  /** The different tags of all spans. */
  public static Set<KeyValue> tags(TraceSegment segment) {
    Set<KeyValue> tags = new LinkedHashSet<>();
    for (TraceSpan span : segment.spans()) {
      tags.addAll(span.tags());
    }
    return tags;
  }
}
