package io.skein.server.storage;

import io.skein.wire.model.TraceSegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A whole trace.
 *
 * @param segments by start, then by arrival
 * @param truncated whether it has more segments than were asked for
 */
public record StoredTrace(
    String traceId,
    long startMillis,
    long durationMillis,
    List<StoredSegment> segments,
    boolean truncated) {

  public record StoredSegment(TraceSegment segment, long receivedMillis) {}

  private static final Comparator<StoredSegment> BY_START =
      Comparator.comparingLong(stored -> SegmentFacts.of(stored.segment()).startMillis());

  public StoredTrace {
    segments = List.copyOf(segments);
  }

  static StoredTrace of(TraceReading reading) {
    List<StoredSegment> segments = new ArrayList<>();
    for (StoredSegment next = reading.next(); next != null; next = reading.next()) {
      segments.add(next);
    }
    segments.sort(BY_START);
    return new StoredTrace(
        reading.traceId(),
        reading.startMillis(),
        reading.durationMillis(),
        segments,
        reading.truncated());
  }
}
