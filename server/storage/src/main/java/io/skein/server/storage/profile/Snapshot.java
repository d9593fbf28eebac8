package io.skein.server.storage.profile;

import java.util.List;

/**
 * A {@code ThreadSnapshot} as it was received: where the thread that works on a segment was at one
 * moment.
 *
 * @param millis when, since 1970 by the sender's clock; any number, since nobody vouches for it
 * @param sequence which one of its segment, from 0; the key is (segment, sequence)
 * @param frames outermost first, {@code pkg.Class.method:line} each
 * @param state one of {@link ThreadState}'s codes; 0 from agents that do not say it
 * @param periodMillis from one snapshot of the thread to the next; 0 when the sender does not say
 * @param framesCut how many frames are missing
 * @param service of the sender, as far as it is known; else empty
 * @param instance of the sender, as far as it is known; else empty
 */
public record Snapshot(
    String taskId,
    String segmentId,
    long millis,
    int sequence,
    List<String> frames,
    int state,
    int periodMillis,
    int framesCut,
    String service,
    String instance,
    long receivedMillis) {

  /** The task id of what an agent samples by itself, because a request is slow. */
  public static final String SLOW = "skein-slow";

  /** Beyond that, the frames in the middle are cut out. Agents send 500 unless told otherwise. */
  public static final int MAX_FRAMES = 1_000;

  /** Longer names of frames end in three dots. */
  public static final int MAX_FRAME_CHARS = 1_000;

  /** Longer ids are nobody's. */
  public static final int MAX_ID_CHARS = 500;

  public Snapshot {
    frames = List.copyOf(frames);
  }

  /** About how many bytes of heap it keeps alive. */
  public long weight() {
    long weight = 200L + 2L * (taskId.length() + segmentId.length());
    for (String frame : frames) {
      weight += 56 + frame.length();
    }
    return weight;
  }
}
