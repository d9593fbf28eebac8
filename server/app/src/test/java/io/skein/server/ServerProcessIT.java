package io.skein.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.skein.wire.decode.MessageWriter;
import io.skein.wire.model.ProfileTaskFinish;
import io.skein.wire.model.ProfileTaskQuery;
import io.skein.wire.model.ThreadSnapshot;
import io.skein.wire.model.TraceSegment;
import io.skein.wire.model.TraceSpan;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packaged jar, as an operator runs it. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ServerProcessIT {
  private static final long START = 1_700_000_000_000L;
  private final HttpClient http = HttpClient.newHttpClient();
  @TempDir Path directory;

  private HttpResponse<String> get(ServerProcess server, String path) {
    try {
      return http.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.httpPort() + path))
              .timeout(Duration.ofSeconds(20))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(path + ": " + server.lines, e);
    }
  }

  private static void report(ServerProcess server, int from, int to) {
    List<TraceSegment> segments = new ArrayList<>();
    for (int i = from; i < to; i++) {
      TraceSpan span =
          new TraceSpan(
              0,
              -1,
              START + i,
              START + i + 5,
              List.of(),
              "GET:/",
              "",
              TraceSpan.ENTRY,
              3,
              1,
              false,
              List.of(),
              List.of(),
              false);
      segments.add(
          new TraceSegment("trace-" + i, "segment-" + i, List.of(span), "shop", "shop-1", false));
    }
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.grpcPort()).usePlaintext().build();
    try {
      byte[] answer =
          ClientCalls.blockingUnaryCall(
              channel,
              MethodDescriptor.<byte[], byte[]>newBuilder()
                  .setType(MethodDescriptor.MethodType.UNARY)
                  .setFullMethodName("skywalking.v3.TraceSegmentReportService/collectInSync")
                  .setRequestMarshaller(new Bytes())
                  .setResponseMarshaller(new Bytes())
                  .build(),
              CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS),
              MessageWriter.collection(segments));
      assertThat(answer).isEmpty();
    } finally {
      channel.shutdownNow();
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

  @Test
  void saysInTwoLinesWhereEverythingIs() throws IOException {
    try (ServerProcess server = ServerProcess.start(directory.resolve("data"))) {
      assertThat(get(server, "/api/status").statusCode()).isEqualTo(200);
      assertThat(server.lines).hasSize(2);
      assertThat(server.lines.get(1))
          .matches(
              Pattern.quote("[skein] traces are kept in " + directory.resolve("data"))
                  + ", 2 GB at most; opened in \\d+ ms");
      assertThat(server.terminate()).isEqualTo(143);
      assertThat(server.lines).hasSize(3).last().isEqualTo("[skein] stopped");
    }
  }

  @Test
  void whatWasAcknowledgedIsThereAfterARestart() throws IOException {
    Path data = directory.resolve("data");
    try (ServerProcess server = ServerProcess.start(data)) {
      report(server, 0, 500);
      assertThat(server.terminate()).isEqualTo(143);
    }
    try (ServerProcess server = ServerProcess.start(data)) {
      assertThat(get(server, "/api/status").body()).contains("\"segments\":500");
      assertThat(get(server, "/api/trace?id=trace-499").statusCode()).isEqualTo(200);
      assertThat(server.terminate()).isEqualTo(143);
      // Neither the libraries nor a newer JDK have anything to add.
      assertThat(server.lines).hasSize(3).allMatch(line -> line.startsWith("[skein] "));
    }
  }

  @Test
  void whatWasAcknowledgedIsThereAfterKillNine() throws IOException {
    Path data = directory.resolve("data");
    try (ServerProcess server = ServerProcess.start(data)) {
      report(server, 0, 500);
      server.kill();
    }
    try (ServerProcess server = ServerProcess.start(data)) {
      assertThat(get(server, "/api/status").body()).contains("\"segments\":500");
      // The agent did not get every answer and sends again: nothing is stored twice.
      report(server, 400, 600);
      Waiting.until(() -> get(server, "/api/accounting").body().contains("\"storedSegments\":600"));
      assertThat(get(server, "/api/accounting").body()).contains("\"duplicateSegments\":100");
      assertThat(server.terminate()).isEqualTo(143);
    }
  }

  @Test
  void profileTasksAndWhatTheyBroughtAreThereAfterKillNine() throws Exception {
    Path data = directory.resolve("data");
    String id;
    try (ServerProcess server = ServerProcess.start(data)) {
      HttpResponse<String> made =
          http.send(
              HttpRequest.newBuilder(
                      URI.create("http://127.0.0.1:" + server.httpPort() + "/api/profile/tasks"))
                  .header("content-type", "application/json")
                  .POST(
                      HttpRequest.BodyPublishers.ofString(
                          "{\"service\":\"shop\",\"endpoint\":\"GET:/\",\"durationMinutes\":5,"
                              + "\"minMillis\":0,\"periodMillis\":10,\"maxSamples\":5}"))
                  .timeout(Duration.ofSeconds(20))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
      id = made.body().replaceAll(".*\"id\":\"([^\"]+)\".*", "$1");
      byte[] query = MessageWriter.profileTaskQuery(new ProfileTaskQuery("shop", "shop-1", -1));
      byte[] commands = call(server, "getProfileTaskCommands", List.of(query));
      assertThat(new String(commands, java.nio.charset.StandardCharsets.UTF_8)).contains(id);
      List<byte[]> snapshots = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        snapshots.add(
            MessageWriter.snapshot(
                new ThreadSnapshot(
                    id, "segment-1", START + 10L * i, i, List.of("a.B.c:1"), 0, 0, 0)));
      }
      assertThat(call(server, "collectSnapshot", snapshots)).isEmpty();
      byte[] finish = MessageWriter.profileTaskFinish(new ProfileTaskFinish("shop", "shop-1", id));
      assertThat(call(server, "reportTaskFinish", List.of(finish))).isEmpty();
      server.kill();
    }
    try (ServerProcess server = ServerProcess.start(data)) {
      report(server, 1, 2);
      Waiting.until(() -> get(server, "/api/profile/tasks").body().contains("\"requests\":1"));
      assertThat(get(server, "/api/profile/tasks").body())
          .contains("\"id\":\"" + id + "\"", "\"snapshots\":300", "\"name\":\"shop-1\"")
          .doesNotContain("\"notifiedMillis\":null", "\"finishedMillis\":null");
      assertThat(get(server, "/api/profile/analysis?segment=segment-1").body())
          .contains("\"millis\":3000", "\"a.B.c:1\"");
      Waiting.until(
          () ->
              get(server, "/api/profile/segments?traceId=trace-1")
                  .body()
                  .contains("\"endpoint\":\"GET:/\""));
      assertThat(server.terminate()).isEqualTo(143);
    }
  }

  /** Calls a method of profiling as a stream of messages, and returns the one answer. */
  private static byte[] call(ServerProcess server, String method, List<byte[]> messages)
      throws Exception {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.grpcPort()).usePlaintext().build();
    try {
      CompletableFuture<byte[]> answer = new CompletableFuture<>();
      StreamObserver<byte[]> requests =
          ClientCalls.asyncClientStreamingCall(
              channel.newCall(
                  MethodDescriptor.<byte[], byte[]>newBuilder()
                      .setType(MethodDescriptor.MethodType.CLIENT_STREAMING)
                      .setFullMethodName("skywalking.v3.ProfileTask/" + method)
                      .setRequestMarshaller(new Bytes())
                      .setResponseMarshaller(new Bytes())
                      .build(),
                  CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS)),
              new StreamObserver<byte[]>() {
                @Override
                public void onNext(byte[] value) {
                  answer.complete(value);
                }

                @Override
                public void onError(Throwable failure) {
                  answer.completeExceptionally(failure);
                }

                @Override
                public void onCompleted() {}
              });
      messages.forEach(requests::onNext);
      requests.onCompleted();
      return answer.get(20, TimeUnit.SECONDS);
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void oneDirectoryBelongsToOneServer() throws IOException {
    Path data = directory.resolve("data");
    try (ServerProcess first = ServerProcess.start(data)) {
      assertThat(get(first, "/healthcheck").statusCode()).isEqualTo(200);
      try (ServerProcess second = ServerProcess.start(data)) {
        assertThat(second.exitStatus()).isEqualTo(1);
        assertThat(second.lines).hasSize(1).first().asString().contains(data.toString());
      }
      assertThat(first.terminate()).isEqualTo(143);
    }
  }

  @Test
  void aDirectoryThatCannotBeUsedIsOneSentence() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "not a directory");
    try (ServerProcess server = ServerProcess.start(file)) {
      assertThat(server.exitStatus()).isEqualTo(1);
      assertThat(server.lines).hasSize(1);
      assertThat(server.lines.get(0))
          .startsWith("[skein] cannot start: ")
          .contains(file.toString());
    }
  }

  @Test
  void anOpenDoorIsSaid() throws IOException {
    try (ServerProcess server = ServerProcess.start(directory, "--bind", "0.0.0.0")) {
      Waiting.until(() -> server.lines.size() >= 3);
      assertThat(server.lines.get(0))
          .contains("WARN listening on 0.0.0.0 without a token", "--token");
      assertThat(server.terminate()).isEqualTo(143);
    }
  }

  @Test
  void theJarCarriesWhatItNeedsAndNoMore() throws IOException {
    try (java.util.jar.JarFile jar = new java.util.jar.JarFile(ServerProcess.JAR.toFile())) {
      List<String> names = jar.stream().map(java.util.zip.ZipEntry::getName).toList();
      assertThat(names).noneMatch(name -> name.endsWith(".SF") || name.endsWith(".RSA"));
      assertThat(names).anyMatch(name -> name.startsWith("linux/amd64/libzstd"));
      assertThat(names).noneMatch(name -> name.startsWith("linux/ppc64"));
      assertThat(jar.getManifest().getMainAttributes().getValue("Enable-Native-Access"))
          .isEqualTo("ALL-UNNAMED");
    }
    assertThat(Files.size(ServerProcess.JAR)).isLessThan(25L << 20);
  }

  private static final class Waiting {
    static void until(java.util.function.BooleanSupplier condition) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (!condition.getAsBoolean()) {
        if (System.nanoTime() > end) {
          throw new AssertionError("not within 30 s");
        }
        java.util.concurrent.locks.LockSupport.parkNanos(2_000_000);
      }
    }
  }
}
