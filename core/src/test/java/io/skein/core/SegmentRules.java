package io.skein.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What holds for all segments of a process, however they came about. */
final class SegmentRules {
  private SegmentRules() {}

  static void check(List<Segment> segments) {
    Map<String, Set<Integer>> spanIds = new HashMap<>();
    for (Segment segment : segments) {
      Set<Integer> ids = new HashSet<>();
      for (SpanRecord span : Spans.of(segment)) {
        assertThat(ids.add(span.id())).as("span ids are unique in " + segment).isTrue();
        assertThat(span.endMillis()).isGreaterThanOrEqualTo(span.startMillis());
        assertThat(((RecordingSpan) span).mode).isEqualTo(RecordingSpan.FROZEN);
      }
      for (SpanRecord span : Spans.of(segment)) {
        assertThat(span.parentId() == -1 || ids.contains(span.parentId()))
            .as("the parent of " + span + " is in " + segment)
            .isTrue();
        assertThat(span.parentId()).isLessThan(span.id());
      }
      assertThat(spanIds.put(segment.segmentId(), ids)).as(segment + " is reported once").isNull();
    }
    for (Segment segment : segments) {
      for (SpanRecord span : Spans.of(segment)) {
        for (int i = 0; i < span.refCount(); i++) {
          SegmentRef ref = span.ref(i);
          assertThat(spanIds.get(ref.parentSegmentId()))
              .as("where " + span + " of " + segment + " refers to")
              .isNotNull()
              .contains(ref.parentSpanId());
        }
      }
    }
  }
}
