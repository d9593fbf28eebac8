package io.skein.server.collector;

import io.grpc.Status;
import io.skein.server.storage.Outcome;
import io.skein.server.storage.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * What became of the segments, or snapshots, of one call, and what the client is told in the end.
 *
 * <p>Most of what goes wrong with one segment is not told: a segment without an id will not be
 * better when it is sent again, and an error would make the agent throw away, or send again, the
 * good ones beside it. It is counted instead. The client is told when nothing at all was readable
 * (then it does not speak this protocol) and when the store may take later what it did not take
 * now. Safe for use by several threads.
 */
final class Tally {
  private final String things;
  private long received;
  private long answered;
  private long unreadable;
  private long postponed;
  private boolean complete;
  private Outcome.@Nullable Refused firstUnreadable;
  private Outcome.@Nullable Refused firstPostponed;

  /** Counts what goes by this word in what the client is told: segments, or snapshots. */
  Tally(String things) {
    this.things = things;
  }

  synchronized void received(int more) {
    received += more;
  }

  synchronized long unanswered() {
    return received - answered;
  }

  /** Returns whether the call can be answered now. */
  synchronized boolean answered(Outcome outcome) {
    answered++;
    if (outcome instanceof Outcome.Refused refused) {
      if (refused.reason().equals(SegmentIntake.MALFORMED)) {
        unreadable++;
        firstUnreadable = firstUnreadable == null ? refused : firstUnreadable;
      } else if (isTemporary(refused)) {
        postponed++;
        firstPostponed = firstPostponed == null ? refused : firstPostponed;
      }
    }
    return complete && answered == received;
  }

  /** No more will come. Returns whether the call can be answered now. */
  synchronized boolean complete() {
    complete = true;
    return answered == received;
  }

  /** OK, or what went wrong in words for the sender's log. */
  synchronized Status verdict() {
    if (firstUnreadable != null && unreadable == received) {
      return Status.INVALID_ARGUMENT.withDescription(
          "none of "
              + received
              + " "
              + things
              + " is readable; the first: "
              + firstUnreadable.message());
    }
    if (firstPostponed != null) {
      return Status.UNAVAILABLE.withDescription(
          postponed
              + " of "
              + received
              + " "
              + things
              + " were not stored ("
              + firstPostponed.reason()
              + "): "
              + firstPostponed.message());
    }
    return Status.OK;
  }

  private static boolean isTemporary(Outcome.Refused refused) {
    return switch (refused.reason()) {
      case Refusal.DISK, Refusal.BUDGET, Refusal.OVERLOADED, Refusal.CLOSED -> true;
      default -> false;
    };
  }
}
