package io.skein.wire.encode;

import io.skein.core.profile.ThreadSnapshot;
import io.skein.wire.decode.ProfileFields;

/**
 * Writes a thread's snapshot as SkyWalking's {@code ThreadSnapshot} (data-collect-protocol,
 * profile/Profile.proto) with gRPC's prefix in front: the outermost frame first, each as {@code
 * class.method:line}. Used by one thread.
 */
public final class SnapshotWriter {

  /** What {@link #encode} returns for a snapshot that is larger than a message may be. */
  public static final int TOO_LARGE = -1;

  /** One byte "not compressed", four bytes length. */
  private static final int GRPC_PREFIX = 5;

  // ThreadSnapshot
  private static final int TASK_ID = 1;
  private static final int SEGMENT_ID = 2;
  private static final int TIME = 3;
  private static final int SEQUENCE = 4;
  private static final int STACK = 5;

  // ThreadStack
  private static final int CODE_SIGNATURES = 1;

  private final ProtoWriter out;
  private final int maxBytes;
  private final StringBuilder frame = new StringBuilder(120);

  /** Creates a writer of messages of at most so many bytes. */
  public SnapshotWriter(int maxBytes) {
    this.maxBytes = maxBytes;
    this.out = new ProtoWriter(maxBytes + GRPC_PREFIX);
  }

  /** Encodes the snapshot and returns how many bytes of {@link #buffer} it takes. */
  public int encode(ThreadSnapshot snapshot) {
    out.reset(GRPC_PREFIX);
    try {
      write(snapshot);
    } catch (ProtoWriter.Overflow e) {
      return TOO_LARGE;
    }
    int length = out.length() - GRPC_PREFIX;
    if (length > maxBytes) {
      return TOO_LARGE;
    }
    byte[] bytes = out.buffer();
    bytes[0] = 0;
    bytes[1] = (byte) (length >>> 24);
    bytes[2] = (byte) (length >>> 16);
    bytes[3] = (byte) (length >>> 8);
    bytes[4] = (byte) length;
    return GRPC_PREFIX + length;
  }

  /** Returns the buffer of the last {@link #encode}; another array after the next one, perhaps. */
  public byte[] buffer() {
    return out.buffer();
  }

  private void write(ThreadSnapshot snapshot) {
    out.name(TASK_ID, snapshot.taskId());
    out.name(SEGMENT_ID, snapshot.segmentId());
    out.number(TIME, snapshot.timeMillis());
    out.number(SEQUENCE, snapshot.sequence());
    StackTraceElement[] frames = snapshot.frames();
    // Sixty frames of sixty characters take 3,700 bytes.
    int lengthBytes = frames.length < 2 ? 1 : 2;
    int start = out.begin(STACK, lengthBytes);
    for (int i = frames.length - 1; i >= 0; i--) {
      out.text(CODE_SIGNATURES, text(frames[i]));
    }
    out.end(start, lengthBytes);
    out.number(ProfileFields.STATE, number(snapshot.state()));
    out.number(ProfileFields.PERIOD_MILLIS, snapshot.periodMillis());
    out.number(ProfileFields.FRAMES_CUT, snapshot.framesCut());
  }

  private String text(StackTraceElement element) {
    frame.setLength(0);
    return frame
        .append(element.getClassName())
        .append('.')
        .append(element.getMethodName())
        .append(':')
        .append(element.getLineNumber())
        .toString();
  }

  private static int number(ThreadSnapshot.State state) {
    return switch (state) {
      case UNKNOWN -> io.skein.wire.model.ThreadSnapshot.UNKNOWN;
      case RUNNING -> io.skein.wire.model.ThreadSnapshot.RUNNING;
      case BLOCKED -> io.skein.wire.model.ThreadSnapshot.BLOCKED;
      case WAITING -> io.skein.wire.model.ThreadSnapshot.WAITING;
      case NATIVE -> io.skein.wire.model.ThreadSnapshot.NATIVE;
    };
  }
}
