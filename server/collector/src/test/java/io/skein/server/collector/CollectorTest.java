package io.skein.server.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.skein.server.storage.Counts;
import io.skein.server.storage.InMemoryTraceStore;
import io.skein.server.storage.InstanceAccount;
import io.skein.server.storage.Segments;
import io.skein.wire.decode.MessageWriter;
import io.skein.wire.model.InstancePing;
import io.skein.wire.model.InstanceProperties;
import io.skein.wire.model.KeyValue;
import io.skein.wire.model.TraceSegment;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CollectorTest {
  private final InMemoryTraceStore store = new InMemoryTraceStore();
  private Collector collector;
  private CollectorClient client;

  @BeforeEach
  void start() throws IOException {
    collector = new Collector(CollectorSettings.on("127.0.0.1", 0), store, InstantSource.system());
    collector.start();
    client = new CollectorClient(collector.port());
  }

  @AfterEach
  void stop() {
    client.close();
    collector.close();
    store.close();
    assertThat(collector.openCalls()).isZero();
    assertThat(collector.arrivingBytes()).isZero();
  }

  private static TraceSegment segment(int number) {
    return Segments.segment("trace-" + number, "segment-" + number).build();
  }

  private InstanceAccount account() {
    assertThat(store.accounts()).hasSize(1);
    return store.accounts().get(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"skywalking.v3.", ""})
  void storesTheSegmentsOfAStreamWithAndWithoutThePackage(String packageName) {
    CollectorClient.Stream stream =
        client.stream(packageName + "TraceSegmentReportService/collect");
    for (int i = 0; i < 1000; i++) {
      stream.send(MessageWriter.segment(segment(i)));
    }
    assertThat(stream.halfClose().status().isOk()).isTrue();
    assertThat(stream.answers()).isEqualTo(1);
    assertThat(account().stored()).isEqualTo(new Counts(1000, 1000));
    assertThat(store.trace("trace-999", 10)).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"skywalking.v3.", ""})
  void storesABatchWithAndWithoutThePackage(String packageName) {
    byte[] batch = MessageWriter.collection(List.of(segment(1), segment(2)));
    assertThat(client.unary(packageName + "TraceSegmentReportService/collectInSync", batch))
        .isEmpty();
    assertThat(account().stored()).isEqualTo(new Counts(2, 2));
  }

  @Test
  void answersAStreamOnlyAfterItsEnd() {
    CollectorClient.Stream stream = client.stream(CollectorClient.COLLECT);
    stream.send(MessageWriter.segment(segment(1)));
    await(() -> store.trace("trace-1", 10) != null);
    assertThat(stream.isAnswered()).isFalse();
    stream.send(MessageWriter.segment(segment(2)));
    assertThat(stream.halfClose().status().isOk()).isTrue();
    assertThat(account().stored().segments()).isEqualTo(2);
  }

  @Test
  void anEmptyStreamIsAnswered() {
    assertThat(client.collect(List.of()).isOk()).isTrue();
    assertThat(store.accounts()).isEmpty();
  }

  @Test
  void aSegmentThatComesTwiceIsStoredOnce() {
    assertThat(client.collect(List.of(segment(1), segment(1))).isOk()).isTrue();
    assertThat(client.collect(List.of(segment(1))).isOk()).isTrue();
    assertThat(account().stored()).isEqualTo(new Counts(1, 1));
    assertThat(account().duplicates()).isEqualTo(new Counts(2, 2));
    assertThat(account().received()).isEqualTo(new Counts(3, 3));
  }

  @Test
  void aSegmentWithoutTraceIdIsCountedAndItsNeighboursAreStored() {
    TraceSegment without = Segments.segment("", "segment-2").build();
    assertThat(client.collect(List.of(segment(1), without, segment(3))).isOk()).isTrue();
    assertThat(account().stored().segments()).isEqualTo(2);
    assertThat(account().refused()).containsEntry("no-trace-id", new Counts(1, 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"skywalking.v3.", ""})
  void keepsWhatInstancesTellAboutThemselves(String packageName) {
    client.unary(
        packageName + "ManagementService/reportInstanceProperties",
        MessageWriter.instanceProperties(
            new InstanceProperties(
                "shop", "shop-1", List.of(new KeyValue("language", "java")), "")));
    client.unary(
        packageName + "ManagementService/keepAlive",
        MessageWriter.instancePing(new InstancePing("shop", "shop-2", "")));
    assertThat(store.instances("shop")).hasSize(2);
    assertThat(store.instances("shop").get(0).property("language")).isEqualTo("java");
  }

  // T50: Java agents send properties INSTEAD of a ping on every tenth call.
  @Test
  void propertiesAreASignOfLifeLikeAPing() {
    client.unary(
        "skywalking.v3.ManagementService/reportInstanceProperties",
        MessageWriter.instanceProperties(new InstanceProperties("shop", "shop-1", List.of(), "")));
    assertThat(store.instances("shop").get(0).lastSeenMillis()).isPositive();
  }

  @Test
  void everyAnswerSaysThatRepeatsAreRecognised() {
    String ping = "skywalking.v3.ManagementService/keepAlive";
    byte[] readable = MessageWriter.instancePing(new InstancePing("shop", "shop-1", ""));
    assertThat(client.answerHeader(ping, readable, "skein-server")).isEqualTo("development");
    byte[] garbage = {(byte) 0xFF, (byte) 0xFF};
    assertThat(client.unaryStatus(ping, garbage).isOk()).isFalse();
    assertThat(client.answerHeader(ping, garbage, "skein-server")).isEqualTo("development");
  }

  @Test
  void keepsTheAgentsOwnAccount() {
    client.account(
        "shöp",
        "shop-1",
        "id=abc;made.segments=5;made.spans=9;delivered.segments=3;delivered.spans=6;"
            + "dropped.queue-full.segments=1;dropped.queue-full.spans=1;"
            + "queued.segments=1;queued.spans=2");
    client.collect(List.of(segment(1)));
    InstanceAccount account =
        store.accounts().stream().filter(a -> a.service().equals("shöp")).findFirst().get();
    assertThat(account.agents()).hasSize(1);
    assertThat(account.agents().get(0).processId()).isEqualTo("abc");
    assertThat(account.agents().get(0).figure("made.spans")).isEqualTo(9);
    assertThat(account.agents().get(0).figure("dropped.queue-full.segments")).isEqualTo(1);
  }

  @Test
  void anInvalidAccountIsCountedAndTheSegmentsAreStored() {
    client.account("shop", "shop-1", "id=abc;made.segments=-5");
    assertThat(client.collect(List.of(segment(1))).isOk()).isTrue();
    client.noHeaders().header("skein-account", "id=a;made.segments=1;made.spans=1");
    assertThat(client.collect(List.of(segment(2))).isOk()).isTrue();
    assertThat(collector.messageCounts().byReason()).containsEntry("bad-account", 2L);
    assertThat(account().stored().segments()).isEqualTo(2);
    assertThat(account().agents()).isEmpty();
  }

  @Test
  void whatIsNotKeptIsAnsweredKindlyAndCounted() {
    assertThat(client.unary("skywalking.v3.JVMMetricReportService/collect", new byte[100]))
        .isEmpty();
    CollectorClient.Stream meters = client.stream("skywalking.v3.MeterReportService/collect");
    for (int i = 0; i < 50; i++) {
      meters.send(new byte[10]);
    }
    assertThat(meters.halfClose().status().isOk()).isTrue();
    assertThat(
            client.unary(
                "skywalking.v3.ConfigurationDiscoveryService/fetchConfigurations", new byte[5]))
        .isEmpty();
    assertThat(collector.messageCounts().byReason())
        .containsEntry("not-kept-yet:jvm-metrics", 1L)
        .containsEntry("not-kept-yet:meters", 50L)
        .hasSize(2);
  }

  @Test
  void anUnknownMethodIsUnimplementedAndCounted() {
    assertThat(client.unaryStatus("skywalking.v3.Nothing/at", new byte[0]).getCode())
        .isEqualTo(Status.Code.UNIMPLEMENTED);
    assertThat(collector.messageCounts().byReason()).containsEntry("unknown-method", 1L);
  }

  @Test
  void manyStreamsAtOnceAreAllStored() {
    List<CollectorClient.Stream> streams = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      streams.add(client.stream(CollectorClient.COLLECT));
    }
    for (int round = 0; round < 20; round++) {
      for (int i = 0; i < streams.size(); i++) {
        streams.get(i).send(MessageWriter.segment(segment(round * 50 + i)));
      }
    }
    for (CollectorClient.Stream stream : streams) {
      assertThat(stream.halfClose().status().isOk()).isTrue();
    }
    assertThat(account().stored().segments()).isEqualTo(1000);
  }

  @Test
  void aTakenPortIsAnIoException() {
    Collector second =
        new Collector(
            CollectorSettings.on("127.0.0.1", collector.port()), store, InstantSource.system());
    try {
      org.assertj.core.api.Assertions.assertThatThrownBy(second::start)
          .isInstanceOf(IOException.class)
          .hasRootCauseInstanceOf(java.net.BindException.class);
    } finally {
      second.close();
    }
  }

  static void await(java.util.function.BooleanSupplier condition) {
    long end = System.nanoTime() + 20_000_000_000L;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within 20 s");
      }
      java.util.concurrent.locks.LockSupport.parkNanos(2_000_000);
    }
  }
}
