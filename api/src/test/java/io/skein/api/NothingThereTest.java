package io.skein.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skein.api.spi.PlaceState;
import io.skein.api.spi.Providers;
import io.skein.api.spi.SpanKind;
import io.skein.api.spi.TracingProvider;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The API where neither an agent nor the SDK is behind it. */
class NothingThereTest {
  @Test
  void spansAreNothing() {
    assertThat(Tracing.present()).isFalse();
    Span span =
        Tracing.entrySpan("op")
            .component(Component.TOMCAT)
            .layer(Layer.HTTP)
            .peer("a:1")
            .tag("key", "value")
            .tag(Tags.URL, "http://a")
            .headers(name -> "1-x")
            .inject((name, value) -> {})
            .start();
    assertThat(span).isSameAs(Span.none());
    assertThat(span.recording()).isFalse();
    span.operationName("x")
        .peer("x")
        .component(Component.TOMCAT)
        .layer(Layer.HTTP)
        .tag("k", "v")
        .tag(Tags.URL, "u")
        .log("event")
        .log(new IOException())
        .log(Map.of("k", "v"))
        .error()
        .prepareForAsync()
        .asyncEnd();
    span.asyncEnd(new IOException());
    span.end(new IOException());
    span.end();
    span.close();
    assertThat(Tracing.activeSpan()).isSameAs(Span.none());
    assertThat(Tracing.traceId()).isNull();
    assertThat(Tracing.segmentId()).isNull();
    assertThat(Tracing.spanId()).isEqualTo(-1);
    assertThat(Tracing.putCorrelation("key", "value")).isFalse();
    assertThat(Tracing.correlation("key")).isNull();
    Tracing.inject(
        span,
        (name, value) -> {
          throw new AssertionError("nothing to inject");
        });
    Tracing.extract(
        span,
        name -> {
          throw new AssertionError("nobody reads");
        });
  }

  @Test
  void nullIsNothing() {
    Span span = Tracing.exitSpan(null, null).tag((String) null, null).headers(null).start();
    Tracing.inject(null, null);
    Tracing.extract(null, null);
    Tracing.link(null, null);
    Tracing.correlation(null);
    Tracing.putCorrelation(null, null);
    span.end(null);
    assertThat(Carry.runnable(null)).isNull();
    assertThat(Carry.callable(null)).isNull();
    assertThat(Carry.supplier(null)).isNull();
    assertThat(Carry.consumer(null)).isNull();
    assertThat(Carry.biConsumer(null)).isNull();
    assertThat(Carry.function(null)).isNull();
    assertThat(Carry.biFunction(null)).isNull();
    assertThat(Carry.executor(null)).isNull();
    assertThat(Carry.executorService(null)).isNull();
    assertThat(Carry.scheduledExecutorService(null)).isNull();
    Tracing.localSpan("op").run((SpanBuilder.Work<RuntimeException>) null);
    assertThat(
            Tracing.localSpan("op").call((SpanBuilder.Computation<String, RuntimeException>) null))
        .isNull();
  }

  @Test
  void workRunsAndItsErrorsPass() throws IOException {
    List<String> done = new ArrayList<>();
    Tracing.localSpan("op").run(() -> done.add("run"));
    Tracing.localSpan("op").run(span -> span.tag("k", "v"));
    String result = Tracing.localSpan("op").call(() -> "result");
    assertThat(result).isEqualTo("result");
    assertThat(Tracing.localSpan("op").<String, IOException>call(span -> "other"))
        .isEqualTo("other");
    assertThatThrownBy(
            () ->
                Tracing.localSpan("op")
                    .run(
                        () -> {
                          throw new IOException("mine");
                        }))
        .isInstanceOf(IOException.class)
        .hasMessage("mine");
    CompletableFuture<String> future = new CompletableFuture<>();
    assertThat(Tracing.localSpan("op").stage(() -> future)).isSameAs(future);
    assertThat(Tracing.localSpan("op").<CompletableFuture<String>>stage(() -> null)).isNull();
    assertThat(done).containsExactly("run");
  }

  @Test
  void carriersOnlyCall() throws Exception {
    List<String> done = new ArrayList<>();
    Carry.runnable(() -> done.add("runnable")).run();
    Carry.runnable("op", () -> done.add("named")).run();
    assertThat(Carry.callable(() -> 1).call()).isEqualTo(1);
    assertThat(Carry.supplier(() -> 2).get()).isEqualTo(2);
    Carry.<String>consumer(done::add).accept("consumer");
    Carry.<String, String>biConsumer((a, b) -> done.add(a + b)).accept("bi", "consumer");
    assertThat(Carry.<Integer, Integer>function(i -> i + 1).apply(2)).isEqualTo(3);
    assertThat(Carry.<Integer, Integer, Integer>biFunction(Integer::sum).apply(2, 2)).isEqualTo(4);
    assertThat(done).containsExactly("runnable", "named", "consumer", "biconsumer");
    Runnable throwing =
        Carry.runnable(
            () -> {
              throw new IllegalStateException("mine");
            });
    assertThatThrownBy(throwing::run).hasMessage("mine");
    Snapshot snapshot = Tracing.capture();
    assertThat(snapshot.isEmpty()).isTrue();
    assertThat(snapshot.traceId()).isNull();
    snapshot.continueTrace().close();
    assertThat(snapshot).hasToString("Snapshot of no trace");
  }

