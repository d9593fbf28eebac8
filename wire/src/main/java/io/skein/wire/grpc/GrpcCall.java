package io.skein.wire.grpc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.concurrent.CancellableDependency;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.impl.BasicEntityDetails;
import org.apache.hc.core5.http.nio.AsyncClientExchangeHandler;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.nio.DataStreamChannel;
import org.apache.hc.core5.http.nio.RequestChannel;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.http2.H2Error;
import org.apache.hc.core5.http2.H2StreamResetException;
import org.jspecify.annotations.Nullable;

/**
 * One call: the framed messages go out, the stream is half closed, and the status comes back, with
 * the message of the answer.
 *
 * <p>Made and awaited by one thread, driven by the connection's thread.
 */
final class GrpcCall implements AsyncClientExchangeHandler {

  /**
   * How much of an answer is kept: a hundred orders have room in it. What is longer is read over.
   */
  static final int MAX_ANSWER_BYTES = 64 << 10;

  /** gRPC's prefix: one byte "not compressed", four bytes length. */
  private static final int PREFIX = 5;

  private static final byte[] NOTHING = {};

  private final HttpRequest request;
  private final ByteBuffer body;

  /** Where the call goes; for who judges it later, when the connection may be another one. */
  final CollectorAddress address;

  /** Which connection carries it, counted from 1. */
  final long connection;

  /** Says whether orders in the answer are for this process. */
  final boolean own;

  /** Set by the watch, on the connection's thread. */
  int streamId;

  private volatile @Nullable StreamWatch watch;
  private final CountDownLatch done = new CountDownLatch(1);

  private boolean ended; // guarded by this
  private boolean abandoned; // guarded by this
  private @Nullable Cancellable stream; // guarded by this
  private @Nullable GrpcStatus early; // connection's thread
  private volatile @Nullable GrpcStatus status;
  private volatile @Nullable Exception failure;
  private volatile boolean headersSeen;
  private volatile boolean recognisesRepeats;
  private volatile boolean notServed;
  private final int bodyStart;
  private byte[] answer = NOTHING; // connection's thread, until the end
  private int answerLength;

  GrpcCall(
      HttpRequest request,
      ByteBuffer body,
      CollectorAddress address,
      long connection,
      boolean own) {
    this.request = request;
    this.body = body;
    this.address = address;
    this.connection = connection;
    this.own = own;
    this.bodyStart = body.position();
  }

  /** Says whether the collector has told, in its answer, that it recognises repeats. */
  boolean recognisesRepeats() {
    return recognisesRepeats;
  }

  /** Returns how many bytes of the body the server may have got and looked at. */
  synchronized long handedOver() {
    return notServed ? 0 : body.position() - bodyStart;
  }

  /** Waits for the end; null when the time is over first. */
  @Nullable GrpcStatus await(long nanos) throws InterruptedException {
    return done.await(nanos, TimeUnit.NANOSECONDS) ? status : null;
  }

  /** Returns how it ended; null while it has not. */
  @Nullable GrpcStatus status() {
    return status;
  }

  /**
   * Returns the message of the answer, mostly empty; null when there is none that we can read.
   * Called when the call has ended.
   */
  byte @Nullable [] answer() {
    if (answerLength < PREFIX || answer[0] != 0) {
      return null;
    }
    int length = ByteBuffer.wrap(answer).getInt(1);
    return length < 0 || length > answerLength - PREFIX
        ? null
        : Arrays.copyOfRange(answer, PREFIX, PREFIX + length);
  }

  /** Returns the exception that ended it, if it was one. */
  @Nullable Exception failure() {
    return failure;
  }

  /** Says whether an HTTP/2 server answered at all. */
  boolean answered() {
    return headersSeen;
  }

  /** Names the connection that will carry the call. */
  void on(StreamWatch watch) {
    this.watch = watch;
  }

  /** The server is going away and has not looked at this call. */
  void notServed() {
    notServed = true;
    finish(GrpcStatus.ofConnection(GrpcStatus.UNAVAILABLE, "it is going away"));
  }

  /** Gives the call up. When this returns, its body is not read any more. */
  void abandon() {
    Cancellable toCancel;
    synchronized (this) {
      abandoned = true;
      toCancel = stream;
    }
    if (toCancel != null) {
      toCancel.cancel();
    }
  }

