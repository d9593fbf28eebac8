package io.skein.contextmanager;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Component;
import io.skein.api.Layer;
import io.skein.api.Span;
import io.skein.api.spi.Providers;
import io.skein.api.spi.TracingProvider;
import io.skein.core.ManualTracing;
import io.skein.core.Segment;
import io.skein.core.SegmentRef;
import io.skein.core.SpanRecord;
import io.skein.core.SpanType;
import io.skein.core.Tracer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ContextManagerTest {
  private final List<Segment> segments = new ArrayList<>();
  private final Tracer tracer =
      Tracer.builder()
          .service("java-test")
          .instance("one")
          .sampler(name -> !name.startsWith("/ignored"))
          .sink(this::keep)
          .build();
  private final TracingProvider provider = new ManualTracing(tracer);

  private synchronized void keep(Segment segment) {
    segments.add(segment);
  }

  @BeforeEach
  void start() {
    assertThat(Providers.install(provider)).isTrue();
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(ContextManager.isActive()).isFalse();
    assertThat(provider.capture()).isNull();
    assertThat(Providers.uninstall(provider)).isTrue();
  }

  private Segment segmentWith(String operationName) {
    List<Segment> found =
        segments.stream().filter(segment -> find(segment, operationName) != null).toList();
    assertThat(found).as("segments with %s", operationName).hasSize(1);
    return found.get(0);
  }

  private static SpanRecord find(Segment segment, String operationName) {
    for (int i = 0; i < segment.spanCount(); i++) {
      if (segment.span(i).operationName().equals(operationName)) {
        return segment.span(i);
      }
    }
    return null;
  }

  private SpanRecord span(String operationName) {
    return find(segmentWith(operationName), operationName);
  }

  private static String tag(SpanRecord span, String key) {
    for (int i = 0; i < span.tagCount(); i++) {
      if (span.tagKey(i).equals(key)) {
        return span.tagValue(i);
      }
    }
    return null;
  }

  private static <T> T inNewThread(Callable<T> work) throws Exception {
    CompletableFuture<T> result = new CompletableFuture<>();
    new Thread(
            () -> {
              try {
                result.complete(work.call());
              } catch (Throwable thrown) {
                result.completeExceptionally(thrown);
              }
            })
        .start();
    return result.get(30, TimeUnit.SECONDS);
  }

  // ---- spans

  @Test
  @Tag("capability-79")
  @Tag("capability-80")
  void threeKindsOfSpansInOneSegment() {
    Span entry = ContextManager.createEntrySpan("/entry", null);
    Span local = ContextManager.createLocalSpan("/local");
    Span exit = ContextManager.createExitSpan("/exit", "www.google.com");
    assertThat(ContextManager.activeSpan()).isSameAs(exit);
    ContextManager.stopSpan(exit);
    assertThat(ContextManager.activeSpan()).isSameAs(local);
    ContextManager.stopSpan(local);
    assertThat(segments).as("what has not ended is not sent").isEmpty();
    ContextManager.stopSpan(entry);
    assertThat(segments).hasSize(1);
    assertThat(span("/entry").type()).isEqualTo(SpanType.ENTRY);
    assertThat(span("/local").parentId()).isEqualTo(span("/entry").id());
    assertThat(span("/exit").parentId()).isEqualTo(span("/local").id());
    assertThat(span("/exit").peer()).isEqualTo("www.google.com");
    assertThat(span("/exit").type()).isEqualTo(SpanType.EXIT);
  }

  @Test
  void stopsTheLastOneWithoutBeingToldWhich() {
    ContextManager.createEntrySpan("/entry", null);
    ContextManager.createLocalSpan("/local");
    ContextManager.stopSpan();
    ContextManager.createLocalSpan("/second");
    ContextManager.stopSpan();
    ContextManager.stopSpan();
    assertThat(segments).hasSize(1);
    assertThat(span("/second").parentId()).isEqualTo(span("/entry").id());
  }

  @Test
  void eachTimeTheLastIsStoppedASegmentIsComplete() {
    for (String name : List.of("/one", "/two", "/three")) {
      ContextManager.stopSpan(ContextManager.createEntrySpan(name, null));
    }
    assertThat(segments).hasSize(3).extracting(Segment::traceId).doesNotHaveDuplicates();
  }

  @Test
  @Tag("capability-83")
  void stoppingOutOfOrderIsRepairedAndNothingIsLost() {
    Span entry = ContextManager.createEntrySpan("/entry", null);
    Span local = ContextManager.createLocalSpan("/local");
    Span exit = ContextManager.createExitSpan("/exit", "peer");
    ContextManager.stopSpan(entry);
    ContextManager.stopSpan(local);
    ContextManager.stopSpan(exit);
    ContextManager.stopSpan(entry);
    ContextManager.stopSpan();
    ContextManager.stopSpan(null);
    assertThat(segments).hasSize(1);
    assertThat(segments.get(0).spanCount()).isEqualTo(3);
    Span next = ContextManager.createEntrySpan("/next", null);
    ContextManager.stopSpan(next);
    assertThat(segments).hasSize(2);
    assertThat(span("/next").parentId()).isEqualTo(-1);
  }

  @Test
  void stoppingInAnotherThreadIsNotLost() throws Exception {
    Span entry = ContextManager.createEntrySpan("/entry", null);
    Object unused =
        inNewThread(
            () -> {
              ContextManager.stopSpan(entry);
              return null;
            });
    Span next = ContextManager.createEntrySpan("/next", null);
    ContextManager.stopSpan(next);
    assertThat(segments).hasSize(2);
  }

  @Test
  void spansOfPluginsAreInTheSameSegment() {
    io.skein.api.Span plugin = tracer.startEntry("/plugin");
    assertThat(ContextManager.activeSpan()).isEqualTo(plugin);
    Span local = ContextManager.createLocalSpan("/local");
    io.skein.api.Span exit = tracer.startExit("/exit", "db:5432");
    assertThat(ContextManager.activeSpan()).as("the innermost").isEqualTo(exit);
    exit.end();
    assertThat(ContextManager.activeSpan()).isSameAs(local);
    ContextManager.stopSpan(ContextManager.activeSpan());
    plugin.end();
    assertThat(segments).hasSize(1);
    assertThat(span("/local").parentId()).isEqualTo(span("/plugin").id());
    assertThat(span("/exit").parentId()).isEqualTo(span("/local").id());
  }

  @Test
  void stopDoesNotEndTheSpanOfAPlugin() {
    io.skein.api.Span plugin = tracer.startEntry("/plugin");
    ContextManager.stopSpan();
    assertThat(segments).isEmpty();
    plugin.end();
    assertThat(segments).hasSize(1);
  }

  @Test
  void spansThatOthersEndedDoNotPileUp() {
    for (int i = 0; i < 5; i++) {
      io.skein.api.Span plugin = tracer.startEntry("/plugin");
      ContextManager.createLocalSpan("/forgotten");
      plugin.end();
    }
    assertThat(segments).hasSize(5);
    Span span = ContextManager.createLocalSpan("/next");
    ContextManager.stopSpan();
    assertThat(segments).hasSize(6);
    ContextManager.stopSpan(span);
    ContextManager.stopSpan();
    assertThat(segments).hasSize(6);
  }

  @Test
  @Tag("capability-74")
  @Tag("capability-75")
  @Tag("capability-76")
  @Tag("capability-77")
  @Tag("capability-78")
  void helpersDescribe() {
    Span entry = ContextManager.createEntrySpan("/entry", null);
    SpanHelpers.setTagUrl(entry, "http://localhost/entry");
    SpanHelpers.setTagMethod(entry, "GET");
    SpanHelpers.setTagStatusCode(entry, 200);
    SpanHelpers.setLayerHttp(entry);
    SpanHelpers.setComponent(entry, Component.of(6001, "Flask"));
    Span exit = ContextManager.createExitSpan("/exit", "peer");
    SpanHelpers.setTagDbType(exit, "sql");
    SpanHelpers.setTagDbInstance(exit, "orders");
    SpanHelpers.setTagDbStatement(exit, "select 1");
    SpanHelpers.setTagDbBindVariables(exit, "[1]");
    SpanHelpers.setLayerDb(exit);
    ContextManager.stopSpan();
    Span message = ContextManager.createExitSpan("/message", "broker");
    SpanHelpers.setTagMqQueue(message, "q");
    SpanHelpers.setTagMqBroker(message, "b");
    SpanHelpers.setTagMqTopic(message, "t");
    SpanHelpers.setLayerMq(message);
    ContextManager.stopSpan();
    Span cache = ContextManager.createExitSpan("/cache", "redis");
    SpanHelpers.setLayerCache(cache);
    ContextManager.stopSpan();
    Span rpc = ContextManager.createExitSpan("/rpc", "other");
    SpanHelpers.setLayerRpc(rpc);
    ContextManager.stopSpan();
    SpanHelpers.setTagStatusCode(entry, 404);
    SpanHelpers.setTagUrl(null, "x");
    SpanHelpers.setTagUrl(entry, null);
    SpanHelpers.setLayerHttp(null);
    SpanHelpers.setComponent(null, null);
    ContextManager.stopSpan();
    assertThat(tag(span("/entry"), "url")).isEqualTo("http://localhost/entry");
    assertThat(tag(span("/entry"), "http.method")).isEqualTo("GET");
    assertThat(tag(span("/entry"), "http.status_code")).isEqualTo("404");
    assertThat(span("/entry").layer()).isEqualTo(Layer.HTTP);
    assertThat(span("/entry").componentId()).isEqualTo(6001);
    assertThat(tag(span("/exit"), "db.statement")).isEqualTo("select 1");
    assertThat(tag(span("/exit"), "db.type")).isEqualTo("sql");
    assertThat(tag(span("/exit"), "db.instance")).isEqualTo("orders");
    assertThat(tag(span("/exit"), "db.bind_vars")).isEqualTo("[1]");
    assertThat(span("/exit").layer()).isEqualTo(Layer.DATABASE);
    assertThat(tag(span("/message"), "mq.queue")).isEqualTo("q");
    assertThat(tag(span("/message"), "mq.broker")).isEqualTo("b");
    assertThat(tag(span("/message"), "mq.topic")).isEqualTo("t");
    assertThat(span("/message").layer()).isEqualTo(Layer.MQ);
    assertThat(span("/cache").layer()).isEqualTo(Layer.CACHE);
    assertThat(span("/rpc").layer()).isEqualTo(Layer.RPC);
  }

  // ---- trace id

  @Test
  @Tag("capability-81")
  void traceIdOrWhyThereIsNone() {
    assertThat(ContextManager.getGlobalTraceId()).isEqualTo("N/A");
    Span entry = ContextManager.createEntrySpan("/entry", null);
    String traceId = ContextManager.getGlobalTraceId();
    ContextManager.stopSpan(entry);
    assertThat(segmentWith("/entry").traceId()).isEqualTo(traceId);
    Span ignored = ContextManager.createEntrySpan("/ignored", null);
    assertThat(ContextManager.getGlobalTraceId()).isEqualTo("Ignored_Trace");
    assertThat(ContextManager.capture().getTraceId()).isEqualTo("Ignored_Trace");
    ContextManager.stopSpan(ignored);
    assertThat(ContextManager.getGlobalTraceId()).isEqualTo("N/A");
    assertThat(segments).hasSize(1);
    Span after = ContextManager.createEntrySpan("/after", null);
    assertThat(ContextManager.getGlobalTraceId()).as("not ignored for ever").hasSizeGreaterThan(20);
    ContextManager.stopSpan(after);
  }

  // ---- between processes

  @Test
  @Tag("capability-73")
  @Tag("capability-87")
  @Tag("capability-88")
  @Tag("capability-89")
  void callGoesOnWhereItArrives() {
    ContextCarrier carrier = new ContextCarrier();
    Span exit = ContextManager.createExitSpan("/exit", carrier, "callee:8080");
    String header = carrier.serialize();
    SpanHelpers.setTagStatusCode(exit, 200);
    ContextManager.stopSpan(exit);
    ContextCarrier received = new ContextCarrier().deserialize(header);
    assertThat(received.isValid()).isTrue();
    ContextManager.stopSpan(ContextManager.createEntrySpan("/entry", received));
    SegmentRef ref = span("/entry").ref(0);
    assertThat(ref.refType()).isEqualTo(SegmentRef.RefType.CROSS_PROCESS);
    assertThat(ref.parentSegmentId()).isEqualTo(segmentWith("/exit").segmentId());
    assertThat(ref.networkAddress()).isEqualTo("callee:8080");
    assertThat(segmentWith("/entry").traceId())
        .isEqualTo(segmentWith("/exit").traceId())
        .isEqualTo(received.getTraceId());
    assertThat(tag(span("/exit"), "http.status_code")).isEqualTo("200");
  }

  @Test
  @Tag("capability-86")
  void emptyCarriersBeginATrace() {
    for (ContextCarrier carrier :
        List.of(
            new ContextCarrier(),
            new ContextCarrier().deserialize(null),
            new ContextCarrier().deserialize(""),
            new ContextCarrier().deserialize("damaged"))) {
      ContextManager.stopSpan(ContextManager.createEntrySpan("/entry", carrier));
    }
    assertThat(segments).hasSize(4).allMatch(segment -> segment.span(0).refCount() == 0);
  }

  @Test
  void exitWithoutCarrierIsASpanAllTheSame() {
    Span exit = ContextManager.createExitSpan("/exit", (ContextCarrier) null, "peer");
    ContextManager.stopSpan(exit);
    assertThat(span("/exit").peer()).isEqualTo("peer");
  }

  @Test
  void carrierThatIsUsedAgainHoldsTheNewCall() {
    ContextCarrier carrier = new ContextCarrier();
    ContextManager.stopSpan(ContextManager.createExitSpan("/first", carrier, "a"));
    String first = carrier.serialize();
    ContextManager.stopSpan(ContextManager.createExitSpan("/second", carrier, "b"));
    assertThat(carrier.serialize()).isNotEqualTo(first);
    assertThat(carrier.getTraceId()).isEqualTo(segmentWith("/second").traceId());
  }

  @Test
  void correlationTravelsWithAllHeaders() {
    ContextManager.createExitSpan("/exit", "peer");
    provider.putCorrelation("user", "eve");
    ContextCarrier carrier = new ContextCarrier();
    ContextManager.inject(carrier);
    ContextManager.stopSpan();
    ContextCarrier received = new ContextCarrier();
    carrier
        .items()
        .forEach((name, value) -> received.set(name.toUpperCase(java.util.Locale.ROOT), value));
    Span entry = ContextManager.createEntrySpan("/entry", received);
    assertThat(provider.correlation("user")).isEqualTo("eve");
    ContextManager.stopSpan(entry);
  }

  // ---- between threads

  @Test
  @Tag("capability-90")
  @Tag("capability-91")
  void snapshotContinuesAfterALocalSpanWasStarted() throws Exception {
    Span entry = ContextManager.createEntrySpan("/entry", null);
    ContextSnapshot snapshot = ContextManager.capture();
    assertThat(snapshot.isValid()).isTrue();
    assertThat(snapshot.getTraceId()).isEqualTo(ContextManager.getGlobalTraceId());
    ContextManager.stopSpan(entry); // and the threads run later
    for (String name : List.of("/thread1", "/thread2")) {
      Object unused =
          inNewThread(
              () -> {
                Span local = ContextManager.createLocalSpan(name);
                ContextManager.continued(snapshot);
                assertThat(ContextManager.getGlobalTraceId()).isEqualTo(snapshot.getTraceId());
                ContextManager.stopSpan(local);
                return null;
              });
    }
    assertThat(segments)
        .hasSize(3)
        .extracting(Segment::traceId)
        .containsOnly(snapshot.getTraceId());
    for (String name : List.of("/thread1", "/thread2")) {
      SegmentRef ref = span(name).ref(0);
      assertThat(ref.refType()).isEqualTo(SegmentRef.RefType.CROSS_THREAD);
      assertThat(ref.parentSegmentId()).isEqualTo(segmentWith("/entry").segmentId());
    }
  }

  @Test
  @Tag("capability-92")
  void headerInjectedAfterwardsNamesTheContinuedTrace() throws Exception {
    Span entry = ContextManager.createEntrySpan("/entry", null);
    ContextSnapshot snapshot = ContextManager.capture();
    String traceId = ContextManager.getGlobalTraceId();
    ContextManager.stopSpan(entry);
    String header =
        inNewThread(
            () -> {
              Span exit = ContextManager.createExitSpan("/exit", "callee:8080");
              ContextManager.continued(snapshot);
              ContextCarrier carrier = new ContextCarrier();
              ContextManager.inject(exit, carrier);
              ContextManager.stopSpan(exit);
              return carrier.serialize();
            });
    assertThat(new ContextCarrier().deserialize(header).getTraceId()).isEqualTo(traceId);
    assertThat(segmentWith("/exit").traceId()).isEqualTo(traceId);
    assertThat(span("/exit").ref(0).parentSegmentId()).isEqualTo(segmentWith("/entry").segmentId());
  }

  @Test
  void continuingBeforeASpanIsStartedWaitsForIt() throws Exception {
    Span entry = ContextManager.createEntrySpan("/entry", null);
    ContextSnapshot snapshot = ContextManager.capture();
    Object unused =
        inNewThread(
            () -> {
              ContextManager.continued(snapshot);
              ContextManager.stopSpan(ContextManager.createLocalSpan("/thread"));
              assertThat(provider.capture()).isNull();
              ContextManager.stopSpan(ContextManager.createLocalSpan("/unrelated"));
              ContextManager.continued(snapshot);
              ContextManager.stopSpan(ContextManager.createEntrySpan("/request", null));
              return null;
            });
    ContextManager.stopSpan(entry);
    assertThat(span("/thread").refCount()).isOne();
    assertThat(span("/unrelated").refCount()).isZero();
    assertThat(span("/request").refCount()).as("a request belongs to its caller").isZero();
  }

  @Test
  void continuingInTheSameSegmentIsNothing() {
    Span entry = ContextManager.createEntrySpan("/entry", null);
    ContextManager.continued(ContextManager.capture());
    ContextManager.stopSpan(entry);
    assertThat(span("/entry").refCount()).isZero();
  }

  @Test
  void snapshotOfNothingIsNothing() {
    ContextSnapshot snapshot = ContextManager.capture();
    assertThat(snapshot.isValid()).isFalse();
    assertThat(snapshot.getTraceId()).isEqualTo("N/A");
    ContextManager.continued(snapshot);
    ContextManager.continued(null);
    Span local = ContextManager.createLocalSpan("/local");
    ContextManager.continued(snapshot);
    ContextManager.stopSpan(local);
    assertThat(span("/local").refCount()).isZero();
  }

  // ---- with nobody there

  @Test
  void nothingHappensBeforeTracingHasStarted() {
    assertThat(Providers.uninstall(provider)).isTrue();
    Span entry = ContextManager.createEntrySpan("/entry", new ContextCarrier());
    ContextCarrier carrier = new ContextCarrier();
    Span exit = ContextManager.createExitSpan("/exit", carrier, "peer");
    assertThat(carrier.serialize()).isEmpty();
    assertThat(ContextManager.getGlobalTraceId()).isEqualTo("N/A");
    ContextManager.continued(ContextManager.capture());
    ContextManager.stopSpan(exit);
    ContextManager.stopSpan(entry);
    ContextManager.stopSpan();
    assertThat(Providers.install(provider)).isTrue();
    assertThat(segments).isEmpty();
  }
}
