package io.skein.testing.server;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.KnownLength;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * A connection that reports segments as SkyWalking's agents do: one call of {@code
 * TraceSegmentReportService/collect} per batch, its segments as messages, then the end, then the
 * server's answer, which is the acknowledgement of all of them. Safe for use by several threads.
 */
public final class Reporting implements AutoCloseable {
  private static final MethodDescriptor<byte[], byte[]> COLLECT =
      MethodDescriptor.<byte[], byte[]>newBuilder()
          .setType(MethodDescriptor.MethodType.CLIENT_STREAMING)
          .setFullMethodName("skywalking.v3.TraceSegmentReportService/collect")
          .setRequestMarshaller(new Bytes())
          .setResponseMarshaller(new Bytes())
          .build();

  private final ManagedChannel channel;

  /**
   * Opens no connection yet.
   *
   * @param collector host:port
   */
  public Reporting(String collector) {
    // Answers are handled where they arrive, on the transport's thread: there is little to do.
    Executor direct = Runnable::run;
    channel = NettyChannelBuilder.forTarget(collector).usePlaintext().executor(direct).build();
  }

  /**
   * Sends encoded segments and completes with the status of the call, never exceptionally.
   *
   * @param seconds how long the call may take
   */
  public CompletableFuture<Status> collect(List<byte[]> segments, long seconds) {
    ClientCall<byte[], byte[]> call =
        channel.newCall(COLLECT, CallOptions.DEFAULT.withDeadlineAfter(seconds, TimeUnit.SECONDS));
    CompletableFuture<Status> answer = new CompletableFuture<>();
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            answer.complete(status);
          }
        },
        new Metadata());
    call.request(2);
    // Not waiting for the transport to be ready: a batch is small enough to be kept in memory.
    for (byte[] segment : segments) {
      call.sendMessage(segment);
    }
    call.halfClose();
    return answer;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new KnownBytes(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Tells its length, so that gRPC frames it without a copy in between. */
  private static final class KnownBytes extends ByteArrayInputStream implements KnownLength {
    KnownBytes(byte[] bytes) {
      super(bytes);
    }
  }
}
