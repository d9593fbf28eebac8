package io.skein.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skein.api.Carry;
import io.skein.api.Component;
import io.skein.api.Layer;
import io.skein.api.Scope;
import io.skein.api.Span;
import io.skein.api.TagKey;
import io.skein.api.Tracing;
import io.skein.api.spi.PlaceState;
import io.skein.api.spi.Providers;
import io.skein.api.spi.SpanKind;
import io.skein.api.spi.TracingProvider;
import io.skein.core.Recorder.Headers;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The API with a tracer behind it. */
class ManualTracingTest {
  private final Recorder recorder = new Recorder();
  private final Tracer tracer = recorder.settings.build();
  private final TracingProvider provider = new ManualTracing(tracer);

  @BeforeEach
  void install() {
    assertThat(Providers.install(provider)).isTrue();
  }

  @AfterEach
  void uninstall() {
    assertThat(Providers.uninstall(provider)).isTrue();
    assertThat(tracer.activeSpan()).isNull();
  }

  @Test
  @Tag("capability-3")
  @Tag("capability-6")
  @Tag("capability-14")
  void anEntryIsASegmentWithOneSpan() {
    try (Span span = Tracing.entrySpan("https://github.com/apache/skywalking").start()) {
      span.component(Component.byId(7001));
    }
    SpanRecord span = recorder.only().span(0);
    assertThat(span.type()).isEqualTo(SpanType.ENTRY);
    assertThat(span.id()).isZero();
    assertThat(span.parentId()).isEqualTo(-1);
    assertThat(span.componentId()).isEqualTo(7001);
    assertThat(span.operationName()).isEqualTo("https://github.com/apache/skywalking");
  }

  @Test
  @Tag("capability-5")
  void aBuilderStartsNothingByItself() {
    var builder = Tracing.localSpan("later").tag("key", "value");
    assertThat(Tracing.activeSpan()).isSameAs(Span.none());
    assertThat(recorder.count()).isZero();
    builder.start().end();
    builder.start().end();
    assertThat(recorder.segments).hasSize(2);
    assertThat(Spans.tags(recorder.segments.get(1).span(0))).containsExactly("key=value");
  }

  @Test
  @Tag("capability-8")
  @Tag("capability-9")
  @Tag("capability-10")
  @Tag("capability-11")
  void everythingCanBeSaidBeforeTheStart() {
    TagKey<Integer> several = TagKey.appending("several");
    Tracing.exitSpan("SELECT", "db:5432")
        .component(Component.POSTGRESQL)
        .layer(Layer.DATABASE)
        .tag("singer", "Nakajima")
        .tag("singer", "Miyuki")
        .tag(several, 1)
        .tag(several, 2)
        .tag("nothing", null)
        .run(() -> {});
    SpanRecord span = recorder.only().span(0);
    assertThat(span.type()).isEqualTo(SpanType.EXIT);
    assertThat(span.peer()).isEqualTo("db:5432");
    assertThat(span.componentId()).isEqualTo(Component.POSTGRESQL.id());
    assertThat(span.layer()).isEqualTo(Layer.DATABASE);
    assertThat(Spans.tags(span)).containsExactly("singer=Miyuki", "several=1", "several=2");
  }

  @Test
  @Tag("capability-12")
  @Tag("capability-13")
  @DisplayName("T13 each time the stack was emptied a new segment begins")
  void eachRootIsASegment() {
    Tracing.entrySpan("entry").run(() -> {});
    Tracing.exitSpan("exit", "localhost:8080").run(() -> {});
    Tracing.localSpan("local").run(() -> {});
    assertThat(recorder.segments).hasSize(3);
    assertThat(recorder.segments.stream().map(Segment::segmentId)).doesNotHaveDuplicates();
    assertThat(recorder.segments.stream().map(Segment::traceId)).doesNotHaveDuplicates();
  }

