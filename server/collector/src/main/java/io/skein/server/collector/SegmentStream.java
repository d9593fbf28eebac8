package io.skein.server.collector;

import io.grpc.ServerCall;
import io.skein.server.storage.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * {@code TraceSegmentReportService/collect}: any number of segments, for a moment or for days,
 * answered once, when the client has half-closed and the store has answered for every segment.
 */
final class SegmentStream extends OpenCall {
  // Messages asked for ahead: enough that the transport never waits for a hand-over, few enough
  // that a hostile stream holds little.
  static final int AHEAD = 16;

  // Segments of one stream that the store has not answered for.
  private static final int MAX_UNANSWERED = 512;

  private final SegmentIntake intake;
  private final @Nullable Sender sender;
  private final Tally tally = new Tally("segments");
  // Messages not asked for because the store is behind; under this object's lock.
  private int owed;

  SegmentStream(
      ServerCall<Incoming, byte[]> call,
      OpenCalls calls,
      MessageCounts counts,
      SegmentIntake intake,
      @Nullable Sender sender) {
    super(call, calls, counts);
    this.intake = intake;
    this.sender = sender;
  }

  @Override
  int ahead() {
    return AHEAD;
  }

  @Override
  void message(byte[] message) {
    tally.received(1);
    synchronized (this) {
      owed++;
    }
    intake.take(message, sender, this::answered);
    ask();
  }

  private void answered(Outcome outcome) {
    boolean finished = tally.answered(outcome);
    ask();
    if (finished) {
      answer(tally.verdict());
    }
  }

  private void ask() {
    int messages = 0;
    synchronized (this) {
      if (tally.unanswered() < MAX_UNANSWERED) {
        messages = owed;
        owed = 0;
      }
    }
    if (messages > 0) {
      request(messages);
    }
  }

  @Override
  void halfClosed() {
    if (tally.complete()) {
      answer(tally.verdict());
    }
  }
}
