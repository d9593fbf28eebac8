package io.skein.wire.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.skein.core.report.ReportCounters;
import io.skein.core.report.SegmentQueue;
import io.skein.core.report.Transport.Answer;
import io.skein.core.report.Transport.Kind;
import io.skein.wire.encode.ProtoWriter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class GrpcTransportTest {

  private static final long TEN_SECONDS = 10_000_000_000L;

  private final ReportCounters counters = new ReportCounters(new SegmentQueue(16, 100));
  private final List<AutoCloseable> toClose = new ArrayList<>();

  @AfterEach
  void nothingOfOursIsLeft() throws Exception {
    for (AutoCloseable closeable : toClose) {
      closeable.close();
    }
    long deadline = System.nanoTime() + TEN_SECONDS;
    while (Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().startsWith("skein-"))) {
      assertThat(System.nanoTime()).as("threads end").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private <T extends AutoCloseable> T closed(T closeable) {
    toClose.add(0, closeable);
    return closeable;
  }

  private GrpcTransport transport(String backends, String token) {
    GrpcSettings settings =
        GrpcSettings.of(
            backends,
            "d\u00e9mo",
            "i-1@h",
            "p1",
            "0.1.0",
            token,
            List.of(Map.entry("language", "java")));
    return closed(new GrpcTransport(settings, counters));
  }

  private GrpcTransport transport(String backends) {
    return transport(backends, null);
  }

  private static ByteBuffer framed(String... messages) {
    ByteBuffer buffer = ByteBuffer.allocate(100_000);
    for (String message : messages) {
      byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
      buffer.put((byte) 0).putInt(bytes.length).put(bytes);
    }
    return buffer.flip();
  }

  private static List<String> texts(List<byte[]> messages) {
    return messages.stream().map(bytes -> new String(bytes, StandardCharsets.UTF_8)).toList();
  }

  @Test
  void aBatchIsOneStreamOfMessagesWithOurMetadata() throws IOException {
    TestCollector collector = closed(TestCollector.start());
    GrpcTransport transport = transport(collector.address(), "s3cret");
    assertThat(transport.send(framed("a", "", "ccc"), TEN_SECONDS)).isEqualTo(Answer.delivered());

    TestCollector.Call call = collector.calls("collect").get(0);
    assertThat(texts(call.messages())).containsExactly("a", "", "ccc");
    assertThat(call.header("agent-version")).isEqualTo("0.1.0");
    assertThat(call.header("authentication")).isEqualTo("s3cret");
    assertThat(call.header("skein-account"))
        .isEqualTo(
            "made.segments=0;made.spans=0;delivered.segments=0;delivered.spans=0;"
                + "queued.segments=0;queued.spans=0;spooled.segments=0;spooled.spans=0;id=p1");
    assertThat(
            new String(
                Base64.getDecoder().decode(call.header("skein-service")), StandardCharsets.UTF_8))
        .isEqualTo("d\u00e9mo");
    assertThat(
            new String(
                Base64.getDecoder().decode(call.header("skein-instance")), StandardCharsets.UTF_8))
        .isEqualTo("i-1@h");
  }

  @Test
  void withoutATokenNoneIsSent() throws IOException {
    TestCollector collector = closed(TestCollector.start());
    transport(collector.address()).send(framed("a"), TEN_SECONDS);
    assertThat(collector.calls("collect").get(0).header("authentication")).isNull();
  }

  @Test
  void manyBatchesUseOneConnection() throws IOException {
    AtomicInteger connections = new AtomicInteger();
    TestCollector collector =
        closed(
            TestCollector.start(
                builder ->
                    builder.addTransportFilter(
                        new io.grpc.ServerTransportFilter() {
                          @Override
                          public io.grpc.Attributes transportReady(io.grpc.Attributes attributes) {
                            connections.incrementAndGet();
                            return attributes;
                          }
                        })));
    GrpcTransport transport = transport(collector.address());
    for (int i = 0; i < 300; i++) {
      assertThat(transport.send(framed("m" + i), TEN_SECONDS).kind()).isEqualTo(Kind.DELIVERED);
    }
    assertThat(collector.segments()).hasSize(300);
    assertThat(connections).hasValue(1);
  }

  @Test
  void aBodyOfManyMegabytesArrivesWhole() throws IOException {
    TestCollector collector = closed(TestCollector.start());
    int messages = 300;
    ByteBuffer body = ByteBuffer.allocate(messages * 100_005);
    for (int i = 0; i < messages; i++) {
      byte[] bytes = new byte[100_000];
      java.util.Arrays.fill(bytes, (byte) i);
      body.put((byte) 0).putInt(bytes.length).put(bytes);
    }
    assertThat(transport(collector.address()).send(body.flip().asReadOnlyBuffer(), TEN_SECONDS))
        .isEqualTo(Answer.delivered());
    List<byte[]> arrived = collector.segments();
    assertThat(arrived).hasSize(messages);
    for (int i = 0; i < messages; i++) {
      assertThat(arrived.get(i)).hasSize(100_000).containsOnly(i);
    }
  }

  @Test
  void unknownCommandsAndGarbageInTheAnswerAreOverlooked() throws IOException {
    TestCollector collector = closed(TestCollector.start());
    GrpcTransport transport = transport(collector.address());
    ProtoWriter commands = new ProtoWriter(1 << 20);
    commands.reset(0);
    int command = commands.begin(1, 1);
    commands.text(1, "CommandOfTheFuture");
    commands.pair(2, "SerialNumber", "1");
    commands.end(command, 1);
    collector.answer = java.util.Arrays.copyOf(commands.buffer(), commands.length());
    assertThat(transport.send(framed("a"), TEN_SECONDS)).isEqualTo(Answer.delivered());
    collector.answer = new byte[] {(byte) 0xff, (byte) 0xff, 1, 2, 3};
    assertThat(transport.send(framed("b"), TEN_SECONDS)).isEqualTo(Answer.delivered());
    collector.answer = new byte[2_000_000];
    assertThat(transport.send(framed("c"), TEN_SECONDS)).isEqualTo(Answer.delivered());
  }

  @ParameterizedTest
  @EnumSource(
      value = Status.Code.class,
      names = {"OK", "INVALID_ARGUMENT", "OUT_OF_RANGE", "DEADLINE_EXCEEDED"},
      mode = EnumSource.Mode.EXCLUDE)
  void mostFailuresAreWorthAnotherAttempt(Status.Code code) throws IOException {
    TestCollector collector = closed(TestCollector.start());
    collector.onSegments = call -> code.toStatus().withDescription("because \u20ac\n100%");
    GrpcTransport transport = transport(collector.address());
    Answer answer = transport.send(framed("a"), TEN_SECONDS);
    assertThat(answer.kind()).isEqualTo(Kind.RETRY);
    assertThat(answer.detail())
        .startsWith("collector " + collector.address())
        .contains(code + ": because \u20ac 100%");
    collector.onSegments = call -> Status.OK;
    assertThat(transport.send(framed("a"), TEN_SECONDS)).isEqualTo(Answer.delivered());
  }

  @ParameterizedTest
  @EnumSource(
      value = Status.Code.class,
      names = {"INVALID_ARGUMENT", "OUT_OF_RANGE"})
  void whatIsTheMessagesFaultIsARefusal(Status.Code code) throws IOException {
    TestCollector collector = closed(TestCollector.start());
    collector.onSegments = call -> code.toStatus();
    Answer answer = transport(collector.address()).send(framed("a"), TEN_SECONDS);
    assertThat(answer.kind()).isEqualTo(Kind.REFUSED);
    assertThat(answer.detail())
        .isEqualTo("collector " + collector.address() + " refused a segment (" + code + ")");
  }

  @Test
  void aCollectorThatAlwaysFailsOnABatchRefusesItInTheEnd() throws IOException {
    TestCollector collector = closed(TestCollector.start());
    collector.onSegments = call -> Status.UNKNOWN;
    GrpcTransport transport = transport(collector.address());
    for (int i = 0; i < 5; i++) {
      assertThat(transport.send(framed("a"), TEN_SECONDS).kind()).isEqualTo(Kind.RETRY);
    }
    assertThat(transport.send(framed("a"), TEN_SECONDS).kind()).isEqualTo(Kind.REFUSED);
  }

  @Test
  void aMessageAboveTheCollectorsLimitIsARefusalAlthoughItsCodeSaysOtherwise() throws IOException {
    TestCollector collector =
        closed(TestCollector.start(builder -> builder.maxInboundMessageSize(1000)));
    GrpcTransport transport = transport(collector.address());
    Answer answer = transport.send(framed("a", "b".repeat(2000), "c"), TEN_SECONDS);
    assertThat(answer.kind()).isEqualTo(Kind.REFUSED);
    assertThat(transport.send(framed("a", "c"), TEN_SECONDS)).isEqualTo(Answer.delivered());
  }

  @Test
  void anAnswerBeforeTheBodysEndIsTakenAndTheConnectionStaysInUse() throws IOException {
    TestCollector collector = closed(TestCollector.start());
    collector.early = true;
    collector.onSegments = call -> Status.RESOURCE_EXHAUSTED.withDescription("too busy");
    ByteBuffer body = ByteBuffer.allocate(50 * 100_005);
    for (int i = 0; i < 50; i++) {
      body.put((byte) 0).putInt(100_000).put(new byte[100_000]);
    }
    GrpcTransport transport = transport(collector.address());
    Answer answer = transport.send(body.flip(), TEN_SECONDS);
    assertThat(answer.kind()).isEqualTo(Kind.RETRY);
    assertThat(answer.detail()).contains("RESOURCE_EXHAUSTED: too busy");
    collector.early = false;
    collector.onSegments = call -> Status.OK;
    assertThat(transport.send(framed("a"), TEN_SECONDS)).isEqualTo(Answer.delivered());
  }

  @Test
  void aMissingOrWrongTokenIsToldWithTheRemedy() throws IOException {
    TestCollector collector = closed(TestCollector.start());
    collector.onSegments = call -> Status.PERMISSION_DENIED.withDescription("no");
    assertThat(transport(collector.address()).send(framed("a"), TEN_SECONDS).detail())
        .contains("wants a token")
        .contains("skein.token");
    collector.onSegments = call -> Status.UNAUTHENTICATED;
    assertThat(transport(collector.address(), "x").send(framed("a"), TEN_SECONDS).detail())
        .contains("does not accept our token")
        .contains("skein.token");
  }

  @Test
  void aRefusedConnectionSaysSo() throws IOException {
    String nobody;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = "127.0.0.1:" + socket.getLocalPort();
    }
    assertThat(transport(nobody).send(framed("a"), TEN_SECONDS))
        .isEqualTo(Answer.retry("collector " + nobody + " unreachable (connection refused)"));
  }

  @Test
  void anUnknownHostSaysSo() {
    assertThat(transport("no-such-host.invalid:11800").send(framed("a"), TEN_SECONDS).detail())
        .isEqualTo("collector no-such-host.invalid:11800 unreachable (unknown host)");
  }

  @Test
  void aCollectorThatNeverAnswersIsGivenUpAtTheDeadline() throws IOException {
    TestCollector collector = closed(TestCollector.start());
    collector.onSegments = call -> null;
    GrpcTransport transport = transport(collector.address());
    long start = System.nanoTime();
    Answer answer = transport.send(framed("a"), 300_000_000L);
    assertThat(System.nanoTime() - start).isBetween(300_000_000L, TEN_SECONDS);
    assertThat(answer)
        .isEqualTo(Answer.retry("collector " + collector.address() + " does not answer"));
    collector.onSegments = call -> Status.OK;
    assertThat(transport.send(framed("b"), TEN_SECONDS)).isEqualTo(Answer.delivered());
  }

  @Test
  void aServerThatAcceptsAndIsSilentIsGivenUpAtTheDeadline() throws IOException {
    RawServer server = closed(new RawServer((in, out) -> RawServer.drain(in)));
    Answer answer = transport(server.address()).send(framed("a"), 300_000_000L);
    assertThat(answer)
        .isEqualTo(Answer.retry("collector " + server.address() + " does not answer"));
  }

  @Test
  void aSlowCollectorIsWaitedFor() throws IOException {
    TestCollector collector = closed(TestCollector.start());
    CountDownLatch goOn = new CountDownLatch(1);
    collector.onSegments =
        call -> {
          try {
            assertThat(goOn.await(10, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return Status.OK;
        };
    Thread later =
        new Thread(
            () -> {
              try {
                TimeUnit.MILLISECONDS.sleep(500); // the slowness itself, nothing is awaited by it
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              goOn.countDown();
            });
    later.start();
    assertThat(transport(collector.address()).send(framed("a"), TEN_SECONDS))
        .isEqualTo(Answer.delivered());
  }

  @Test
  void aCollectorThatWasRestartedIsFoundAgainWithinTheSameSend() throws IOException {
    TestCollector first = TestCollector.start();
    int port = first.port();
    GrpcTransport transport = transport(first.address());
    assertThat(transport.send(framed("a"), TEN_SECONDS)).isEqualTo(Answer.delivered());
    first.kill();
    assertThat(transport.send(framed("b"), TEN_SECONDS).detail()).contains("connection refused");
    TestCollector second = closed(TestCollector.startOn(port));
    assertThat(transport.send(framed("b"), TEN_SECONDS)).isEqualTo(Answer.delivered());
    assertThat(texts(second.segments())).containsExactly("b");
    second.kill();
    TestCollector third = closed(TestCollector.startOn(port));
    assertThat(transport.send(framed("c"), TEN_SECONDS)).isEqualTo(Answer.delivered());
    assertThat(texts(third.segments())).containsExactly("c");
  }

  @Test
  void connectionsThatTheCollectorEndsByAgeAreNoFailures() throws IOException {
    TestCollector collector =
        closed(
            TestCollector.start(
                builder ->
                    builder
                        .maxConnectionAge(30, TimeUnit.MILLISECONDS)
                        .maxConnectionAgeGrace(5, TimeUnit.SECONDS)));
    GrpcTransport transport = transport(collector.address());
    long end = System.nanoTime() + 1_500_000_000L;
    List<String> sent = new ArrayList<>();
    while (System.nanoTime() < end) {
      sent.add("m" + sent.size());
      assertThat(transport.send(framed(sent.get(sent.size() - 1)), TEN_SECONDS))
          .isEqualTo(Answer.delivered());
    }
    assertThat(texts(collector.segments())).containsAll(sent);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 7, 8, 11}) // internal error, refused, cancel, calm down
  void aResetStreamIsWorthAnotherAttempt(int code) throws IOException {
    RawServer server =
        closed(
            new RawServer(
                (in, out) -> {
                  int stream = RawServer.greetAndAwaitStream(in, out);
                  RawServer.reset(out, stream, code);
                  RawServer.drain(in);
                }));
    Answer answer = transport(server.address()).send(framed("a"), TEN_SECONDS);
    assertThat(answer.kind()).isEqualTo(Kind.RETRY);
    assertThat(answer.detail())
        .startsWith("collector " + server.address() + " unreachable (the stream was reset");
  }

  @Test
  void aServerThatSendsUsAwayIsWorthAnotherAttempt() throws IOException {
    RawServer server =
        closed(
            new RawServer(
                (in, out) -> {
                  RawServer.greetAndAwaitStream(in, out);
                  RawServer.goAway(out, 0);
                  RawServer.drain(in);
                }));
    Answer answer = transport(server.address()).send(framed("a"), TEN_SECONDS);
    assertThat(answer.kind()).isEqualTo(Kind.RETRY);
    assertThat(answer.detail())
        .isEqualTo("collector " + server.address() + " unreachable (it is going away)");
  }

  @Test
  void aServerThatHangsUpIsWorthAnotherAttempt() throws IOException {
    RawServer server = closed(new RawServer(RawServer::greetAndAwaitStream));
    Answer answer = transport(server.address()).send(framed("a"), TEN_SECONDS);
    assertThat(answer.kind()).isEqualTo(Kind.RETRY);
    assertThat(answer.detail()).startsWith("collector " + server.address() + " unreachable");
  }

  @Test
  void aServerThatSpeaksHttp1IsToldApart() throws IOException {
    RawServer server =
        closed(
            new RawServer(
                (in, out) -> {
                  in.readNBytes(24);
                  out.write(
                      "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                          .getBytes(StandardCharsets.US_ASCII));
                  out.flush();
                  RawServer.drain(in);
                }));
    Answer answer = transport(server.address()).send(framed("a"), TEN_SECONDS);
    assertThat(answer.kind()).isEqualTo(Kind.RETRY);
    assertThat(answer.detail()).contains("closed before a word of gRPC").contains("11800");
  }

  @Test
  void aServerThatSpeaksNonsenseIsToldApart() throws IOException {
    RawServer server =
        closed(
            new RawServer(
                (in, out) -> {
                  in.readNBytes(24);
                  out.write(
                      "220 mail.example ESMTP\r\n".repeat(10).getBytes(StandardCharsets.US_ASCII));
                  out.flush();
                  RawServer.drain(in);
                }));
    Answer answer = transport(server.address()).send(framed("a"), TEN_SECONDS);
    assertThat(answer.kind()).isEqualTo(Kind.RETRY);
    assertThat(answer.detail()).contains("closed before a word of gRPC");
  }

  @Test
  void theNextCollectorIsTakenWhenOneFails() throws IOException {
    TestCollector first = TestCollector.start();
    TestCollector second = closed(TestCollector.start());
    int port = first.port();
    GrpcTransport transport = transport(first.address() + "," + second.address());
    assertThat(transport.send(framed("a"), TEN_SECONDS)).isEqualTo(Answer.delivered());
    assertThat(transport.target()).isEqualTo(first.address());
    first.kill();
    assertThat(transport.send(framed("b"), TEN_SECONDS)).isEqualTo(Answer.delivered());
    assertThat(texts(second.segments())).containsExactly("b");

    TestCollector firstAgain = closed(TestCollector.startOn(port));
    second.onSegments = call -> Status.UNAVAILABLE;
    assertThat(transport.send(framed("c"), TEN_SECONDS).kind()).isEqualTo(Kind.RETRY);
    assertThat(transport.send(framed("c"), TEN_SECONDS)).isEqualTo(Answer.delivered());
    assertThat(texts(firstAgain.segments())).containsExactly("c");
  }

  @Test
  void anInterruptEndsASendAtOnce() throws Exception {
    TestCollector collector = closed(TestCollector.start());
    CountDownLatch arrived = new CountDownLatch(1);
    collector.onSegments =
        call -> {
          arrived.countDown();
          return null;
        };
    GrpcTransport transport = transport(collector.address());
    Answer[] answer = new Answer[1];
    boolean[] interrupted = new boolean[1];
    Thread sender =
        new Thread(
            () -> {
              answer[0] = transport.send(framed("a"), TEN_SECONDS);
              interrupted[0] = Thread.currentThread().isInterrupted();
            });
    sender.start();
    assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
    sender.interrupt();
    sender.join(5_000);
    assertThat(sender.isAlive()).isFalse();
    assertThat(answer[0].kind()).isEqualTo(Kind.RETRY);
    assertThat(interrupted[0]).isTrue();
  }

  @Test
  void theFirstBeatTellsThePropertiesAndEachTenthDoesSoAgainBesidesAKeepAlive() throws IOException {
    TestCollector collector = closed(TestCollector.start());
    GrpcSettings settings =
        new GrpcSettings(
            CollectorAddress.parseList(collector.address()),
            "s",
            "i",
            "p1",
            "0.1.0",
            null,
            List.of(
                Map.entry("language", "java"),
                Map.entry("ipv4", "10.0.0.1"),
                Map.entry("ipv4", "10.0.0.2")),
            Duration.ofSeconds(30),
            16,
            100,
            1000);
    GrpcTransport transport = closed(new GrpcTransport(settings, counters));
    long now = System.nanoTime();
    for (int beat = 0; beat < 21; beat++) {
      for (int calls = beat % 10 == 0 ? 2 : 1; calls > 0; calls--) {
        assertThat(answerOf(transport, now)).isEqualTo(Answer.delivered());
      }
      assertThat(transport.tick(now)).isNull();
      now += Duration.ofSeconds(30).toNanos();
    }
    List<String> order = new ArrayList<>();
    for (TestCollector.Call call : collector.calls) {
      order.add(call.method());
    }
    List<String> expected = new ArrayList<>();
    for (int beat = 0; beat < 21; beat++) {
      if (beat % 10 == 0) {
        expected.add("reportInstanceProperties");
      }
      expected.add("keepAlive");
    }
    assertThat(order).isEqualTo(expected);

    ProtoWriter properties = new ProtoWriter(1000);
    properties.reset(0);
    properties.text(1, "s");
    properties.text(2, "i");
    properties.pair(3, "language", "java");
    properties.pair(3, "ipv4", "10.0.0.1");
    properties.pair(3, "ipv4", "10.0.0.2");
    assertThat(collector.calls("reportInstanceProperties").get(0).messages().get(0))
        .isEqualTo(java.util.Arrays.copyOf(properties.buffer(), properties.length()));
  }

  @Test
  void aCollectorWithoutManagementStillGetsSegments() throws IOException {
    TestCollector collector = closed(TestCollector.start());
    collector.onManagement = call -> Status.UNIMPLEMENTED;
    GrpcTransport transport = transport(collector.address());
    assertThat(answerOf(transport, System.nanoTime()).kind()).isEqualTo(Kind.REFUSED);
    assertThat(transport.send(framed("a"), TEN_SECONDS)).isEqualTo(Answer.delivered());
  }

  private static Answer answerOf(GrpcTransport transport, long now) {
    long deadline = System.nanoTime() + TEN_SECONDS;
    Answer answer = transport.tick(now);
    while (answer == null) {
      assertThat(System.nanoTime()).as("a beat ends").isLessThan(deadline);
      Thread.onSpinWait();
      answer = transport.tick(now);
    }
    return answer;
  }
}
