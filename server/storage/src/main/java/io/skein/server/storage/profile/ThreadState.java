package io.skein.server.storage.profile;

/**
 * What a thread did when a snapshot of it was taken. The codes are those of the protocol's
 * extension (field 15001 of {@code ThreadSnapshot}), and are stored.
 */
public enum ThreadState {
  /** Not told, and not to be seen in the stack. */
  UNKNOWN(0),
  /** On a processor, or ready to be. */
  RUNNING(1),
  /** Waiting to enter a monitor. */
  BLOCKED(2),
  /** Waiting for another thread, or for time to pass. */
  WAITING(3),
  /** In native code that waits for a socket, a file or a process. */
  NATIVE(4);

  private static final ThreadState[] ALL = values();

  private final int code;

  ThreadState(int code) {
    this.code = code;
  }

  /** Returns what is sent and stored for it. */
  public int code() {
    return code;
  }

  /** Returns the state of a code; {@link #UNKNOWN} for those that this version does not know. */
  public static ThreadState of(int code) {
    for (ThreadState state : ALL) {
      if (state.code == code) {
        return state;
      }
    }
    return UNKNOWN;
  }
}
