package io.skein.server.collector;

import io.grpc.ServerCall;
import io.grpc.Status;

/**
 * Data that this server understands the name of but does not keep: counted, and answered kindly.
 */
final class UnkeptStream extends OpenCall {
  private final String reason;

  UnkeptStream(
      ServerCall<Incoming, byte[]> call, OpenCalls calls, MessageCounts counts, String reason) {
    super(call, calls, counts);
    this.reason = reason;
  }

  @Override
  int ahead() {
    return SegmentStream.AHEAD;
  }

  @Override
  void message(byte[] message) {
    if (!reason.isEmpty()) {
      counts().add(reason);
    }
    request(1);
  }

  @Override
  void halfClosed() {
    answer(Status.OK);
  }
}