  @Test
  void decoratedExecutorsWork() throws Exception {
    ScheduledExecutorService pool = Executors.newScheduledThreadPool(1);
    ScheduledExecutorService carrying = Carry.scheduledExecutorService(pool);
    try {
      assertThat(carrying.submit(() -> "a").get(10, TimeUnit.SECONDS)).isEqualTo("a");
      assertThat(carrying.submit(() -> {}, "b").get(10, TimeUnit.SECONDS)).isEqualTo("b");
      assertThat(carrying.submit(() -> {}).get(10, TimeUnit.SECONDS)).isNull();
      assertThat(carrying.invokeAll(List.of(() -> "c")).get(0).get()).isEqualTo("c");
      assertThat(carrying.invokeAll(List.of(() -> "c"), 10, TimeUnit.SECONDS)).hasSize(1);
      List<Callable<String>> several = List.of(() -> "d", () -> "d");
      assertThat((Object) carrying.invokeAny(several)).isEqualTo("d");
      assertThat((Object) carrying.invokeAny(several, 10, TimeUnit.SECONDS)).isEqualTo("d");
      assertThat(carrying.schedule(() -> "e", 1, TimeUnit.MILLISECONDS).get()).isEqualTo("e");
      assertThat(carrying.schedule(() -> {}, 1, TimeUnit.MILLISECONDS).get()).isNull();
      CountDownLatch twice = new CountDownLatch(4);
      var rate = carrying.scheduleAtFixedRate(twice::countDown, 0, 1, TimeUnit.MILLISECONDS);
      var delay = carrying.scheduleWithFixedDelay(twice::countDown, 0, 1, TimeUnit.MILLISECONDS);
      assertThat(twice.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(rate.cancel(false) && delay.cancel(false)).isTrue();
      assertThat(Carry.supplyAsync(() -> 1).get(10, TimeUnit.SECONDS)).isEqualTo(1);
      assertThat(Carry.supplyAsync(() -> 1, carrying).get(10, TimeUnit.SECONDS)).isEqualTo(1);
      Carry.runAsync(() -> {}).get(10, TimeUnit.SECONDS);
      Carry.runAsync(() -> {}, Carry.executor(pool)).get(10, TimeUnit.SECONDS);
    } finally {
      carrying.shutdown();
    }
    assertThat(carrying.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    assertThat(carrying.isShutdown() && carrying.isTerminated()).isTrue();
  }

  @Test
  void shutdownNowReturnsWhatWasHandedIn() throws Exception {
    ExecutorService carrying = Carry.executorService(Executors.newSingleThreadExecutor());
    CountDownLatch begun = new CountDownLatch(1);
    carrying.execute(
        () -> {
          begun.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    Runnable waiting = () -> {};
    carrying.execute(waiting);
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(carrying.shutdownNow()).containsExactly(waiting);
    assertThat(carrying.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void theProviderDoesNothing() {
    TracingProvider nothing = Providers.current();
    assertThat(nothing).isSameAs(Providers.none());
    assertThat(nothing.startDetached("op", SpanKind.LOCAL, 0, List.of())).isSameAs(Span.none());
    assertThat(nothing.startDetached(null, null, -1, null)).isSameAs(Span.none());
    nothing.activate(Span.none()).close();
    nothing.activate(null).close();
    nothing.kind(null, null);
    nothing.log(null, 0, null);
    nothing.end(null, 0);
    assertThat(nothing.state(nothing)).isEqualTo(PlaceState.NONE);
    assertThat(nothing.extractContext(name -> "x")).isNull();
    assertThat(Providers.install(null)).isFalse();
    assertThat(Providers.uninstall(null)).isFalse();
    assertThat(Providers.uninstall(nothing)).isFalse();
    assertThat(Providers.agentPresent()).isFalse();
  }

  @Test
  void itCostsNoMemory() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    useAll(100);
    long before = threads.getThreadAllocatedBytes(thread);
    useAll(10_000);
    long used = threads.getThreadAllocatedBytes(thread) - before;
    assertThat(used).isLessThan(10_000);
  }

  private static void useAll(int times) {
    for (int i = 0; i < times; i++) {
      Span span =
          Tracing.exitSpan("op", "a:1").component(Component.TOMCAT).tag("key", "value").start();
      span.tag(Tags.URL, "value").end();
      Tracing.activeSpan().log("event");
      Tracing.capture().continueTrace().close();
      Tracing.traceId();
    }
  }
}
