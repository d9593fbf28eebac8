package io.skein.wire.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.skein.api.Span;
import io.skein.core.Tracer;
import io.skein.core.report.DropReason;
import io.skein.core.report.ReportCounters.Account;
import io.skein.core.report.ReportLog;
import io.skein.core.report.Tally;
import io.skein.wire.decode.SegmentReader;
import io.skein.wire.model.TraceSegment;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The whole way from a tracer to a collector of another make. */
@Timeout(120)
class GrpcReportingTest {

  private final List<String> log = new CopyOnWriteArrayList<>();

  @AfterEach
  void ourThreadsAreGone() {
    await(
        "threads end",
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("skein-")));
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(45).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private ReportLog logged() {
    return new ReportLog() {
      @Override
      public void info(String message) {
        log.add("INFO " + message);
      }

      @Override
      public void warn(String message) {
        log.add("WARN " + message);
      }
    };
  }

  private GrpcReporting open(String backends) {
    return GrpcReporting.open(
        GrpcSettings.of(
            backends, "shop", "i-1", "p1", "0.1.0", null, List.of(Map.entry("language", "java"))),
        logged());
  }

  private static Tracer tracer(GrpcReporting reporting) {
    return Tracer.builder().service("shop").instance("i-1").sink(reporting.sink()).build();
  }

