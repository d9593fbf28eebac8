package io.skein.wire.grpc;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** A collector made of grpc-java, which does what a test wants and remembers what it was told. */
final class TestCollector implements AutoCloseable {

  /** What arrived in one call. */
  record Call(String method, Metadata headers, List<byte[]> messages) {
    String header(String name) {
      return headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    }
  }

  /** Says how to end a call; null never ends it. */
  interface Behaviour extends Function<Call, Status> {}

  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
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
      };

  private static final Set<String> PROFILING =
      Set.of("getProfileTaskCommands", "collectSnapshot", "reportTaskFinish");

  /**
   * Says on the console what the tests provoke on purpose. Held: loggers are collected otherwise.
   */
  private static final Logger NOISE = Logger.getLogger("io.grpc");

  static {
    NOISE.setLevel(Level.OFF);
  }

  final List<Call> calls = new CopyOnWriteArrayList<>();
  volatile Behaviour onSegments = call -> Status.OK;
  volatile Behaviour onManagement = call -> Status.OK;

  volatile Behaviour onProfiling = call -> Status.OK;

  /** What a call about profile tasks is answered. */
  volatile Function<Call, byte[]> profilingAnswer = call -> new byte[0];

  /** Ends calls at their first message instead of at their end. */
  volatile boolean early;

  /** Says that it recognises repeats, as our own server does. */
  volatile boolean skein = true;

  /** Ends calls with segments at once, before it has looked at any. */
  volatile @Nullable Status refusing;

  /** Told each segment, also of calls that break off. */
  volatile Consumer<byte[]> onSegmentMessage = message -> {};

  /** The message of each answer. */
  volatile byte[] answer = new byte[0];

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Server server;

  private TestCollector(int port, Consumer<NettyServerBuilder> tuning) throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .executor(threads)
            .addService(
                ServerServiceDefinition.builder("skywalking.v3.TraceSegmentReportService")
                    .addMethod(
                        method("skywalking.v3.TraceSegmentReportService/collect", true),
                        handler("collect"))
                    .build())
            .addService(
                ServerServiceDefinition.builder("skywalking.v3.ManagementService")
                    .addMethod(
                        method("skywalking.v3.ManagementService/keepAlive", false),
                        handler("keepAlive"))
                    .addMethod(
                        method("skywalking.v3.ManagementService/reportInstanceProperties", false),
                        handler("reportInstanceProperties"))
                    .build())
            .addService(
                ServerServiceDefinition.builder("skywalking.v3.ProfileTask")
                    .addMethod(
                        method("skywalking.v3.ProfileTask/getProfileTaskCommands", false),
                        handler("getProfileTaskCommands"))
                    .addMethod(
                        method("skywalking.v3.ProfileTask/collectSnapshot", true),
                        handler("collectSnapshot"))
                    .addMethod(
                        method("skywalking.v3.ProfileTask/reportTaskFinish", false),
                        handler("reportTaskFinish"))
                    .build());
    tuning.accept(builder);
    server = builder.build().start();
  }

  static TestCollector start() throws IOException {
    return startOn(0);
  }

  static TestCollector startOn(int port) throws IOException {
    return new TestCollector(port, builder -> {});
  }

  static TestCollector start(Consumer<NettyServerBuilder> tuning) throws IOException {
    return new TestCollector(0, tuning);
  }

  int port() {
    return server.getPort();
  }

  String address() {
    return "127.0.0.1:" + port();
  }

  List<Call> calls(String method) {
    List<Call> found = new ArrayList<>();
    for (Call call : calls) {
      if (call.method().equals(method)) {
        found.add(call);
      }
    }
    return found;
  }

  /** Returns all messages of all streams of snapshots, in the order of arrival. */
  List<byte[]> snapshots() {
    List<byte[]> all = new ArrayList<>();
    for (Call call : calls("collectSnapshot")) {
      all.addAll(call.messages());
    }
    return all;
  }

  /** Returns all messages of all streams of segments, in the order of arrival. */
  List<byte[]> segments() {
    List<byte[]> all = new ArrayList<>();
    for (Call call : calls("collect")) {
      all.addAll(call.messages());
    }
    return all;
  }

  private static MethodDescriptor<byte[], byte[]> method(String name, boolean stream) {
    return MethodDescriptor.<byte[], byte[]>newBuilder(BYTES, BYTES)
        .setFullMethodName(name)
        .setType(
            stream
                ? MethodDescriptor.MethodType.CLIENT_STREAMING
                : MethodDescriptor.MethodType.UNARY)
        .build();
  }

  private Metadata headers() {
    Metadata headers = new Metadata();
    if (skein) {
      headers.put(Metadata.Key.of("skein-server", Metadata.ASCII_STRING_MARSHALLER), "test");
    }
    return headers;
  }

  private ServerCallHandler<byte[], byte[]> handler(String name) {
    return (serverCall, headers) -> {
      Call call = new Call(name, headers, new CopyOnWriteArrayList<>());
      Status refused = refusing;
      if (refused != null && name.equals("collect")) {
        serverCall.close(refused, headers());
        return new ServerCall.Listener<>() {};
      }
      serverCall.request(Integer.MAX_VALUE);
      return new ServerCall.Listener<>() {
        private boolean ended;

        @Override
        public void onMessage(byte[] message) {
          call.messages().add(message);
          if (name.equals("collect")) {
            onSegmentMessage.accept(message);
          }
          if (early) {
            end();
          }
        }

        @Override
        public void onHalfClose() {
          end();
        }

        private void end() {
          if (ended) {
            return;
          }
          ended = true;
          boolean profiling = PROFILING.contains(name);
          Behaviour behaviour =
              name.equals("collect") ? onSegments : profiling ? onProfiling : onManagement;
          Status status = behaviour.apply(call);
          if (status == null) {
            return;
          }
          if (status.isOk()) {
            calls.add(call);
            serverCall.sendHeaders(headers());
            serverCall.sendMessage(profiling ? profilingAnswer.apply(call) : answer);
          }
          serverCall.close(status, status.isOk() ? new Metadata() : headers());
        }
      };
    };
  }

  /** Ends at once, connections included. */
  void kill() {
    close();
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      // Its threads go last: the server tells the end of each call in one of them, and waits for
      // that.
      if (!server.awaitTermination(10, TimeUnit.SECONDS)) {
        throw new AssertionError("the test's collector does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      threads.shutdownNow();
    }
  }
}
