package io.skein.server.collector;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the memory of messages that are arriving, over all streams together.
 *
 * <p>gRPC bounds one message, not many at once: a few hundred streams that each send half of a
 * large message would fill any heap, and flow control does not help, because gRPC takes bytes off
 * the window while it collects a message. So a tracer counts what each stream collects; when the
 * sum passes the limit, the stream that passed it is closed, and the others are unharmed.
 */
final class InboundMemory extends ServerStreamTracer.Factory {
  static final Context.Key<Stream> STREAM = Context.key("skein-inbound-stream");

  private final long limit;
  private final AtomicLong used = new AtomicLong();

  InboundMemory(long limit) {
    this.limit = limit;
  }

  static Status full() {
    return Status.RESOURCE_EXHAUSTED.withDescription(
        "the server's memory for arriving messages is full: send smaller messages, or try again"
            + " later");
  }

  long used() {
    return used.get();
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
    return new Stream();
  }

  /** The share of one stream. Called by transport threads and by those that handle messages. */
  final class Stream extends ServerStreamTracer {
    private final ArrayDeque<Long> complete = new ArrayDeque<>();
    private long arriving;
    private long unpacked;
    private boolean closed;
    private @Nullable Runnable overflow;
    private @Nullable Status end;

    @Override
    public Context filterContext(Context context) {
      return context.withValue(STREAM, this);
    }

    /** What to do when this stream has collected too much. */
    synchronized void onOverflow(Runnable action) {
      overflow = action;
    }

    /** How the stream ended as gRPC saw it; null while it is open. */
    synchronized @Nullable Status end() {
      return end;
    }

    @Override
    public void inboundWireSize(long bytes) {
      Runnable action = null;
      synchronized (this) {
        if (closed) {
          return;
        }
        arriving += bytes;
        if (used.addAndGet(bytes) > limit) {
          action = overflow;
        }
      }
      if (action != null) {
        action.run();
      }
    }

    @Override
    public void inboundMessageRead(int seqNo, long wireSize, long uncompressedSize) {
      synchronized (this) {
        complete.add(arriving);
        arriving = 0;
      }
    }

    /** The message now read turns out to be larger than it was on the wire. */
    boolean unpacked(int bytes) {
      synchronized (this) {
        if (closed) {
          return true;
        }
        unpacked += bytes;
      }
      return used.addAndGet(bytes) <= limit;
    }

    /** The oldest complete message is handled: from here on somebody else answers for it. */
    void handled() {
      long bytes;
      synchronized (this) {
        Long wire = complete.poll();
        bytes = unpacked + (wire == null ? 0 : wire);
        unpacked = 0;
      }
      used.addAndGet(-bytes);
    }

    @Override
    public void streamClosed(Status status) {
      long rest;
      synchronized (this) {
        closed = true;
        end = status;
        rest = arriving + unpacked;
        for (long bytes : complete) {
          rest += bytes;
        }
        arriving = 0;
        unpacked = 0;
        complete.clear();
      }
      used.addAndGet(-rest);
    }
  }
}