  @Override
  public void produceRequest(RequestChannel channel, HttpContext context)
      throws HttpException, IOException {
    StreamWatch watch = this.watch;
    if (watch != null) {
      watch.begins(this);
    }
    channel.sendRequest(
        request,
        new BasicEntityDetails(body.remaining(), ContentType.create("application/grpc")),
        context);
  }

  @Override
  public synchronized int available() {
    return ended || abandoned ? 0 : Math.max(1, body.remaining());
  }

  @Override
  public synchronized void produce(DataStreamChannel channel) throws IOException {
    if (abandoned || ended) {
      return;
    }
    while (body.hasRemaining()) {
      if (channel.write(body) == 0) {
        return; // window or socket is full; called again when it is not
      }
    }
    ended = true;
    channel.endStream();
  }

  @Override
  public void consumeInformation(HttpResponse response, HttpContext context) {}

  @Override
  public void consumeResponse(
      HttpResponse response, @Nullable EntityDetails entity, HttpContext context) {
    headersSeen = true;
    recognisesRepeats = response.containsHeader("skein-server");
    if (response.getCode() != 200) {
      early = GrpcStatus.ofHttp(response.getCode());
    } else {
      early = statusIn(response.getHeaders());
    }
    if (entity == null) {
      finish(early);
    }
  }

  @Override
  public void updateCapacity(CapacityChannel channel) throws IOException {
    channel.update(Integer.MAX_VALUE);
  }

  @Override
  public void consume(ByteBuffer source) {
    int more = source.remaining();
    if (!own || done.getCount() == 0 || more > MAX_ANSWER_BYTES - answerLength) {
      source.position(source.limit());
      return;
    }
    if (answer.length - answerLength < more) {
      answer = Arrays.copyOf(answer, Math.max(answerLength + more, answer.length * 2));
    }
    source.get(answer, answerLength, more);
    answerLength += more;
  }

  @Override
  public void streamEnd(@Nullable List<? extends Header> trailers) {
    GrpcStatus last = early;
    if (trailers != null && (last == null || last.ok())) {
      last = statusIn(trailers.toArray(new Header[0]));
    }
    finish(last);
  }

  private static @Nullable GrpcStatus statusIn(Header[] headers) {
    String code = null;
    String message = null;
    for (Header header : headers) {
      if (header.getName().equalsIgnoreCase("grpc-status")) {
        code = header.getValue();
      } else if (header.getName().equalsIgnoreCase("grpc-message")) {
        message = header.getValue();
      }
    }
    return code == null ? null : GrpcStatus.ofTrailers(code, message);
  }

  private void finish(@Nullable GrpcStatus result) {
    if (done.getCount() == 0) {
      return;
    }
    status =
        result != null
            ? result
            : new GrpcStatus(GrpcStatus.UNKNOWN, "the answer has no grpc-status", headersSeen);
    done.countDown();
    if (!isEnded()) {
      abandon(); // answered before we were done: the rest is not wanted
    }
  }

  private synchronized boolean isEnded() {
    return ended;
  }

  @Override
  public void failed(Exception cause) {
    if (done.getCount() == 0) {
      return;
    }
    failure = cause;
    if (cause instanceof H2StreamResetException reset
        && reset.getCode() == H2Error.REFUSED_STREAM.getCode()) {
      notServed = true; // HTTP/2: not processed at all, may be sent again
    }
    String text =
        cause instanceof H2StreamResetException
            ? "the stream was reset (" + cause.getMessage() + ")"
            : Connection.reasonOf(cause);
    status = GrpcStatus.ofConnection(GrpcStatus.UNAVAILABLE, text);
    done.countDown();
  }

  @Override
  public void cancel() {
    finish(GrpcStatus.ofConnection(GrpcStatus.UNAVAILABLE, "the connection was closed"));
  }

  @Override
  public void releaseResources() {
    // Called in any case at the end, also when nothing else was.
    finish(GrpcStatus.ofConnection(GrpcStatus.UNAVAILABLE, "the connection was closed"));
  }

  /** Returns what the connection tells how to reset the stream. */
  CancellableDependency dependency() {
    return new CancellableDependency() {
      @Override
      public void setDependency(Cancellable cancellable) {
        synchronized (GrpcCall.this) {
          stream = cancellable;
        }
      }

      @Override
      public boolean isCancelled() {
        synchronized (GrpcCall.this) {
          return abandoned;
        }
      }

      @Override
      public boolean cancel() {
        abandon();
        return true;
      }
    };
  }
}
