package io.skein.core.profile;

/**
 * What one thread was doing at one moment while it worked in a sampled segment. Whoever gets one
 * owns it; neighbours may share frames, so the array is not to be changed.
 *
 * @param taskId the task it was taken for, or {@link #SLOW_TASK}
 * @param segmentId the segment that the thread was working in
 * @param timeMillis when, in milliseconds since 1970, by the clock that the spans' times are from
 * @param sequence its number in the segment: from 0, without gaps
 * @param frames the innermost first, as {@code Thread.getStackTrace} has them; if frames were cut,
 *     a {@linkplain #isCut marker} stands in their place
 * @param framesCut how many frames are missing
 * @param state what the thread was at
 * @param periodMillis how long after the one before it was due
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares snapshots, and the JVM gives arrays
public record ThreadSnapshot(
    String taskId,
    String segmentId,
    long timeMillis,
    int sequence,
    StackTraceElement[] frames,
    int framesCut,
    State state,
    int periodMillis) {

  /** The task of requests that were sampled because they were slow. */
  public static final String SLOW_TASK = "skein-slow";

  /** How a marker's class begins. No class has such a name: a name has no empty part. */
  public static final String CUT_CLASS = "...(";

  /** The name of a marker's method. */
  public static final String CUT_METHOD = "cut";

  /** What a thread is at. The protocol of SkyWalking has no place for it; see wire. */
  public enum State {
    UNKNOWN,
    /** On a processor, or ready for one. */
    RUNNING,
    /** At a monitor that another thread holds. */
    BLOCKED,
    /** For another thread, or for time to pass. */
    WAITING,
    /** In a call of the operating system that may take long, or in native code of unknown kind. */
    NATIVE
  }

  /**
   * Returns what stands in the place of frames that were cut. As text, {@code class.method:line},
   * it is {@code ...(9500 frames).cut:-1}.
   */
  public static StackTraceElement cut(int frames) {
    return new StackTraceElement(CUT_CLASS + frames + " frames)", CUT_METHOD, null, -1);
  }

  /** Returns whether a frame is a marker, of ours or of another process. */
  public static boolean isCut(String codeSignature) {
    return codeSignature.startsWith(CUT_CLASS);
  }
}
