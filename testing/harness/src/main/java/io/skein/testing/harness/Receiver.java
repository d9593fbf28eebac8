package io.skein.testing.harness;

import io.grpc.HandlerRegistry;
import io.grpc.InsecureServerCredentials;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerMethodDefinition;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.skein.testing.Certificates;
import io.skein.testing.RecordedSegment;
import io.skein.wire.decode.MalformedMessageException;
import io.skein.wire.decode.SegmentReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A collector that does nothing but read the segments of one agent, as gRPC brings them. Every
 * other message is taken and answered with no commands.
 */
public final class Receiver implements AutoCloseable {
  private static final byte[] NO_COMMANDS = {};

  private final Consumer<RecordedSegment> segments;
  private final Consumer<String> malformed;
  private final Server server;

  /** Starts with TLS, and wants of the agent a certificate that one of the authorities issued. */
  public static Receiver withTls(
      Certificates.Issued certificate,
      Certificates.Issued authorities,
      Consumer<RecordedSegment> segments,
      Consumer<String> malformed)
      throws IOException {
    return new Receiver(
        TlsServerCredentials.newBuilder()
            .keyManager(certificate.certificate().toFile(), certificate.key().toFile())
            .trustManager(authorities.certificate().toFile())
            .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
            .build(),
        segments,
        malformed);
  }

  /** Starts on a free port of this machine; the consumers are called in threads of the server. */
  public Receiver(Consumer<RecordedSegment> segments, Consumer<String> malformed)
      throws IOException {
    this(InsecureServerCredentials.create(), segments, malformed);
  }

  private Receiver(
      ServerCredentials credentials, Consumer<RecordedSegment> segments, Consumer<String> malformed)
      throws IOException {
    this.segments = segments;
    this.malformed = malformed;
    this.server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), credentials)
            .fallbackHandlerRegistry(new AnyMethod())
            .build()
            .start();
  }

  /** Returns where it listens, as an agent is told. */
  public String address() {
    return InetAddress.getLoopbackAddress().getHostAddress() + ":" + server.getPort();
  }

  private void read(String method, byte[] message) {
    try {
      if (method.endsWith("TraceSegmentReportService/collect")) {
        segments.accept(Recording.of(SegmentReader.segment(message)));
      } else if (method.endsWith("TraceSegmentReportService/collectInSync")) {
        for (byte[] each : SegmentReader.collection(message)) {
          segments.accept(Recording.of(SegmentReader.segment(each)));
        }
      }
    } catch (MalformedMessageException e) {
      malformed.accept(method + " brought a message that cannot be read: " + e);
    }
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      if (!server.awaitTermination(10, TimeUnit.SECONDS)) {
        throw new AssertionError("the receiver's server does not end");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private final class AnyMethod extends HandlerRegistry {
    @Override
    public ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
      return ServerMethodDefinition.create(
          MethodDescriptor.newBuilder(new Bytes(), new Bytes())
              .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
              .setFullMethodName(name)
              .build(),
          ServerCalls.asyncBidiStreamingCall(answers -> new Call(name, answers)));
    }
  }

  private final class Call implements StreamObserver<byte[]> {
    private final String method;
    private final StreamObserver<byte[]> answers;

    Call(String method, StreamObserver<byte[]> answers) {
      this.method = method;
      this.answers = answers;
    }

    @Override
    public void onNext(byte[] message) {
      read(method, message);
    }

    @Override
    public void onError(Throwable theAgentIsGone) {}

    @Override
    public void onCompleted() {
      answers.onNext(NO_COMMANDS);
      answers.onCompleted();
    }
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
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
}
