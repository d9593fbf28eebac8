package io.skein.server.storage;

import io.skein.wire.model.SpanReference;
import io.skein.wire.model.TraceSegment;
import io.skein.wire.model.TraceSpan;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A stored segment in a few words.
 *
 * @param threadParents the segments, of the same instance, whose work it continues in another
 *     thread; empty for the segment that began the work of its request in this process
 */
public record SegmentNote(
    String segmentId, String traceId, SegmentFacts facts, List<String> threadParents) {
  public SegmentNote {
    threadParents = List.copyOf(threadParents);
  }

  public static SegmentNote of(TraceSegment segment) {
    return new SegmentNote(
        segment.segmentId(), segment.traceId(), SegmentFacts.of(segment), threadParents(segment));
  }

  private static List<String> threadParents(TraceSegment segment) {
    Set<String> parents = new LinkedHashSet<>();
    for (TraceSpan span : segment.spans()) {
      for (SpanReference ref : span.refs()) {
        if (ref.type() == SpanReference.CROSS_THREAD
            && ref.parentInstance().equals(segment.instance())
            && !ref.parentSegmentId().equals(segment.segmentId())) {
          parents.add(ref.parentSegmentId());
        }
      }
    }
    return List.copyOf(parents);
  }
}
