package io.skein.server.collector;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/**
 * One call, answered exactly once, by whichever thread comes first.
 *
 * <p>gRPC's {@code ServerCall} is not safe for several threads, and three have reasons to end one:
 * the thread that handles its messages, the store's thread that acknowledges them, and the
 * transport thread on which a limit is passed. So every use of the call holds this object's lock.
 */
abstract class OpenCall extends ServerCall.Listener<Incoming> {
  private static final System.Logger LOG = System.getLogger(OpenCall.class.getName());

  private final ServerCall<Incoming, byte[]> call;
  private final InboundMemory.Stream memory;
  private final OpenCalls calls;
  private final MessageCounts counts;
  private boolean closed;
  private volatile long activeNanos = System.nanoTime();

  OpenCall(ServerCall<Incoming, byte[]> call, OpenCalls calls, MessageCounts counts) {
    this.call = call;
    this.calls = calls;
    this.counts = counts;
    this.memory = InboundMemory.STREAM.get();
  }

  /** How many messages are asked for at once at the beginning. */
  abstract int ahead();

  /** Handles one message; what it throws ends the call. */
  abstract void message(byte[] message);

  /** The client has sent everything. */
  abstract void halfClosed();

  /** The call has ended, by whomever; no more messages come. */
  void gone() {}

  /** Takes a place among the open calls and asks for messages; a refused call does neither. */
  final OpenCall open() {
    memory.onOverflow(() -> answer(InboundMemory.full()));
    if (calls.admit(this)) {
      request(ahead());
    }
    return this;
  }

  final long activeNanos() {
    return activeNanos;
  }

  final MessageCounts counts() {
    return counts;
  }

  final String method() {
    return call.getMethodDescriptor().getFullMethodName();
  }

  final synchronized void request(int messages) {
    if (!closed) {
      call.request(messages);
    }
  }

  /**
   * Ends the call: with empty {@code Commands} when the status is OK. Later answers are ignored.
   */
  final void answer(Status status) {
    answer(status, Answers.EMPTY);
  }

  /** Ends the call well, with these encoded {@code Commands}. */
  final void answer(byte[] commands) {
    answer(Status.OK, commands);
  }

  private void answer(Status status, byte[] commands) {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      if (status.isOk()) {
        call.sendHeaders(new Metadata());
        call.sendMessage(commands);
      }
      call.close(status, new Metadata());
    }
    calls.remove(this);
    if (!status.isOk()) {
      counts.add("refused-call:" + word(status));
    }
  }

  @Override
  public final void onMessage(Incoming message) {
    activeNanos = System.nanoTime();
    try {
      Status failure = message.failure();
      if (failure == null) {
        message(message.bytes());
      } else {
        answer(failure);
      }
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "a message of " + method() + " failed", e);
      answer(Status.INTERNAL.withDescription("the server failed on this message"));
    } finally {
      memory.handled();
    }
  }

  @Override
  public final void onHalfClose() {
    halfClosed();
  }

  @Override
  public final void onCancel() {
    boolean byUs = ended();
    Status end = memory.end();
    if (!byUs && end != null && end.getCode() == Status.Code.RESOURCE_EXHAUSTED) {
      // gRPC itself ended it: the only limit it knows of is that of one message.
      counts.add("too-large");
    }
  }

  @Override
  public final void onComplete() {
    ended();
  }

  private boolean ended() {
    boolean before;
    synchronized (this) {
      before = closed;
      closed = true;
    }
    calls.remove(this);
    gone();
    return before;
  }

  private static String word(Status status) {
    return status.getCode().name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }
}
