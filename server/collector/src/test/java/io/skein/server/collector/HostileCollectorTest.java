package io.skein.server.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.skein.server.storage.Counts;
import io.skein.server.storage.Outcome;
import io.skein.server.storage.Refusal;
import io.skein.server.storage.Segments;
import io.skein.wire.decode.MessageWriter;
import io.skein.wire.model.TraceSegment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything that arrives over a socket is hostile. After each test an honest agent is served. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class HostileCollectorTest {
  private final GatedStore gate = new GatedStore();
  private Collector collector;
  private CollectorClient client;

  private void start(CollectorSettings settings) throws IOException {
    collector = new Collector(settings, gate.store(), InstantSource.system());
    collector.start();
    client = new CollectorClient(collector.port());
  }

  private void start() throws IOException {
    start(CollectorSettings.on("127.0.0.1", 0));
  }

  private static CollectorSettings limits(int message, int connections, int streams, long inbound) {
    return new CollectorSettings("127.0.0.1", 0, null, message, connections, 256, streams, inbound);
  }

  @AfterEach
  void servesAnHonestAgentStill() {
    gate.release();
    gate.refuse(null);
    if (collector == null) {
      return;
    }
    client.noHeaders();
    TraceSegment honest = Segments.segment("honest", "honest").build();
    CollectorTest.await(() -> client.collect(List.of(honest)).isOk());
    assertThat(gate.memory.trace("honest", 10)).isNotNull();
    client.close();
    collector.close();
    assertThat(collector.openCalls()).isZero();
    assertThat(collector.arrivingBytes()).isZero();
  }

  private static TraceSegment segment(int number) {
    return Segments.segment("trace-" + number, "segment-" + number).build();
  }

  private Counts stored() {
    Counts stored = Counts.NONE;
    for (var account : gate.memory.accounts()) {
      stored = stored.plus(account.stored());
    }
    return stored;
  }

  private long counted(String reason) {
    return collector.messageCounts().byReason().getOrDefault(reason, 0L);
  }

  private static byte[] truncated(byte[] message) {
    return Arrays.copyOf(message, message.length - 3);
  }

  @Test
  void aTruncatedSegmentIsCountedAndItsNeighboursAreStored() throws IOException {
    start();
    client.account("shop", "shop-1", "id=a;made.segments=3;made.spans=3");
    CollectorClient.Stream stream = client.stream(CollectorClient.COLLECT);
    stream.send(MessageWriter.segment(segment(1)));
    stream.send(truncated(MessageWriter.segment(segment(2))));
    stream.send(MessageWriter.segment(segment(3)));
    assertThat(stream.halfClose().status().isOk()).isTrue();
    assertThat(stored().segments()).isEqualTo(2);
    assertThat(counted("malformed-segment:truncated")).isEqualTo(1);
    assertThat(gate.memory.accounts().get(0).refused())
        .containsEntry("malformed", new Counts(1, 0));
  }

  @Test
  void aStreamOfNothingReadableIsToldSo() throws IOException {
    start();
    CollectorClient.Stream stream = client.stream(CollectorClient.COLLECT);
    stream.send("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    Status status = stream.halfClose().status();
    assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(status.getDescription()).startsWith("none of 1 segments is readable; the first: ");
  }

  @Test
  void aTruncatedBatchIsToldSo() throws IOException {
    start();
    byte[] batch = truncated(MessageWriter.collection(List.of(segment(1), segment(2))));
    Status status = client.unaryStatus(CollectorClient.COLLECT_IN_SYNC, batch);
    assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(status.getDescription())
        .startsWith("not a readable message of " + CollectorClient.COLLECT_IN_SYNC + ": ");
    assertThat(stored()).isEqualTo(Counts.NONE);
  }

  @Test
  void aMalformedSegmentInABatchDoesNotHarmItsNeighbours() throws IOException {
    start();
    ByteArrayOutputStream batch = new ByteArrayOutputStream();
    batch.writeBytes(MessageWriter.collection(List.of(segment(1))));
    batch.writeBytes(new byte[] {0x0a, 2, (byte) 0xff, (byte) 0xff});
    batch.writeBytes(MessageWriter.collection(List.of(segment(2))));
    assertThat(client.unaryStatus(CollectorClient.COLLECT_IN_SYNC, batch.toByteArray()).isOk())
        .isTrue();
    assertThat(stored().segments()).isEqualTo(2);
    assertThat(counted("malformed-segment:truncated")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "skywalking.v3.TraceSegmentReportService/collectInSync",
        "skywalking.v3.ManagementService/reportInstanceProperties",
        "skywalking.v3.ManagementService/keepAlive",
        "skywalking.v3.JVMMetricReportService/collect",
        "skywalking.v3.LogReportService/collect"
      })
  void randomBytesAreAnsweredAndNeverAnInternalError(String method) throws IOException {
    start();
    Random random = new Random(42);
    for (int i = 0; i < 300; i++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      Status status = client.unaryStatus(method, bytes);
      assertThat(status.getCode()).isIn(Status.Code.OK, Status.Code.INVALID_ARGUMENT);
    }
  }

  @Test
  void randomBytesInAStreamAreAllCounted() throws IOException {
    start();
    Random random = new Random(43);
    CollectorClient.Stream stream = client.stream(CollectorClient.COLLECT);
    stream.send(MessageWriter.segment(segment(1)));
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = new byte[random.nextInt(100)];
      random.nextBytes(bytes);
      stream.send(bytes);
    }
    assertThat(stream.halfClose().status().isOk()).isTrue();
    assertThat(gate.memory.trace("trace-1", 10)).isNotNull();
    long malformed =
        collector.messageCounts().byReason().entrySet().stream()
            .filter(entry -> entry.getKey().startsWith("malformed-segment:"))
            .mapToLong(java.util.Map.Entry::getValue)
            .sum();
    Counts received = Counts.NONE;
    for (var account : gate.memory.accounts()) {
      received = received.plus(account.received());
    }
    assertThat(malformed + received.segments()).isEqualTo(2001);
  }

  @Test
  void brokenUtf8AndHugeFieldsAreStoredOrRefusedVisibly() throws IOException {
    start();
    byte[] broken = MessageWriter.segment(segment(1));
    for (int i = 0; i < broken.length; i++) {
      if (broken[i] == 'G') {
        broken[i] = (byte) 0xc3;
        break;
      }
    }
    CollectorClient.Stream stream = client.stream(CollectorClient.COLLECT);
    stream.send(broken);
    stream.send(
        MessageWriter.segment(
            Segments.segment("trace-2", "segment-2").tag("k", "x".repeat(3 << 20)).build()));
    assertThat(stream.halfClose().status().isOk()).isTrue();
    var account = gate.memory.accounts().get(0);
    assertThat(account.received().segments()).isEqualTo(2);
  }

  @Test
  void aHundredThousandTinySegmentsInOneBatchAreCountedOneByOne() throws IOException {
    start();
    byte[] batch = new byte[200_000];
    for (int i = 0; i < batch.length; i += 2) {
      batch[i] = 0x0a; // field 1, an empty segment
    }
    assertThat(client.unaryStatus(CollectorClient.COLLECT_IN_SYNC, batch).isOk()).isTrue();
    assertThat(gate.memory.accounts().get(0).received().segments()).isEqualTo(100_000);
  }

  @Test
  void aHundredThousandTinySegmentsInOneStreamAreCountedOneByOne() throws IOException {
    start();
    CollectorClient.Stream stream = client.stream(CollectorClient.COLLECT);
    for (int i = 0; i < 100_000; i++) {
      stream.send(new byte[0]);
    }
    assertThat(stream.halfClose().status().isOk()).isTrue();
    assertThat(gate.memory.accounts().get(0).received().segments()).isEqualTo(100_000);
  }

  @Test
  void aMessageOverTheLimitIsRefusedAndCounted() throws IOException {
    start();
    Status status = client.unaryStatus(CollectorClient.COLLECT_IN_SYNC, new byte[60 << 20]);
    assertThat(status.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(status.getDescription()).contains("exceeds maximum size 52428800");
    CollectorTest.await(() -> counted("too-large") == 1);
  }

  @Test
  void aBatchOfAlmostFiftyMegabytesIsTaken() throws IOException {
    start();
    List<TraceSegment> segments = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      segments.add(
          Segments.segment("trace-" + i, "segment-" + i).tag("k", "x".repeat(12 << 20)).build());
    }
    assertThat(
            client
                .unaryStatus(CollectorClient.COLLECT_IN_SYNC, MessageWriter.collection(segments))
                .isOk())
        .isTrue();
    assertThat(gate.memory.accounts().get(0).received().segments()).isEqualTo(4);
  }

  @Test
  void aStreamThatFillsTheMemoryForArrivingMessagesIsClosed() throws IOException {
    start(limits(8 << 20, 100, 100, 4 << 20));
    Status status = client.unaryStatus(CollectorClient.COLLECT_IN_SYNC, new byte[7 << 20]);
    assertThat(status.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(status.getDescription()).contains("memory for arriving messages is full");
    CollectorTest.await(() -> collector.arrivingBytes() == 0);
  }

  @Test
  void aSlowStoreSlowsTheSendersAndLosesNothing() throws IOException {
    start(limits(8 << 20, 100, 100, 64 << 10));
    gate.hold();
    CollectorClient.Stream stream = client.stream(CollectorClient.COLLECT);
    byte[] filler = MessageWriter.segment(segment(0));
    int sent = 0;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    // A sender that looks at isReady is stopped; one that does not is held by the transport.
    while (sent < 100_000 && System.nanoTime() < deadline) {
      if (!stream.isReady()) {
        long since = System.nanoTime();
        while (!stream.isReady() && System.nanoTime() - since < 300_000_000L) {
          java.util.concurrent.locks.LockSupport.parkNanos(2_000_000);
        }
        if (!stream.isReady()) {
          break;
        }
      }
      stream.sendWithoutWaiting(MessageWriter.segment(segment(sent++)));
    }
    assertThat(sent).isLessThan(100_000);
    long taken = gate.appended.get();
    assertThat(taken * filler.length).isLessThan(64 << 10);
    gate.release();
    assertThat(stream.halfClose().status().isOk()).isTrue();
    assertThat(stored().segments()).isEqualTo(sent);
  }

  @Test
  void whatTheStoreMayTakeLaterIsAnsweredUnavailable() throws IOException {
    start();
    gate.refuse(new Outcome.Refused(Refusal.DISK, "the disk is full"));
    Status status = client.collect(List.of(segment(1), segment(2)));
    assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(status.getDescription())
        .isEqualTo("2 of 2 segments were not stored (disk): the disk is full");
  }

  @Test
  void acknowledgesNothingBeforeTheStoreDoes() throws IOException {
    start();
    gate.hold();
    CollectorClient.Stream stream = client.stream(CollectorClient.COLLECT);
    stream.send(MessageWriter.segment(segment(1))).halfClose();
    CollectorTest.await(() -> gate.appended.get() == 1);
    assertThat(stream.isAnswered()).isFalse();
    gate.release();
    assertThat(stream.status().isOk()).isTrue();
  }

  @Test
  void aCancelledStreamKeepsWhatItHadSent() throws IOException {
    start();
    CollectorClient.Stream stream = client.stream(CollectorClient.COLLECT);
    stream.send(MessageWriter.segment(segment(1)));
    CollectorTest.await(() -> stored().segments() == 1);
    stream.cancel();
    CollectorTest.await(() -> collector.openCalls() == 0);
    assertThat(gate.memory.trace("trace-1", 10)).isNotNull();
  }

  @Test
  void moreCallsThanTheLimitAreToldToComeLater() throws IOException {
    start(limits(1 << 20, 100, 10, 8 << 20));
    List<CollectorClient.Stream> streams = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      streams.add(client.stream(CollectorClient.COLLECT));
    }
    CollectorTest.await(() -> collector.openCalls() == 10);
    Status status = client.collect(List.of(segment(1)));
    assertThat(status.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(status.getDescription()).contains("10 open calls, its limit");
    streams.forEach(CollectorClient.Stream::cancel);
    CollectorTest.await(() -> collector.openCalls() == 0);
  }

  @Test
  void moreConnectionsThanTheLimitAreClosed() throws IOException {
    start(limits(1 << 20, 20, 100, 8 << 20));
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < 60; i++) {
        sockets.add(connect());
      }
      CollectorTest.await(() -> counted("too-many-connections") == 40);
      int ended = 0;
      for (Socket socket : sockets) {
        socket.setSoTimeout(200);
        ended += isEnded(socket) ? 1 : 0;
      }
      assertThat(ended).isEqualTo(40);
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  @Test
  void aConnectionThatNeverSpeaksHttp2IsClosed() throws IOException {
    start();
    try (Socket socket = connect()) {
      socket.setSoTimeout(20_000);
      InputStream in = socket.getInputStream();
      while (in.read() >= 0) {
        // The server's settings frame may come first.
      }
    }
  }

  @Test
  void bytesThatAreNotHttp2AreNoHarm() throws IOException {
    start();
    Random random = new Random(44);
    for (int i = 0; i < 30; i++) {
      try (Socket socket = connect()) {
        byte[] bytes = new byte[500];
        random.nextBytes(bytes);
        if (i % 2 == 0) {
          byte[] preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
          System.arraycopy(preface, 0, bytes, 0, preface.length);
        }
        socket.getOutputStream().write(bytes);
        socket.setSoTimeout(20_000);
        assertThat(isEnded(socket)).isTrue();
      }
    }
  }

  private Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), collector.port());
  }

  private static boolean isEnded(Socket socket) {
    try {
      while (socket.getInputStream().read() >= 0) {
        // Whatever it says before it ends.
      }
      return true;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Test
  void aSecondMessageOfAUnaryCallIsRefused() throws IOException {
    start();
    CollectorClient.Stream stream = client.stream(CollectorClient.COLLECT_IN_SYNC);
    gate.hold();
    stream.send(MessageWriter.collection(List.of(segment(1))));
    stream.send(MessageWriter.collection(List.of(segment(2))));
    assertThat(stream.halfClose().status().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void withATokenOnlyThoseWhoSendItAreServed() throws IOException {
    start(CollectorSettings.on("127.0.0.1", 0).token("sesame"));
    Status without = client.collect(List.of(segment(1)));
    assertThat(without.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(without.getDescription()).contains("SW_AGENT_AUTHENTICATION");
    client.header("authentication", "sesamf");
    Status wrong = client.collect(List.of(segment(1)));
    assertThat(wrong.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(wrong.getDescription()).doesNotContain("sesame");
    assertThat(gate.memory.accounts()).isEmpty();
    client.noHeaders().header("Authentication", "sesame");
    assertThat(client.collect(List.of(segment(1))).isOk()).isTrue();
    assertThat(counted("token-missing")).isEqualTo(1);
    assertThat(counted("token-wrong")).isEqualTo(1);
    client.close();
    collector.close();
    start();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "id=",
        "=",
        ";;;=",
        "made.segments=1;made.segments=2;made.spans=1;id=a",
        "id=a;made.segments=99999999999999999999;made.spans=1",
        "id=a;made.segments=1e3;made.spans=1",
        "id=a b;made.segments=1;made.spans=1",
        "id=a;made.segments=1",
        "id=a;made.segments=1;made.spans=1;x"
      })
  void hostileAccountsAreNoAccounts(String text) {
    assertThat(AccountHeader.parse(text)).isNull();
  }

  @Test
  void anAccountOfAnyLengthAndManyFiguresIsBounded() {
    assertThat(AccountHeader.parse("x".repeat(10_000))).isNull();
    StringBuilder many = new StringBuilder("id=a;made.segments=1;made.spans=1");
    for (int i = 0; i < 200; i++) {
      many.append(";x").append(i).append("=1");
    }
    assertThat(AccountHeader.parse(many.toString())).isNull();
  }

  @Test
  void hostileNamesOfSendersAreNobody() throws IOException {
    start();
    client.header("skein-account", "id=a;made.segments=1;made.spans=1");
    client.header("skein-service", "%%%").header("skein-instance", "/w==");
    assertThat(client.collect(List.of(segment(1))).isOk()).isTrue();
    assertThat(counted("bad-account")).isEqualTo(1);
  }

  @Test
  void packedSegmentsAreUnpacked() throws IOException {
    start();
    CollectorClient.Stream stream = client.gzipStream(CollectorClient.COLLECT);
    for (int i = 0; i < 100; i++) {
      stream.send(MessageWriter.segment(segment(i)));
    }
    assertThat(stream.halfClose().status().isOk()).isTrue();
    assertThat(stored().segments()).isEqualTo(100);
  }

  @Test
  void aMessageThatUnpacksBeyondTheLimitIsRefused() throws IOException {
    start();
    CollectorClient.Stream stream = client.gzipStream(CollectorClient.COLLECT_IN_SYNC);
    stream.send(new byte[60 << 20]);
    Status status = stream.halfClose().status();
    assertThat(status.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(status.getDescription()).contains("exceeds maximum size");
  }

  @Test
  void unpackingIsBoundedByTheMemoryForArrivingMessages() throws IOException {
    start(limits(50 << 20, 100, 100, 8 << 20));
    CollectorClient.Stream stream = client.gzipStream(CollectorClient.COLLECT_IN_SYNC);
    stream.send(new byte[40 << 20]);
    Status status = stream.halfClose().status();
    assertThat(status.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(status.getDescription()).contains("memory for arriving messages is full");
  }

  @Test
  void aMessageThatSaysItIsPackedAndIsNotIsRefused() throws IOException {
    start();
    CollectorClient.Stream stream = client.brokenGzipStream(CollectorClient.COLLECT_IN_SYNC);
    stream.send(new byte[1000]);
    Status status = stream.halfClose().status();
    assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(status.getDescription()).contains("cannot be unpacked");
  }
}
