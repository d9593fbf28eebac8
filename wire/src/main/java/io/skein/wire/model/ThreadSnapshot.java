package io.skein.wire.model;

import java.util.List;

/**
 * A {@code ThreadSnapshot}: the stack of one thread at one moment, while it worked on a segment.
 *
 * <p>The last three components are ours: they travel under numbers that other receivers skip, and
 * are 0 in what other agents send. They say what was received and are not checked.
 *
 * @param taskId the profile task that wanted it
 * @param segmentId the segment that the thread worked on
 * @param millis when, in milliseconds since 1970 by the agent's clock
 * @param sequence from 0, by one more with each snapshot of this segment
 * @param frames the outermost first, as {@code package.Class.method:line}; line -2 is native code,
 *     -1 an unknown line
 * @param state what the thread did: one of the constants here, or a number that we do not know
 * @param periodMillis from one snapshot to the next, as ordered
 * @param framesCut how many frames are missing, where the stack was deeper than the agent keeps
 */
public record ThreadSnapshot(
    String taskId,
    String segmentId,
    long millis,
    int sequence,
    List<String> frames,
    int state,
    int periodMillis,
    int framesCut) {

  public static final int UNKNOWN = 0;
  public static final int RUNNING = 1;
  public static final int BLOCKED = 2;
  public static final int WAITING = 3;

  /** In native code, or in a system call: the JDK does not tell the two apart. */
  public static final int NATIVE = 4;

  public ThreadSnapshot {
    frames = List.copyOf(frames);
  }
}
