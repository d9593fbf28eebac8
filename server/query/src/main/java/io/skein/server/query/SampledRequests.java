package io.skein.server.query;

import io.skein.server.storage.SegmentNote;
import io.skein.server.storage.TraceStore;
import io.skein.server.storage.profile.SampledSegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which sampled segments belong to one request of one process: those that continue each other in
 * other threads, through however many segments that were not sampled.
 *
 * <p>A segment that has not arrived yet cannot say what it continues, and counts as a request of
 * its own until then. Immutable.
 */
final class SampledRequests {
  // From thread to thread; longer chains are cut, and count as two requests.
  private static final int MAX_HOPS = 16;

  private final List<SampledSegment> segments;
  private final Map<String, SegmentNote> notes;
  private final Set<String> parts;

  private SampledRequests(
      List<SampledSegment> segments, Map<String, SegmentNote> notes, Set<String> parts) {
    this.segments = segments;
    this.notes = notes;
    this.parts = parts;
  }

  /** Looks up the segments, and those that they continue. */
  static SampledRequests of(TraceStore store, List<SampledSegment> segments) {
    Map<String, SegmentNote> notes = new HashMap<>();
    Set<String> asked = new HashSet<>();
    Set<String> wanted = new HashSet<>();
    segments.forEach(segment -> wanted.add(segment.segmentId()));
    for (int hop = 0; hop <= MAX_HOPS && !wanted.isEmpty(); hop++) {
      asked.addAll(wanted);
      Set<String> parents = new HashSet<>();
      store.segments(
          wanted,
          note -> {
            notes.put(note.segmentId(), note);
            // A request has one beginning; where threads were joined, any of them leads there.
            note.threadParents().stream().limit(1).forEach(parents::add);
          });
      wanted.clear();
      parents.stream().filter(each -> !asked.contains(each)).forEach(wanted::add);
    }
    return new SampledRequests(List.copyOf(segments), notes, parts(segments, notes));
  }

  private static Set<String> parts(List<SampledSegment> segments, Map<String, SegmentNote> notes) {
    Map<String, List<SampledSegment>> requests = new HashMap<>();
    for (SampledSegment segment : segments) {
      requests
          .computeIfAbsent(beginning(segment.segmentId(), notes), id -> new ArrayList<>())
          .add(segment);
    }
    Set<String> parts = new HashSet<>();
    requests.forEach(
        (beginning, all) -> {
          SampledSegment first =
              all.stream()
                  .min(
                      Comparator.comparing(
                              (SampledSegment each) -> !each.segmentId().equals(beginning))
                          .thenComparingLong(SampledSegment::firstMillis)
                          .thenComparing(SampledSegment::segmentId))
                  .orElseThrow();
          all.forEach(segment -> parts.add(segment.segmentId()));
          parts.remove(first.segmentId());
        });
    return parts;
  }

  private static String beginning(String segmentId, Map<String, SegmentNote> notes) {
    String id = segmentId;
    for (int hop = 0; hop < MAX_HOPS; hop++) {
      SegmentNote note = notes.get(id);
      if (note == null || note.threadParents().isEmpty()) {
        return id;
      }
      id = note.threadParents().get(0);
    }
    return id;
  }

  List<SampledSegment> segments() {
    return segments;
  }

  /** Returns null when the segment has not arrived, or has been removed. */
  @Nullable SegmentNote note(String segmentId) {
    return notes.get(segmentId);
  }

  /** Whether it is a piece of a request of which another sampled segment is the first. */
  boolean isPart(String segmentId) {
    return parts.contains(segmentId);
  }

  /** How many requests there are. */
  int requests() {
    return segments.size() - parts.size();
  }

  /** Whether all of them have arrived, so that nothing here will change. */
  boolean haveArrived() {
    return segments.stream().allMatch(each -> notes.containsKey(each.segmentId()));
  }
}
