package io.skein.server.collector;

import io.grpc.ServerCall;
import io.grpc.Status;
import io.skein.wire.decode.MalformedMessageException;

/** A call with exactly one message. */
final class UnaryCall extends OpenCall {
  /** What is done with the message; sees to it that the call is answered. */
  interface Action {
    void handle(byte[] message, UnaryCall call) throws MalformedMessageException;
  }

  private final Action action;
  private boolean hasMessage;

  UnaryCall(
      ServerCall<Incoming, byte[]> call, OpenCalls calls, MessageCounts counts, Action action) {
    super(call, calls, counts);
    this.action = action;
  }

  @Override
  int ahead() {
    // The second one is asked for so that a client that sends it is told.
    return 2;
  }

  @Override
  void message(byte[] message) {
    if (hasMessage) {
      answer(
          Status.INVALID_ARGUMENT.withDescription(method() + " takes one message; got a second"));
      return;
    }
    hasMessage = true;
    try {
      action.handle(message, this);
    } catch (MalformedMessageException e) {
      counts().add("malformed-message:" + e.reason());
      answer(
          Status.INVALID_ARGUMENT.withDescription(
              "not a readable message of " + method() + ": " + e.getMessage()));
    }
  }

  @Override
  void halfClosed() {
    if (!hasMessage) {
      answer(Status.INVALID_ARGUMENT.withDescription(method() + " takes one message; got none"));
    }
  }
}