  private static void trace(Tracer tracer, int times) {
    for (int i = 0; i < times; i++) {
      Span entry = tracer.startEntry("GET:/orders");
      entry.tag("http.method", "GET");
      tracer.startLocal("work").end();
      entry.end();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static Set<String> ids(TestCollector collector) throws Exception {
    Set<String> ids = new HashSet<>();
    for (byte[] message : collector.segments()) {
      TraceSegment segment = SegmentReader.segment(message);
      ids.add(segment.segmentId());
      assertThat(segment.spans()).hasSize(2);
    }
    return ids;
  }

  @Test
  void aTraceArrivesWithinASecondAndTheAccountFollows() throws Exception {
    try (TestCollector collector = TestCollector.start();
        GrpcReporting reporting = open(collector.address())) {
      await("properties", () -> collector.calls("keepAlive").size() == 1);
      long start = System.nanoTime();
      trace(tracer(reporting), 1);
      await("the segment", () -> !collector.segments().isEmpty());
      // Half a second of pause; the rest is for a busy machine.
      assertThat(System.nanoTime() - start).isLessThan(3_000_000_000L);
      assertThat(ids(collector)).hasSize(1);
      await(
          "the account",
          // Asked once: another call may arrive between two questions.
          () ->
              collector.calls("keepAlive").stream()
                  .anyMatch(
                      call ->
                          call.header("skein-account")
                              .startsWith(
                                  "made.segments=1;made.spans=2;delivered.segments=1;delivered.spans=2;"
                                      + "queued.segments=0;queued.spans=0;")));
      assertThat(log).containsExactly("INFO reporting to collector " + collector.address());
    }
  }

  @Test
  void whatEndedBeforeTheCollectorWasThereIsDelivered() throws Exception {
    int port = freePort();
    try (GrpcReporting reporting = open("127.0.0.1:" + port)) {
      trace(tracer(reporting), 500);
      await("the first attempt", () -> !log.isEmpty());
      assertThat(log.get(0))
          .startsWith(
              "WARN collector 127.0.0.1:" + port + " unreachable (connection refused): holding");
      try (TestCollector collector = TestCollector.startOn(port)) {
        await("delivery", () -> reporting.counters().account().delivered().segments() == 500);
        assertThat(ids(collector)).hasSize(500);
        await("the news", () -> log.size() == 2);
        assertThat(log.get(1)).contains("answers again after");
      }
    }
  }

  @Test
  void aCollectorThatComesAndGoesGetsEverySegment() throws Exception {
    Set<String> arrived = new HashSet<>();
    int port = freePort();
    GrpcReporting reporting = open("127.0.0.1:" + port);
    Tracer tracer = tracer(reporting);
    for (int life = 0; life < 4; life++) {
      try (TestCollector collector = TestCollector.startOn(port)) {
        long before = reporting.counters().account().delivered().segments();
        trace(tracer, 300);
        await("delivery", () -> reporting.counters().account().delivered().segments() > before);
        trace(tracer, 300); // some of these find nobody
        collector.kill();
        arrived.addAll(ids(collector));
      }
    }
    try (TestCollector last = TestCollector.startOn(port)) {
      await("the rest", () -> reporting.counters().account().queued().segments() == 0);
      reporting.close(Duration.ofSeconds(10));
      arrived.addAll(ids(last));
      assertThat(reporting.counters().account())
          .isEqualTo(
              new Account(
                  new Tally(2400, 4800), new Tally(2400, 4800), Tally.NONE, Tally.NONE, Map.of()));
      assertThat(arrived).hasSize(2400);
    }
  }

  @Test
  void closingFlushesAndTheLastKeepAliveHasTheFinalAccount() throws Exception {
    try (TestCollector collector = TestCollector.start()) {
      GrpcSettings settings =
          new GrpcSettings(
              CollectorAddress.parseList(collector.address()),
              "shop",
              "i-1",
              "p1",
              "0.1.0",
              null,
              List.of(),
              GrpcSettings.DEFAULT_HEARTBEAT,
              GrpcSettings.DEFAULT_QUEUE_SEGMENTS,
              GrpcSettings.DEFAULT_QUEUE_SPANS,
              1000);
      GrpcReporting reporting = GrpcReporting.open(settings, logged());
      Tracer tracer = tracer(reporting);
      trace(tracer, 100);
      tracer.startLocal("large").tag("k", "x".repeat(1000)).end();
      reporting.close(Duration.ofSeconds(10));
      trace(tracer, 1);

      Account account = reporting.counters().account();
      assertThat(account.delivered()).isEqualTo(new Tally(100, 200));
      assertThat(account.queued()).isEqualTo(Tally.NONE);
      assertThat(account.dropped())
          .containsEntry(DropReason.TOO_LARGE, new Tally(1, 1))
          .containsEntry(DropReason.SHUTDOWN, new Tally(1, 2));
      TestCollector.Call last = collector.calls.get(collector.calls.size() - 1);
      assertThat(last.method()).isEqualTo("keepAlive");
      assertThat(last.header("skein-account"))
          .isEqualTo(
              "made.segments=101;made.spans=201;delivered.segments=100;delivered.spans=200;"
                  + "queued.segments=0;queued.spans=0;spooled.segments=0;spooled.spans=0;"
                  + "dropped.too-large.segments=1;"
                  + "dropped.too-large.spans=1;id=p1");
    }
  }

  @Test
  void aProcessThatEndsAtOnceHasSaidWhoItIs() throws Exception {
    try (TestCollector collector = TestCollector.start()) {
      open(collector.address()).close(Duration.ofSeconds(10));
      assertThat(collector.calls("reportInstanceProperties")).isNotEmpty();
      assertThat(collector.calls.get(collector.calls.size() - 1).method()).isEqualTo("keepAlive");
    }
  }

  @Test
  void closingIsBoundedAlsoWhenTheCollectorIsSilent() throws Exception {
    try (TestCollector collector = TestCollector.start()) {
      collector.onSegments = call -> null;
      collector.onManagement = call -> null;
      GrpcReporting reporting = open(collector.address());
      trace(tracer(reporting), 10);
      long start = System.nanoTime();
      reporting.close(Duration.ofMillis(500));
      assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
      assertThat(reporting.counters().account().dropped())
          .isEqualTo(Map.of(DropReason.SHUTDOWN, new Tally(10, 20)));
    }
  }

  @Test
  void aCollectorThatRefusesOneKindOfSegmentGetsAllOthers() throws Exception {
    try (TestCollector collector = TestCollector.start()) {
      GrpcReporting reporting = open(collector.address());
      Tracer tracer = tracer(reporting);
      collector.onSegments =
          call -> {
            for (byte[] message : call.messages()) {
              if (message.length > 5000) {
                return Status.INVALID_ARGUMENT.withDescription("too many tags");
              }
            }
            return Status.OK;
          };
      for (int i = 0; i < 50; i++) {
        trace(tracer, 1);
        if (i % 20 == 7) {
          tracer.startLocal("bad").tag("k", "x".repeat(6000)).end();
        }
      }
      reporting.close(Duration.ofSeconds(20));
      assertThat(ids(collector)).hasSize(50);
      assertThat(reporting.counters().account().dropped())
          .isEqualTo(Map.of(DropReason.REFUSED, new Tally(3, 3)));
    }
  }
}
