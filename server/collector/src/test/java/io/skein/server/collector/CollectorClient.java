package io.skein.server.collector;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.skein.wire.decode.MessageWriter;
import io.skein.wire.model.TraceSegment;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What an agent does to a collector, over a real connection, byte by byte. */
final class CollectorClient implements AutoCloseable {
  static final String COLLECT = "skywalking.v3.TraceSegmentReportService/collect";
  static final String COLLECT_IN_SYNC = "skywalking.v3.TraceSegmentReportService/collectInSync";

  private final ManagedChannel channel;
  private Metadata headers = new Metadata();

  CollectorClient(int port) {
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port)
            .usePlaintext()
            .maxInboundMessageSize(1 << 20)
            .compressorRegistry(compressors())
            .build();
  }

  private static io.grpc.CompressorRegistry compressors() {
    io.grpc.CompressorRegistry registry = io.grpc.CompressorRegistry.newEmptyInstance();
    registry.register(new io.grpc.Codec.Gzip());
    registry.register(new BrokenGzip());
    return registry;
  }

  CollectorClient header(String name, String value) {
    headers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
    return this;
  }

  CollectorClient noHeaders() {
    headers = new Metadata();
    return this;
  }

  CollectorClient account(String service, String instance, String account) {
    noHeaders();
    header("skein-account", account);
    header("skein-service", base64(service));
    return header("skein-instance", base64(instance));
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  byte[] unary(String method, byte[] message) {
    return ClientCalls.blockingUnaryCall(
        io.grpc.ClientInterceptors.intercept(
            channel, io.grpc.stub.MetadataUtils.newAttachHeadersInterceptor(headers)),
        descriptor(method, MethodDescriptor.MethodType.UNARY),
        CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS),
        message);
  }

  /** What stands in the head of the answer to a unary call under a name; null for nothing. */
  String answerHeader(String method, byte[] message, String name) {
    java.util.concurrent.atomic.AtomicReference<Metadata> head =
        new java.util.concurrent.atomic.AtomicReference<>(new Metadata());
    java.util.concurrent.atomic.AtomicReference<Metadata> tail =
        new java.util.concurrent.atomic.AtomicReference<>(new Metadata());
    try {
      ClientCalls.blockingUnaryCall(
          io.grpc.ClientInterceptors.intercept(
              channel,
              io.grpc.stub.MetadataUtils.newAttachHeadersInterceptor(headers),
              io.grpc.stub.MetadataUtils.newCaptureMetadataInterceptor(head, tail)),
          descriptor(method, MethodDescriptor.MethodType.UNARY),
          CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS),
          message);
    } catch (StatusRuntimeException e) {
      // An answer, too. gRPC shows the only headers of such a one as its trailers.
      return tail.get().get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    }
    return head.get().get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
  }

  /** The status of a unary call, whatever it is. */
  Status unaryStatus(String method, byte[] message) {
    try {
      unary(method, message);
      return Status.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus();
    }
  }

  Stream stream(String method) {
    return stream(method, CallOptions.DEFAULT);
  }

  /** A stream whose messages are packed. */
  Stream gzipStream(String method) {
    return stream(method, CallOptions.DEFAULT.withCompression("gzip"));
  }

  /** A stream whose messages say that they are packed, and are not. */
  Stream brokenGzipStream(String method) {
    return stream(method, CallOptions.DEFAULT.withCompression("x-broken"));
  }

  /** Announces itself as gzip, whose name it takes when the header is written. */
  private static final class BrokenGzip implements io.grpc.Compressor {
    private final java.util.concurrent.atomic.AtomicInteger asked =
        new java.util.concurrent.atomic.AtomicInteger();

    @Override
    public String getMessageEncoding() {
      // The registry asks first, the header later.
      return asked.getAndIncrement() == 0 ? "x-broken" : "gzip";
    }

    @Override
    public java.io.OutputStream compress(java.io.OutputStream os) {
      return os;
    }
  }

  private Stream stream(String method, CallOptions options) {
    return new Stream(
        channel.newCall(descriptor(method, MethodDescriptor.MethodType.CLIENT_STREAMING), options),
        headers);
  }

  /** Sends segments in one stream and returns how the server answered. */
  Status collect(List<TraceSegment> segments) {
    Stream stream = stream(COLLECT);
    for (TraceSegment segment : segments) {
      stream.send(MessageWriter.segment(segment));
    }
    return stream.halfClose().status();
  }

  private static MethodDescriptor<byte[], byte[]> descriptor(
      String method, MethodDescriptor.MethodType type) {
    return MethodDescriptor.<byte[], byte[]>newBuilder()
        .setType(type)
        .setFullMethodName(method)
        .setRequestMarshaller(ByteMarshaller.KEEPING)
        .setResponseMarshaller(ByteMarshaller.KEEPING)
        .build();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    try {
      if (!channel.awaitTermination(5, TimeUnit.SECONDS)) {
        throw new AssertionError("the client's channel does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One client stream. */
  static final class Stream extends ClientCall.Listener<byte[]> {
    private final ClientCall<byte[], byte[]> call;
    private final CompletableFuture<Status> end = new CompletableFuture<>();
    private final java.util.concurrent.atomic.AtomicInteger answers =
        new java.util.concurrent.atomic.AtomicInteger();
    private final Object ready = new Object();

    private Stream(ClientCall<byte[], byte[]> call, Metadata headers) {
      this.call = call;
      // A copy: gRPC adds its own to those of a call, and sends them on another thread.
      Metadata own = new Metadata();
      own.merge(headers);
      call.start(this, own);
      call.request(2);
    }

    /** Waits while the server does not take more, as a polite sender does. */
    Stream send(byte[] message) {
      synchronized (ready) {
        while (!call.isReady() && !end.isDone()) {
          try {
            ready.wait(10_000);
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        }
      }
      call.sendMessage(message);
      return this;
    }

    boolean isReady() {
      return call.isReady();
    }

    Stream sendWithoutWaiting(byte[] message) {
      call.sendMessage(message);
      return this;
    }

    Stream halfClose() {
      call.halfClose();
      return this;
    }

    void cancel() {
      call.cancel("the test wants it", null);
    }

    Status status() {
      try {
        return end.get(30, TimeUnit.SECONDS);
      } catch (Exception e) {
        throw new AssertionError("the stream is not answered", e);
      }
    }

    boolean isAnswered() {
      return end.isDone();
    }

    int answers() {
      return answers.get();
    }

    @Override
    public void onMessage(byte[] message) {
      answers.incrementAndGet();
    }

    @Override
    public void onReady() {
      synchronized (ready) {
        ready.notifyAll();
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      end.complete(status);
      onReady();
    }
  }
}
