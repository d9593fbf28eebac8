package io.skein.core.report;

import org.jspecify.annotations.Nullable;

/** Why a segment was made and never delivered. The label is what users and the server read. */
public enum DropReason {
  /** The queue was full when the segment ended; what was in it already is kept. */
  QUEUE_FULL("queue-full"),
  /** The process ended before the segment could be sent, or the segment ended after that. */
  SHUTDOWN("shutdown"),
  /** The collector said that it will never take this segment. */
  REFUSED("refused"),
  /** The segment is larger than one message may be. */
  TOO_LARGE("too-large"),
  /** The encoder threw; a fault of ours, or of an application that changes what it handed over. */
  ENCODE_FAILED("encode-failed"),
  /** The disk space for what waits was used up; the oldest went. */
  SPOOL_FULL("spool-full"),
  /** What waited on disk could not be read any more. */
  SPOOL_DAMAGED("spool-damaged"),
  /** Perhaps delivered: the answer got lost, and this collector must not get anything twice. */
  UNCONFIRMED("unconfirmed");

  private final String label;

  DropReason(String label) {
    this.label = label;
  }

  /** Returns the reason with this label; null when there is none. */
  public static @Nullable DropReason labelled(String label) {
    for (DropReason reason : values()) {
      if (reason.label.equals(label)) {
        return reason;
      }
    }
    return null;
  }

  /** Returns the name used in accounts, logs and on the server's pages. */
  public String label() {
    return label;
  }
}
