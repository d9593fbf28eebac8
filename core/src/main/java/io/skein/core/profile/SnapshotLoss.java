package io.skein.core.profile;

/** Why a snapshot that was due was not delivered. */
public enum SnapshotLoss {
  /** Too many wait to be sent, or too large ones. */
  QUEUE_FULL("queue-full"),
  /** The thread had ended without ending its segment. */
  GONE("gone"),
  /** The thread had left the segment while its stack was fetched. */
  MOVED_ON("moved-on"),
  /** The stack could not be fetched: an exception, or no frames. */
  FAILED("failed"),
  /** The segment turned out to be one that is not reported. */
  UNWANTED("unwanted"),
  /** It was still waiting to be sent at the end of the process. */
  SHUTDOWN("shutdown");

  private final String text;

  SnapshotLoss(String text) {
    this.text = text;
  }

  /** Returns its name in figures and logs. */
  public String text() {
    return text;
  }
}
