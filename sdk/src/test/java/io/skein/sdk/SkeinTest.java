package io.skein.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Carry;
import io.skein.api.Component;
import io.skein.api.Span;
import io.skein.api.Tracing;
import io.skein.api.spi.Providers;
import io.skein.api.spi.SpanKind;
import io.skein.api.spi.TracingProvider;
import io.skein.server.collector.Collector;
import io.skein.server.collector.CollectorSettings;
import io.skein.server.storage.InMemoryTraceStore;
import io.skein.server.storage.InstanceSummary;
import io.skein.server.storage.StoredTrace;
import io.skein.wire.model.KeyValue;
import io.skein.wire.model.TraceSegment;
import io.skein.wire.model.TraceSpan;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The SDK in this JVM, against the server's real collector. */
class SkeinTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final InMemoryTraceStore store = new InMemoryTraceStore();
  private final List<String> log = new CopyOnWriteArrayList<>();
  private final List<Skein> started = new CopyOnWriteArrayList<>();
  private Collector collector;

  @BeforeEach
  void startCollector() throws IOException {
    collector = new Collector(CollectorSettings.on("127.0.0.1", 0), store, InstantSource.system());
    collector.start();
  }

  @AfterEach
  void endAll() {
    started.forEach(skein -> skein.close(Duration.ZERO));
    collector.close();
    store.close();
    assertThat(Tracing.present()).isFalse();
    assertThat(Tracing.activeSpan().recording()).isFalse();
  }

  private SkeinBuilder settings() {
    return Skein.builder()
        .service("sdk-shop")
        .instance("sdk-1")
        .backend("127.0.0.1:" + collector.port())
        .set("skein.report.pause", "20ms")
        .log(this::keep);
  }

  private void keep(System.Logger.Level level, String line) {
    if (!line.startsWith("unknown system property")) { // the build's own, which Maven hands on
      log.add(level + " " + line);
    }
  }

  private Skein started(SkeinBuilder builder) {
    Skein skein = builder.start();
    started.add(skein);
    return skein;
  }

  private static <T> T await(Supplier<Optional<T>> look) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      Optional<T> found = look.get();
      if (found.isPresent()) {
        return found.get();
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("not in " + PATIENCE);
  }

  private List<TraceSegment> stored(String traceId, int segments) {
    return await(
        () -> {
          StoredTrace trace = store.trace(traceId, 1000);
          return trace != null && trace.segments().size() == segments
              ? Optional.of(
                  trace.segments().stream().map(StoredTrace.StoredSegment::segment).toList())
              : Optional.empty();
        });
  }

  private static TraceSegment with(List<TraceSegment> segments, String operation) {
    return segments.stream()
        .filter(s -> s.spans().stream().anyMatch(span -> span.operationName().equals(operation)))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void flushingWaitsUntilWhatHasEndedIsThere() {
    try (Skein skein = started(settings().set("skein.report.pause", "60s"))) {
      String[] traceId = new String[1];
      Tracing.localSpan("work").run(() -> traceId[0] = Tracing.traceId());
      Providers.current().flush(Duration.ofSeconds(30));
      assertThat(store.trace(traceId[0], 10)).isNotNull();
      assertThat(skein.account().queued().segments()).isZero();
    }
  }

  @Test
  void flushingGivesUpInTime() throws IOException {
    try (ServerSocket taken = new ServerSocket(0);
        Skein skein = started(settings().backend("127.0.0.1:" + taken.getLocalPort()))) {
      Tracing.localSpan("work").run(() -> {});
      long begin = System.nanoTime();
      Providers.current().flush(Duration.ofMillis(200));
      assertThat(Duration.ofNanos(System.nanoTime() - begin))
          .isBetween(Duration.ofMillis(200), Duration.ofSeconds(20));
      assertThat(skein.active()).isTrue();
      skein.close(Duration.ZERO);
    }
  }

  @Test
  @Tag("capability-69")
  @Tag("capability-70")
  void aTraceMadeByHandArrives() throws Exception {
    try (Skein skein = started(settings())) {
      assertThat(skein.active()).isTrue();
      String[] traceId = new String[1];
      Tracing.entrySpan("GET:/cart")
          .component(Component.byName("Flask"))
          .run(
              () -> {
                traceId[0] = Tracing.traceId();
                Tracing.localSpan("price").tag("article", "7").run(() -> {});
                Thread thread =
                    new Thread(
                        Carry.runnable(
                            () -> Tracing.exitSpan("Stock/take", "stock:9090").run(() -> {})));
                thread.start();
                thread.join();
              });
      List<TraceSegment> segments = stored(traceId[0], 2);
      assertThat(segments).allMatch(segment -> segment.service().equals("sdk-shop"));
      assertThat(segments).allMatch(segment -> segment.instance().equals("sdk-1"));
      TraceSegment cart = with(segments, "GET:/cart");
      assertThat(cart.spans()).extracting(TraceSpan::operationName).contains("price");
      TraceSpan take = with(segments, "Stock/take").spans().get(0);
      assertThat(take.peer()).isEqualTo("stock:9090");
      assertThat(take.refs())
          .singleElement()
          .extracting("parentSegmentId")
          .isEqualTo(cart.segmentId());
      Account account =
          await(
              () ->
                  skein.account().delivered().segments() == 2
                      ? Optional.of(skein.account())
                      : Optional.empty());
      assertThat(account.made()).isEqualTo(new Account.Count(2, 3));
      assertThat(account.queued().segments() + account.dropped().segments()).isZero();
      assertThat(account.droppedByReason()).isEmpty();
    }
    assertThat(log.get(0)).startsWith("INFO Skein ").contains("\"sdk-shop\"");
    assertThat(log).noneMatch(line -> line.startsWith("WARNING"));
  }

  @Test
  @Tag("capability-72")
  void theInstanceTellsItsPropertiesAndThatItLives() {
    try (Skein skein = started(settings().set("skein.heartbeat", "1s"))) {
      InstanceSummary first =
          await(
              () ->
                  store.instances("sdk-shop").stream()
                      .filter(i -> !i.properties().isEmpty())
                      .findFirst());
      assertThat(first.name()).isEqualTo("sdk-1");
      assertThat(first.properties()).contains(new KeyValue("language", "java"));
      await(
          () ->
              store.instances("sdk-shop").stream()
                  .filter(i -> i.lastSeenMillis() > first.lastSeenMillis())
                  .findFirst());
      assertThat(skein.active()).isTrue();
    }
  }

  @Test
  void detachedSpansArriveAsOneSegment() {
    try (Skein skein = started(settings())) {
      TracingProvider provider = Providers.current();
      Span root = provider.startDetached("root", SpanKind.ENTRY, 0, List.of());
      String traceId = provider.traceId(root);
      Span child = provider.startDetached("child", SpanKind.LOCAL, 0, List.of(root));
      root.end();
      child.end();
      assertThat(stored(traceId, 1).get(0).spans()).hasSize(2);
      assertThat(skein.active()).isTrue();
    }
  }

  @Test
  @Tag("capability-82")
  void closingSendsWhatIsThere() {
    Skein skein = started(settings().set("skein.report.pause", "1h"));
    String traceId = Tracing.entrySpan("last").call(Tracing::traceId);
    Span open = Providers.current().startDetached("open", SpanKind.LOCAL, 0, List.of());
    String openTrace = Providers.current().traceId(open);
    skein.close();
    assertThat(stored(traceId, 1)).hasSize(1);
    assertThat(stored(openTrace, 1).get(0).spans().get(0).tags().toString()).contains("unfinished");
    assertThat(skein.active()).isFalse();
    assertThat(skein.account().delivered().segments()).isEqualTo(2);
    assertThat(skein.account().unfinishedSegments()).isEqualTo(1);
    open.tag("too", "late").end();
    skein.close();
    skein.close(null);
    assertThat(skein.account().made().segments()).isEqualTo(2);
  }

  @Test
  void closingWaitsNoLongerThanItMay() throws IOException {
    int nobody;
    try (ServerSocket socket = new ServerSocket(0)) {
      nobody = socket.getLocalPort();
    }
    Skein skein = started(settings().backend("127.0.0.1:" + nobody));
    Tracing.entrySpan("lost").run(() -> {});
    long begun = System.nanoTime();
    skein.close(Duration.ofMillis(300));
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(10));
    Account account = skein.account();
    assertThat(account.made().segments()).isEqualTo(1);
    assertThat(account.dropped()).isEqualTo(account.made());
    assertThat(account.droppedByReason()).containsOnlyKeys("shutdown");
  }

  @Test
  void whatCannotBeDeliveredBeforeTheEndTheNextStartDelivers(@TempDir Path spool) throws Exception {
    int nobody;
    try (ServerSocket socket = new ServerSocket(0)) {
      nobody = socket.getLocalPort();
    }
    Map<String, String> kept =
        Map.of("skein.spool.dir", spool.toString(), "skein.spool.size", "4MB");
    SkeinBuilder away = settings().backend("127.0.0.1:" + nobody);
    kept.forEach(away::set);
    Skein first = started(away);
    Tracing.entrySpan("kept").run(() -> {});
    first.close(Duration.ofSeconds(5));
    Account account = first.account();
    assertThat(account.spooled()).isEqualTo(account.made()).isEqualTo(new Account.Count(1, 1));

    SkeinBuilder back = settings();
    kept.forEach(back::set);
    Skein second = started(back);
    Tracing.entrySpan("new").run(() -> {});
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (store.accounts().stream().mapToLong(each -> each.stored().segments()).sum() < 2) {
      assertThat(System.nanoTime()).as("both are delivered").isLessThan(deadline);
      Thread.onSpinWait();
    }
    second.close(Duration.ofSeconds(5));
    assertThat(second.account().delivered()).isEqualTo(new Account.Count(1, 1));
    assertThat(second.account().made()).isEqualTo(new Account.Count(1, 1));
    try (Stream<Path> left = Files.walk(spool)) {
      assertThat(left.filter(path -> path.toString().endsWith(".chunk"))).isEmpty();
    }
  }

  @Test
  @Tag("capability-71")
  void startingTwiceIsStartingOnce() {
    Skein first = started(settings());
    assertThat(Skein.start()).isSameAs(first);
    assertThat(settings().service("other").start()).isSameAs(first);
    assertThat(log).filteredOn(line -> line.startsWith("WARNING")).hasSize(1);
    first.close();
    Skein second = started(settings());
    assertThat(second).isNotSameAs(first);
    assertThat(second.active()).isTrue();
    first.close();
    assertThat(second.active()).isTrue();
    second.close();
  }

  @Test
  void spansOfAnEarlierStartAreHarmless() {
    Skein first = started(settings());
    Span old = Tracing.entrySpan("old").start();
    first.close();
    Skein second = started(settings());
    assertThat(Tracing.activeSpan().recording()).isFalse();
    String trace = Tracing.entrySpan("new").call(Tracing::traceId);
    old.tag("key", "value").end();
    assertThat(stored(trace, 1).get(0).spans()).hasSize(1);
    assertThat(first.account().droppedByReason()).containsOnlyKeys("shutdown");
    second.close();
  }

  @Test
  void whereItIsSwitchedOffOrCannotStartNothingHappens() {
    for (SkeinBuilder builder :
        List.of(
            settings().set("skein.enabled", "false"),
            settings().config(Path.of("no", "such", "file")))) {
      log.clear();
      Skein idle = started(builder);
      assertThat(idle.active()).isFalse();
      Tracing.entrySpan("nobody sees it").run(() -> {});
      assertThat(idle.account().made().segments()).isZero();
      assertThat(log).hasSize(1);
      idle.close();
      assertThat(idle).hasToString("Skein, idle");
    }
  }

  @Test
  void whereAnAgentRunsItStandsAside() {
    System.setProperty("io.skein.agent.running", "true");
    try {
      Skein aside = started(settings());
      assertThat(aside.active()).isFalse();
      assertThat(Tracing.present()).isFalse();
      settings().start().close();
      assertThat(log).containsExactly("INFO a Skein agent traces this JVM; the SDK stands aside");
      aside.close();
    } finally {
      System.clearProperty("io.skein.agent.running");
    }
  }

  @Test
  void wrongSettingsAreSaidAndDefaultsTaken() {
    try (Skein skein =
        settings()
            .set("skein.limit.spans", "many")
            .set("skein.servcie", "typo")
            .set("skein.backend", "not an address at all:x")
            .set(null, "x")
            .set("skein.token", null)
            .log(null)
            .start()) {
      assertThat(skein.active()).isTrue();
      assertThat(log).filteredOn(line -> line.startsWith("WARNING")).hasSizeGreaterThanOrEqualTo(3);
    }
  }

  @Test
  void aLogThatThrowsIsHarmless() {
    try (Skein skein =
        settings()
            .log(
                (level, line) -> {
                  throw new IllegalStateException();
                })
            .start()) {
      assertThat(skein.active()).isTrue();
    }
  }

  @Test
  void noThreadIsLeft() {
    settings().start().close();
    await(
        () ->
            Thread.getAllStackTraces().keySet().stream()
                    .map(Thread::getName)
                    .noneMatch(Set.of("skein-reporter", "skein-exit")::contains)
                ? Optional.of(true)
                : Optional.empty());
  }
}