  @Test
  @Tag("capability-4")
  @Tag("capability-26")
  void anErrorIsRecordedAndThrownOn() {
    assertThatThrownBy(
            () ->
                Tracing.entrySpan("entry")
                    .run(
                        () ->
                            Tracing.localSpan("local")
                                .call(
                                    span -> {
                                      span.tag("got", "here");
                                      throw new IOException("disk");
                                    })))
        .isInstanceOf(IOException.class);
    SpanRecord local = Spans.named(recorder.only(), "local");
    assertThat(local.isError()).isTrue();
    assertThat(Spans.fields(local.log(0)))
        .contains("event=error", "error.kind=java.io.IOException", "message=disk");
    assertThat(Spans.named(recorder.only(), "entry").isError()).isTrue();
  }

  @Test
  @Tag("capability-2")
  void idsAreThoseOfTheActiveSpan() {
    assertThat(Tracing.segmentId()).isNull();
    try (Span entry = Tracing.entrySpan("entry").start()) {
      String segment = Tracing.segmentId();
      assertThat(Tracing.spanId()).isZero();
      try (Span local = Tracing.localSpan("local").start()) {
        assertThat(Tracing.segmentId()).isEqualTo(segment);
        assertThat(Tracing.spanId()).isEqualTo(1);
        local.tag("k", "v");
      }
      Tracing.activeSpan().tag("trace", Tracing.traceId());
      assertThat(entry.recording()).isTrue();
    }
    Segment segment = recorder.only();
    assertThat(Spans.tags(segment.span(1))).containsExactly("trace=" + segment.traceId());
  }

  @Test
  void headersContinueATrace() {
    Map<String, String> headers = new HashMap<>();
    Tracing.exitSpan("call", "b:80").inject(headers::put).run(() -> {});
    Segment caller = recorder.take();
    Tracing.entrySpan("serve").headers(headers::get).run(() -> {});
    assertThat(recorder.only().traceId()).isEqualTo(caller.traceId());
    assertThat(recorder.only().span(0).ref(0).networkAddress()).isEqualTo("b:80");
    assertThat(headers).containsKeys("sw8", "sw8-correlation", "sw8-x");
  }

  @Test
  void aBatchHasSeveralParents() {
    Map<String, String> first = new HashMap<>();
    Map<String, String> second = new HashMap<>();
    Tracing.exitSpan("send", "mq:1").run(span -> Tracing.inject(span, first::put));
    Tracing.exitSpan("send", "mq:1").run(span -> Tracing.inject(span, second::put));
    recorder.segments.clear();
    Tracing.entrySpan("consume")
        .headers(first::get)
        .run(span -> Tracing.extract(span, second::get));
    assertThat(recorder.only().span(0).refCount()).isEqualTo(2);
  }

  @Test
  void functionsThatThrowCostTheirHeadersOnly() {
    Tracing.entrySpan("serve")
        .headers(
            name -> {
              throw new IllegalStateException();
            })
        .run(
            span ->
                Tracing.inject(
                    span,
                    (name, value) -> {
                      throw new IllegalStateException();
                    }));
    assertThat(recorder.only().spanCount()).isEqualTo(1);
    assertThat(tracer.counters().failures()).isEqualTo(2);
  }

  @Test
  void correlationTravels() {
    assertThat(Tracing.putCorrelation("user", "ann")).isFalse();
    Map<String, String> headers = new HashMap<>();
    Tracing.exitSpan("call", "b:80")
        .run(
            span -> {
              assertThat(Tracing.putCorrelation("user", "ann")).isTrue();
              Tracing.inject(span, headers::put);
            });
    Tracing.entrySpan("serve")
        .headers(headers::get)
        .run(() -> assertThat(Tracing.correlation("user")).isEqualTo("ann"));
  }

  @Test
  @Tag("capability-21")
  @Tag("capability-23")
  @DisplayName("T24 a wrapper refers to where it was made")
  void aWrapperRefersToWhereItWasMade() throws Exception {
    Runnable[] made = new Runnable[1];
    Tracing.entrySpan("A").run(() -> made[0] = Carry.runnable(() -> local("work")));
    Segment a = recorder.take();
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try {
      Tracing.entrySpan("B").run(() -> pool.submit(made[0]).get(10, TimeUnit.SECONDS));
    } finally {
      pool.shutdown();
    }
    Segment work =
        recorder.segments.stream()
            .filter(s -> s.span(0).operationName().equals("work"))
            .findFirst()
            .orElseThrow();
    assertThat(work.traceId()).isEqualTo(a.traceId());
    assertThat(work.span(0).refCount()).isEqualTo(1);
    assertThat(work.span(0).ref(0).refType()).isEqualTo(SegmentRef.RefType.CROSS_THREAD);
    assertThat(work.span(0).ref(0).parentSegmentId()).isEqualTo(a.segmentId());
  }

