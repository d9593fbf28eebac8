package io.skein.opentracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentracing.References;
import io.opentracing.Scope;
import io.opentracing.Span;
import io.opentracing.SpanContext;
import io.opentracing.propagation.Format;
import io.opentracing.propagation.TextMapAdapter;
import io.opentracing.tag.Tags;
import io.skein.core.SpanType;
import io.skein.opentracing.scope.CompletableFutureScopeManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The scenarios of OpenTracing's testbed: how applications hand spans around. */
class TestbedTest {
  private final Recorder recorder = new Recorder();
  private final SkeinTracer tracer = recorder.tracer();
  private final ExecutorService pool = Executors.newFixedThreadPool(4);

  @AfterEach
  void nothingIsLeft() throws Exception {
    pool.shutdown();
    assertThat(pool.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    assertThat(tracer.activeSpan()).isNull();
    assertThat(recorder.provider.capture()).isNull();
    assertThat(recorder.core.waitingForAsync()).isZero();
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.get(30, TimeUnit.SECONDS);
  }

  private boolean isChild(String child, String parent) {
    return recorder.span(child).isChildOf(recorder.span(parent));
  }

  /** Another span takes the active one's place, in another thread and back. */
  @Test
  void activeSpanReplacement() throws Exception {
    Span initial = tracer.buildSpan("initial").start();
    get(
        pool.submit(
            () -> {
              try (Scope scope = tracer.activateSpan(initial)) {
                tracer.buildSpan("subtask").start().finish();
              } finally {
                initial.finish();
              }
              Span task = tracer.buildSpan("task").start();
              try (Scope scope = tracer.activateSpan(task)) {
                Span nested = tracer.buildSpan("nested").start();
                try (Scope inner = tracer.activateSpan(nested)) {
                  assertThat(tracer.activeSpan()).isSameAs(nested);
                } finally {
                  nested.finish();
                }
              } finally {
                task.finish();
              }
            }));
    assertThat(isChild("subtask", "initial")).isTrue();
    assertThat(isChild("nested", "task")).isTrue();
    assertThat(recorder.span("task").isRoot()).isTrue();
  }

  @Test
  void clientServer() throws Exception {
    BlockingQueue<Map<String, String>> wire = new ArrayBlockingQueue<>(1);
    Future<?> server =
        pool.submit(
            () -> {
              Map<String, String> headers = wire.poll(30, TimeUnit.SECONDS);
              SpanContext caller =
                  tracer.extract(Format.Builtin.TEXT_MAP, new TextMapAdapter(headers));
              Span span =
                  tracer
                      .buildSpan("receive")
                      .asChildOf(caller)
                      .withTag(Tags.SPAN_KIND, Tags.SPAN_KIND_SERVER)
                      .start();
              Spans.activate(tracer, span).close();
              return null;
            });
    Span call =
        tracer
            .buildSpan("send")
            .withTag(Tags.SPAN_KIND, Tags.SPAN_KIND_CLIENT)
            .withTag(Tags.PEER_SERVICE, "server")
            .start();
    try (Spans.ActiveSpan active = Spans.activate(tracer, call)) {
      Map<String, String> headers = new HashMap<>();
      tracer.inject(
          tracer.activeSpan().context(), Format.Builtin.TEXT_MAP, new TextMapAdapter(headers));
      wire.put(headers);
    }
    assertThat(get(server)).isNull();
    assertThat(isChild("receive", "send")).isTrue();
    assertThat(recorder.span("send").record().type()).isEqualTo(SpanType.EXIT);
    assertThat(recorder.span("receive").record().type()).isEqualTo(SpanType.ENTRY);
  }

  /**
   * One handler object for all requests, which are answered by any thread: no active span helps.
   */
  @Test
  void commonRequestHandler() throws Exception {
    Span parent = tracer.buildSpan("parent").start();
    List<Future<?>> requests = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Span span = tracer.buildSpan("request").asChildOf(parent).start();
      requests.add(pool.submit(() -> span.setTag("answered", true).finish()));
    }
    for (Future<?> request : requests) {
      assertThat(get(request)).isNull();
    }
    parent.finish();
    assertThat(recorder.spans().stream().filter(span -> span.name().equals("request")))
        .hasSize(20)
        .allMatch(span -> span.isChildOf(recorder.span("parent")));
  }

