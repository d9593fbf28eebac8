package io.skein.server.storage;

import io.skein.wire.model.TraceSegment;
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

  public StoredTrace {
    segments = List.copyOf(segments);
  }
}
