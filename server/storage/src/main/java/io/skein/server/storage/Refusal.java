package io.skein.server.storage;

import io.skein.wire.model.TraceSegment;
import org.jspecify.annotations.Nullable;

/** The words that refused segments are counted by. */
public final class Refusal {
  /** The segment has no trace id: nobody could find it again. */
  public static final String NO_TRACE_ID = "no-trace-id";

  /** The segment has no segment id: a repeat could not be told from a new one. */
  public static final String NO_SEGMENT_ID = "no-segment-id";

  public static final String NO_SPANS = "no-spans";

  /** The segment is larger than the store takes in one piece. */
  public static final String TOO_LARGE = "too-large";

  /** The disk is full, read-only or failing. Segments are taken again when it works again. */
  public static final String DISK = "disk";

  /** The byte budget is too small for anything to be stored. */
  public static final String BUDGET = "budget";

  /**
   * Segments arrive faster than the disk takes them, for longer than we are willing to make the
   * sender wait.
   */
  public static final String OVERLOADED = "overloaded";

  public static final String CLOSED = "closed";

  private Refusal() {}

  /** Why no store takes this segment, or null when there is no reason. */
  public static Outcome.@Nullable Refused unfit(TraceSegment segment) {
    if (segment.traceId().isEmpty()) {
      return new Outcome.Refused(
          NO_TRACE_ID, "a segment of service \"" + segment.service() + "\" has no trace id");
    }
    if (segment.segmentId().isEmpty()) {
      return new Outcome.Refused(
          NO_SEGMENT_ID, "a segment of service \"" + segment.service() + "\" has no segment id");
    }
    if (segment.spans().isEmpty()) {
      return new Outcome.Refused(
          NO_SPANS, "a segment of service \"" + segment.service() + "\" has no spans");
    }
    return null;
  }
}