  /** The span outlives the work it is active in, and its children. */
  @Test
  void lateSpanFinish() throws Exception {
    Span parent = tracer.buildSpan("parent").start();
    List<Future<?>> tasks = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      String name = "task" + i;
      tasks.add(
          pool.submit(
              () -> {
                try (Scope scope = tracer.activateSpan(parent)) {
                  tracer.buildSpan(name).start().finish();
                }
              }));
    }
    for (Future<?> task : tasks) {
      assertThat(get(task)).isNull();
    }
    assertThat(recorder.count("parent")).isZero();
    parent.finish();
    assertThat(isChild("task0", "parent")).isTrue();
    assertThat(isChild("task1", "parent")).isTrue();
  }

  @Test
  void listenerPerRequest() throws Exception {
    Span span = tracer.buildSpan("send").start();
    Callable<String> request = () -> "answer";
    Runnable listener = () -> span.setTag("done", true).finish();
    String answer =
        get(
            pool.submit(
                () -> {
                  String got = request.call();
                  listener.run();
                  return got;
                }));
    assertThat(answer).isEqualTo("answer");
    assertThat(recorder.span("send").tags()).containsEntry("done", "true");
  }

  /** The last of several callbacks finishes the span, whichever that is. */
  @Test
  void multipleCallbacks() throws Exception {
    Span parent = tracer.buildSpan("parent").start();
    int callbacks = 10;
    AtomicInteger open = new AtomicInteger(callbacks);
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < callbacks; i++) {
      String name = "callback" + i;
      all.add(
          pool.submit(
              () -> {
                try (Scope scope = tracer.activateSpan(parent)) {
                  tracer.buildSpan(name).start().finish();
                }
                if (open.decrementAndGet() == 0) {
                  parent.finish();
                }
              }));
    }
    for (Future<?> each : all) {
      assertThat(get(each)).isNull();
    }
    for (int i = 0; i < callbacks; i++) {
      assertThat(isChild("callback" + i, "parent")).isTrue();
    }
  }

  @Test
  void nestedCallbacks() throws Exception {
    Span span = tracer.buildSpan("one").start();
    CountDownLatch finished = new CountDownLatch(1);
    pool.execute(
        () -> {
          span.setTag("key1", "1");
          pool.execute(
              () -> {
                span.setTag("key2", "2");
                pool.execute(
                    () -> {
                      span.setTag("key3", "3").finish();
                      finished.countDown();
                    });
              });
        });
    assertThat(finished.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(recorder.only().tags())
        .containsEntry("key1", "1")
        .containsEntry("key2", "2")
        .containsEntry("key3", "3");
  }

  @Test
  void subtaskSpanPropagation() throws Exception {
    Span parent = tracer.buildSpan("parent").start();
    try (Spans.ActiveSpan active = Spans.activate(tracer, parent)) {
      Span handed = active.span();
      assertThat(
              get(
                  pool.submit(
                      () -> {
                        try (Scope scope = tracer.activateSpan(handed)) {
                          tracer.buildSpan("subtask").start().finish();
                          return "done";
                        }
                      })))
          .isEqualTo("done");
    }
    assertThat(isChild("subtask", "parent")).isTrue();
  }

  /** Producers and consumers that know each other's span only as a cause. */
  @Test
  void actorPropagation() throws Exception {
    Span tell = tracer.buildSpan("tell").withTag(Tags.SPAN_KIND, Tags.SPAN_KIND_PRODUCER).start();
    SpanContext cause = tell.context();
    tell.finish();
    get(
        pool.submit(
            () ->
                tracer
                    .buildSpan("received")
                    .addReference(References.FOLLOWS_FROM, cause)
                    .withTag(Tags.SPAN_KIND, Tags.SPAN_KIND_CONSUMER)
                    .start()
                    .finish()));
    assertThat(isChild("received", "tell")).isTrue();
    assertThat(recorder.span("received").record().type()).isEqualTo(SpanType.ENTRY);
  }

  /** A failure per try in the log, and one error at the end. */
  @Test
  void errorReportingInARetryLoop() {
    Span span = tracer.buildSpan("one").start();
    try (Scope scope = tracer.activateSpan(span)) {
      for (int i = 0; i < 3; i++) {
        try {
          throw new IllegalStateException("try " + i);
        } catch (IllegalStateException e) {
          tracer.activeSpan().log(Map.of("event", "error", "error.object", e));
        }
      }
    }
    Tags.ERROR.set(span, true); // after the scope: the span is still there
    span.finish();
    assertThat(recorder.only().record().isError()).isTrue();
    assertThat(recorder.only().logs())
        .extracting(log -> log.get("message"))
        .containsExactly("try 0", "try 1", "try 2");
  }

  @Test
  void errorReportingAcrossAHandler() throws Exception {
    Span span = tracer.buildSpan("one").start();
    Throwable error =
        get(
            pool.submit(
                () -> {
                  try (Scope scope = tracer.activateSpan(span)) {
                    return (Throwable) new IllegalStateException("broken");
                  }
                }));
    Spans.logError(span, error);
    span.finish();
    assertThat(recorder.only().record().isError()).isTrue();
    assertThat(recorder.only().logs().get(0)).containsEntry("message", "broken");
  }

  /** Both ends of a promise are children of the span that made it. */
  @Test
  void promisePropagation() throws Exception {
    CompletableFutureScopeManager scopes = new CompletableFutureScopeManager();
    SkeinTracer flowing = recorder.tracer(scopes);
    try (Spans.ActiveSpan parent = Spans.startActive(flowing, "promises")) {
      CompletableFuture<String> promise = scopes.future();
      Future<?> kept = promise.thenAccept(value -> flowing.buildSpan("kept").start().finish());
      Future<?> broken =
          scopes
              .<String>future()
              .exceptionally(
                  error -> {
                    flowing.buildSpan("never").start().finish();
                    return "";
                  });
      assertThat(broken).isNotDone();
      pool.execute(() -> promise.complete("value"));
      assertThat(get(kept)).isNull();
    }
    assertThat(isChild("kept", "promises")).isTrue();
    assertThat(recorder.count("never")).isZero();
  }

  /** Two tasks take turns in one thread, each with its span. */
  @Test
  void suspendResumePropagation() {
    Span[] spans = {tracer.buildSpan("task0").start(), tracer.buildSpan("task1").start()};
    for (int step = 0; step < 6; step++) {
      int task = step % 2;
      try (Scope scope = tracer.activateSpan(spans[task])) {
        tracer.buildSpan("step" + step).start().finish();
      }
    }
    spans[0].finish();
    spans[1].finish();
    for (int step = 0; step < 6; step++) {
      assertThat(isChild("step" + step, "task" + step % 2)).isTrue();
    }
  }
}