  @Test
  @Tag("capability-24")
  void aWrapperRunWhereItWasMadeIsAPlainCall() {
    Tracing.entrySpan("A").run(() -> Carry.runnable("task", () -> local("work")).run());
    Segment segment = recorder.only();
    assertThat(segment.spanCount()).isEqualTo(3);
    assertThat(Spans.named(segment, "task").refCount()).isZero();
    assertThat(Spans.named(segment, "work").parentId())
        .isEqualTo(Spans.named(segment, "task").id());
  }

  @Test
  @Tag("capability-22")
  @Tag("capability-25")
  void aWrapperIsTheTaskOfAnyThread() throws Exception {
    boolean virtual = Runtime.version().feature() >= 21;
    for (int kind = 0; kind < (virtual ? 2 : 1); kind++) {
      String name = "work " + kind;
      String[] trace = new String[1];
      Thread[] thread = new Thread[1];
      boolean inVirtualThread = kind == 1;
      Tracing.entrySpan("A")
          .run(
              () -> {
                trace[0] = Tracing.traceId();
                Runnable task = Carry.runnable(() -> local(name));
                thread[0] =
                    inVirtualThread
                        ? (Thread)
                            Thread.class
                                .getMethod("startVirtualThread", Runnable.class)
                                .invoke(null, task)
                        : new Thread(task);
              });
      if (!inVirtualThread) {
        thread[0].start();
      }
      thread[0].join(TimeUnit.SECONDS.toMillis(10));
      Segment work =
          recorder.segments.stream()
              .filter(s -> s.span(0).operationName().equals(name))
              .findFirst()
              .orElseThrow();
      assertThat(work.traceId()).isEqualTo(trace[0]);
      assertThat(work.span(0).refCount()).isEqualTo(1);
    }
  }

  @Test
  @DisplayName("T25 where another has captured, too, the wrapper's place counts, once")
  void noDoubleCapture() {
    Runnable[] made = new Runnable[1];
    Snapshot[] handedIn = new Snapshot[1];
    Tracing.entrySpan("A")
        .run(
            () -> {
              Tracing.localSpan("make").run(() -> made[0] = Carry.runnable(() -> local("work")));
              handedIn[0] = tracer.capture(); // as the executors plugin does in execute()
            });
    Segment a = recorder.take();
    Spans.inAnotherThread(() -> Spans.within(tracer.continueFrom(handedIn[0]), made[0]));
    SpanRecord work = recorder.only().span(0);
    assertThat(work.refCount()).isEqualTo(1);
    assertThat(work.ref(0).parentSpanId()).isEqualTo(Spans.named(a, "make").id());
  }

  @Test
  void namedWrappersAreSpansAndRecordErrors() {
    Runnable failing =
        Carry.runnable(
            "Thread/task",
            () -> {
              throw new IllegalStateException("mine");
            });
    assertThatThrownBy(failing::run).hasMessage("mine");
    assertThat(recorder.take().span(0).isError()).isTrue();
    assertThatThrownBy(
            () ->
                Carry.callable(
                        "Thread/task",
                        () -> {
                          throw new IOException("checked");
                        })
                    .call())
        .isInstanceOf(IOException.class);
    assertThat(recorder.only().span(0).operationName()).isEqualTo("Thread/task");
  }

