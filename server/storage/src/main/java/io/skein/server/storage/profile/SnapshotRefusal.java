package io.skein.server.storage.profile;

import io.skein.server.storage.Outcome;
import io.skein.server.storage.Refusal;
import org.jspecify.annotations.Nullable;

/** The words that refused snapshots are counted by, besides those of {@link Refusal}. */
public final class SnapshotRefusal {
  /** No such task, and not what an agent samples by itself. */
  public static final String UNKNOWN_TASK = "unknown-task";

  /** An id is empty or too long, or the sequence is negative. */
  public static final String UNFIT = "unfit";

  /** The segment is known as one of another task. */
  public static final String OTHER_TASK = "segment-of-other-task";

  /** More snapshots of one segment than the longest task can have. */
  public static final String SEGMENT_FULL = "segment-full";

  /** So many snapshots of a segment are missing that what is there cannot be noted any more. */
  public static final String SCATTERED = "too-many-gaps";

  /** More snapshots of one task than are kept. */
  public static final String TASK_FULL = "task-full";

  /** More different segments in a short time than there is memory for. */
  public static final String TOO_MANY_SEGMENTS = "too-many-segments";

  /** 15 minutes at 10 ms are 90,000. */
  public static final int MAX_PER_SEGMENT = 100_000;

  /**
   * The nine requests of one instance that last all the time have 810,000; those of a hundred
   * instances that last a minute have 5,400,000, and then the later ones tell nothing new.
   */
  public static final long MAX_PER_TASK = 2_000_000;

  static final int MAX_RUNS_PER_SEGMENT = 4_096;

  private SnapshotRefusal() {}

  /** Returns why no store takes this snapshot, whatever else is stored; null when there is none. */
  public static Outcome.@Nullable Refused unfit(Snapshot snapshot) {
    if (isNoId(snapshot.segmentId()) || isNoId(snapshot.taskId())) {
      return new Outcome.Refused(
          UNFIT, "a snapshot has no segment id or no task id, or one that is too long");
    }
    return snapshot.sequence() < 0
        ? new Outcome.Refused(UNFIT, "a snapshot has the sequence number " + snapshot.sequence())
        : null;
  }

  private static boolean isNoId(String text) {
    return text.isEmpty() || text.length() > Snapshot.MAX_ID_CHARS;
  }

  static Outcome.Refused of(String reason) {
    return new Outcome.Refused(reason, "a snapshot was not stored: " + reason);
  }
}
