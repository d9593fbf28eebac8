package io.skein.wire.grpc;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpConnection;
import org.apache.hc.core5.http2.frame.FrameType;
import org.apache.hc.core5.http2.frame.RawFrame;
import org.apache.hc.core5.http2.impl.nio.H2StreamListener;
import org.jspecify.annotations.Nullable;

/**
 * Listens in on one connection for two things that HttpCore keeps to itself: whether the other side
 * ever spoke HTTP/2, and that it is going away.
 *
 * <p>A server that goes away names the last stream it will serve. HttpCore 5.4.4 means to fail the
 * streams after that one and picks those of the wrong side, so that they would wait for their
 * deadline; we end them ourselves.
 *
 * <p>Driven by the connection's thread; the two answers may be read by any.
 */
final class StreamWatch implements H2StreamListener {

  private volatile boolean spoken;
  private volatile boolean leaving;

  // connection's thread only
  private @Nullable GrpcCall beginning;
  private final List<GrpcCall> active = new ArrayList<>();

  /** Says whether the other side has sent a frame of HTTP/2. */
  boolean spoken() {
    return spoken;
  }

  /** Says whether the other side takes no new streams any more. */
  boolean leaving() {
    return leaving;
  }

  /** Called before a request's headers are sent; the next stream is this call's. */
  void begins(GrpcCall call) {
    active.removeIf(other -> other.status() != null);
    beginning = call;
  }

  @Override
  public void onHeaderOutput(
      HttpConnection connection, int streamId, List<? extends Header> headers) {
    GrpcCall call = beginning;
    beginning = null;
    if (call != null) {
      call.streamId = streamId;
      active.add(call);
    }
  }

  @Override
  public void onFrameInput(HttpConnection connection, int streamId, RawFrame frame) {
    spoken = true;
    if (!frame.isType(FrameType.GOAWAY)) {
      return;
    }
    leaving = true;
    ByteBuffer payload = frame.getPayload(); // a copy of the position, not of the bytes
    if (payload == null || payload.remaining() < 8) {
      return; // HttpCore ends the connection for this
    }
    int last = payload.getInt() & 0x7FFF_FFFF;
    for (GrpcCall call : List.copyOf(active)) {
      if (call.streamId > last) {
        call.notServed();
      }
    }
  }

  @Override
  public void onHeaderInput(
      HttpConnection connection, int streamId, List<? extends Header> headers) {}

  @Override
  public void onFrameOutput(HttpConnection connection, int streamId, RawFrame frame) {}

  @Override
  public void onInputFlowControl(HttpConnection connection, int streamId, int delta, int size) {}

  @Override
  public void onOutputFlowControl(HttpConnection connection, int streamId, int delta, int size) {}
}