  @Test
  void decoratedExecutorsAndFuturesCarry() throws Exception {
    ExecutorService pool = Carry.executorService(Executors.newSingleThreadExecutor());
    try {
      Tracing.entrySpan("A")
          .run(
              () -> {
                pool.submit(() -> local("submitted")).get(10, TimeUnit.SECONDS);
                pool.invokeAll(List.of(() -> local("all")));
                Carry.supplyAsync(() -> local("future"), pool)
                    .thenApplyAsync(Carry.function(x -> local("applied")), pool)
                    .get(10, TimeUnit.SECONDS);
              });
    } finally {
      pool.shutdown();
    }
    assertThat(recorder.segments).hasSize(5);
    String trace = recorder.segments.get(4).traceId();
    assertThat(recorder.segments).allMatch(segment -> segment.traceId().equals(trace));
  }

  private static Object local(String name) {
    Tracing.localSpan(name).run(() -> {});
    return name;
  }

  @Test
  void aStageIsAsLongAsItTakes() {
    CompletableFuture<String> future = new CompletableFuture<>();
    Tracing.entrySpan("A")
        .run(
            () -> assertThat(Tracing.exitSpan("call", "a:1").stage(() -> future)).isSameAs(future));
    assertThat(recorder.count()).isZero();
    recorder.tick(200);
    Spans.inAnotherThread(() -> future.completeExceptionally(new IOException("late")));
    SpanRecord call = Spans.named(recorder.only(), "call");
    assertThat(call.endMillis() - call.startMillis()).isEqualTo(200);
    assertThat(call.isError()).isTrue();
  }

  @Test
  void aStageThatNeverBeginsEndsAtOnce() {
    assertThatThrownBy(
            () ->
                Tracing.localSpan("begin")
                    .stage(
                        () -> {
                          throw new IllegalStateException("mine");
                        }))
        .hasMessage("mine");
    assertThat(recorder.take().span(0).isError()).isTrue();
    Tracing.localSpan("none").<CompletableFuture<String>>stage(() -> null);
    assertThat(recorder.only().spanCount()).isEqualTo(1);
  }

  @Test
  void aSnapshotCanBeLinked() {
    io.skein.api.Snapshot[] snapshot = new io.skein.api.Snapshot[1];
    Tracing.entrySpan("A").run(() -> snapshot[0] = Tracing.capture());
    String trace = recorder.take().traceId();
    assertThat(snapshot[0].traceId()).isEqualTo(trace);
    assertThat(snapshot[0]).hasToString("Snapshot of trace " + trace);
    Map<String, String> headers = new HashMap<>();
    Tracing.exitSpan("call", "a:1")
        .run(
            span -> {
              Tracing.link(span, snapshot[0]);
              Tracing.inject(span, headers::put);
            });
    assertThat(recorder.only().traceId()).isEqualTo(trace);
    assertThat(Sw8.decode(headers.get("sw8")).ref.traceId()).isEqualTo(trace);
  }

  @Test
  void placesTellWhatTheyAre() {
    Map<String, String> headers = new HashMap<>();
    Span span = provider.startDetached("span", SpanKind.EXIT, 0, List.of());
    provider.inject(span, headers::put);
    Object extracted = provider.extractContext(headers::get);
    Scope scope = provider.activate(span);
    for (Object place : new Object[] {span, extracted, provider.capture(), null}) {
      assertThat(provider.state(place)).isEqualTo(PlaceState.RECORDED);
      assertThat(provider.traceId(place)).isEqualTo(tracer.traceId());
      assertThat(provider.segmentId(place)).isEqualTo(tracer.segmentId());
      assertThat(provider.spanId(place)).isZero();
    }
    assertThat(provider.activeSpan()).isEqualTo(span);
    scope.close();
    span.end();
    for (Object place : new Object[] {"text", Span.none(), null}) {
      assertThat(provider.state(place)).isEqualTo(PlaceState.NONE);
      assertThat(provider.traceId(place)).isNull();
      assertThat(provider.segmentId(place)).isNull();
      assertThat(provider.spanId(place)).isEqualTo(-1);
    }
    Object broken = provider.extractContext(name -> name.equals("sw8") ? "broken" : null);
    assertThat(provider.state(broken)).isEqualTo(PlaceState.INVALID);
    Object ignored = provider.extractContext(Headers.of("sw8", "0-------")::get);
    assertThat(provider.state(ignored)).isEqualTo(PlaceState.IGNORED);
    assertThat(provider.traceId(ignored)).isNull();
  }
}
