package io.skein.opentracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentracing.Scope;
import io.opentracing.Span;
import io.opentracing.SpanContext;
import io.opentracing.propagation.Format;
import io.opentracing.propagation.TextMapAdapter;
import io.opentracing.tag.Tags;
import io.skein.core.SpanType;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Spans of OpenTracing, of plugins and of the application's own instrumentation are one trace, in
 * every order. The plugins here are calls of the tracer that plugins use.
 */
class SharedTraceTest {
  private final Recorder recorder = new Recorder();
  private final SkeinTracer tracer = recorder.tracer();

  @AfterEach
  void nothingIsLeft() {
    assertThat(tracer.activeSpan()).isNull();
    assertThat(recorder.provider.capture()).isNull();
  }

  private boolean isChild(String child, String parent) {
    return recorder.span(child).isChildOf(recorder.span(parent));
  }

  @Test
  void openTracingSpanIsInsideTheRequestOfAPlugin() {
    io.skein.api.Span entry = recorder.core.startEntry("GET:/orders");
    tracer.buildSpan("work").start().finish();
    entry.end();
    assertThat(isChild("work", "GET:/orders")).isTrue();
    assertThat(recorder.segmentCount()).as("one request, one thread, one segment").isOne();
  }

  @Test
  void pluginsCallIsInsideTheActiveOpenTracingSpan() {
    Span span = tracer.buildSpan("work").start();
    try (Scope scope = tracer.activateSpan(span)) {
      recorder.core.startExit("SELECT", "db:5432").end();
    }
    span.finish();
    assertThat(isChild("SELECT", "work")).isTrue();
  }

  @Test
  void layersMayAlternate() {
    io.skein.api.Span entry = recorder.core.startEntry("entry");
    try (Spans.ActiveSpan first = Spans.startActive(tracer, "first")) {
      io.skein.api.Span local = recorder.core.startLocal("local");
      try (Spans.ActiveSpan second = Spans.startActive(tracer, "second")) {
        recorder.core.startExit("exit", "db:5432").end();
      }
      local.end();
      tracer.buildSpan("sibling").start().finish();
    }
    entry.end();
    assertThat(isChild("first", "entry")).isTrue();
    assertThat(isChild("local", "first")).isTrue();
    assertThat(isChild("second", "local")).isTrue();
    assertThat(isChild("exit", "second")).isTrue();
    assertThat(isChild("sibling", "first")).isTrue();
    assertThat(recorder.segmentCount()).isOne();
  }

  @Test
  void spanOfAPluginIsActiveAndCanBeDescribed() {
    io.skein.api.Span entry = recorder.core.startEntry("GET:/orders");
    Span active = tracer.activeSpan();
    assertThat(active).isNotNull().isEqualTo(tracer.activeSpan());
    active
        .setTag("user", "eve")
        .setTag("count", 3)
        .setTag("vip", true)
        .setTag(Tags.ERROR, true)
        .log("noticed")
        .log(Map.of("a", 1))
        .setOperationName("GET:/orders/{id}");
    active.finish();
    active.finish(1);
    assertThat(active.context().toTraceId()).isEqualTo(recorder.core.traceId());
    assertThat(recorder.count()).as("not ours to finish").isZero();
    entry.end();
    Recorder.Finished finished = recorder.only();
    assertThat(finished.name()).isEqualTo("GET:/orders/{id}");
    assertThat(finished.tags())
        .containsEntry("user", "eve")
        .containsEntry("count", "3")
        .containsEntry("vip", "true")
        .doesNotContainKey("error");
    assertThat(finished.record().isError()).isTrue();
    assertThat(finished.logs()).hasSize(2);
  }

  @Test
  void spanOfAPluginCanBeAnExplicitParentAndBeCarriedToOtherThreads() throws Exception {
    io.skein.api.Span entry = recorder.core.startEntry("entry");
    Span active = tracer.activeSpan();
    Threads.runInNewThread(
        () -> {
          tracer.buildSpan("explicit").asChildOf(active).start().finish();
          try (Scope scope = tracer.activateSpan(active)) {
            tracer.buildSpan("implicit").start().finish();
            recorder.core.startExit("exit", "db:5432").end();
          }
        });
    entry.end();
    assertThat(isChild("explicit", "entry")).isTrue();
    assertThat(isChild("implicit", "entry")).isTrue();
    assertThat(isChild("exit", "entry")).isTrue();
  }

  @Test
  void correlationIsTheBaggageOfAPluginsSpan() {
    io.skein.api.Span entry = recorder.core.startEntry("entry");
    tracer.activeSpan().setBaggageItem("user", "eve");
    assertThat(recorder.core.correlation("user")).isEqualTo("eve");
    assertThat(tracer.activeSpan().getBaggageItem("user")).isEqualTo("eve");
    entry.end();
  }

  @Test
  void activeSpanCanBeIgnoredAlthoughAPluginStartedIt() {
    io.skein.api.Span entry = recorder.core.startEntry("entry");
    tracer.buildSpan("root").ignoreActiveSpan().start().finish();
    entry.end();
    assertThat(recorder.span("root").isRoot()).isTrue();
  }

  @Test
  void requestThatAPluginAndOpenTracingBothServeIsOneEntry() {
    Map<String, String> headers = headersOfACall();
    io.skein.api.Span entry =
        recorder.core.startEntry("GET:/orders", headers, (map, name) -> map.get(name));
    SpanContext caller = tracer.extract(Format.Builtin.HTTP_HEADERS, new TextMapAdapter(headers));
    Span served =
        tracer.buildSpan("filter").asChildOf(caller).withTag(Tags.SPAN_KIND, "server").start();
    try (Scope scope = tracer.activateSpan(served)) {
      recorder.core.startExit("exit", "db:5432").end();
    }
    served.finish();
    entry.end();
    assertThat(isChild("filter", "GET:/orders")).isTrue();
    assertThat(isChild("exit", "filter")).isTrue();
    assertThat(recorder.span("filter").record().type()).isEqualTo(SpanType.LOCAL);
    assertThat(recorder.span("GET:/orders").refs()).hasSize(1);
  }

  private Map<String, String> headersOfACall() {
    Map<String, String> headers = new HashMap<>();
    Span call = tracer.buildSpan("call").start();
    tracer.inject(call.context(), Format.Builtin.HTTP_HEADERS, new TextMapAdapter(headers));
    call.finish();
    return headers;
  }

  @Test
  void messageOfAnotherTraceKeepsItsOwnParent() {
    Map<String, String> headers = headersOfACall();
    io.skein.api.Span scheduled = recorder.core.startLocal("poll");
    SpanContext producer = tracer.extract(Format.Builtin.TEXT_MAP, new TextMapAdapter(headers));
    tracer
        .buildSpan("consume")
        .asChildOf(producer)
        .withTag(Tags.SPAN_KIND, Tags.SPAN_KIND_CONSUMER)
        .start()
        .finish();
    scheduled.end();
    assertThat(isChild("consume", "call")).isTrue();
    assertThat(recorder.span("consume").record().type()).isEqualTo(SpanType.ENTRY);
  }

  @Test
  void handedOverWorkIsAParentToo() throws Exception {
    io.skein.api.Span entry = recorder.core.startEntry("entry");
    io.skein.core.Snapshot snapshot = recorder.core.capture();
    Threads.runInNewThread(
        () -> {
          try (io.skein.api.Scope scope = recorder.core.continueFrom(snapshot)) {
            assertThat(tracer.activeSpan()).isNull();
            tracer.buildSpan("work").start().finish();
          }
        });
    entry.end();
    assertThat(isChild("work", "entry")).isTrue();
  }

  @Test
  void activeSpanIsHandedOverByPlugins() throws Exception {
    Span span = tracer.buildSpan("work").start();
    io.skein.core.Snapshot snapshot;
    try (Scope scope = tracer.activateSpan(span)) {
      snapshot = recorder.core.capture();
    }
    Threads.runInNewThread(
        () -> {
          try (io.skein.api.Scope scope = recorder.core.continueFrom(snapshot)) {
            recorder.core.startExit("exit", "db:5432").end();
            tracer.buildSpan("child").start().finish();
          }
        });
    span.finish();
    assertThat(isChild("exit", "work")).isTrue();
    assertThat(isChild("child", "work")).isTrue();
  }

  @Test
  void nothingIsRecordedBelowWhatIsNot() {
    Span unsampled = tracer.buildSpan("unsampled").start();
    try (Scope scope = tracer.activateSpan(unsampled)) {
      recorder.core.startExit("exit", "db:5432").end();
      tracer.buildSpan("child").start().finish();
    }
    unsampled.finish();
    assertThat(recorder.count()).isZero();
  }

  @Test
  void withNobodyBehindEverythingWorksAndLeavesNoTrace() {
    SkeinTracer alone = SkeinTracer.builder().provider(io.skein.api.spi.Providers.none()).build();
    Span span = alone.buildSpan("one").withTag("a", 1).start().setBaggageItem("key", "value");
    try (Scope scope = alone.activateSpan(span)) {
      assertThat(alone.activeSpan()).isSameAs(span);
      assertThat(alone.buildSpan("child").start().getBaggageItem("key")).isEqualTo("value");
    }
    Map<String, String> headers = new HashMap<>();
    alone.inject(span.context(), Format.Builtin.HTTP_HEADERS, new TextMapAdapter(headers));
    assertThat(headers).isEmpty();
    assertThat(span.context().toTraceId()).isEmpty();
    assertThat(span.context().toSpanId()).isEmpty();
    span.finish();
    assertThat(
            alone.extract(
                Format.Builtin.HTTP_HEADERS, new TextMapAdapter(Map.of("sw8", "anything"))))
        .isNull();
  }
}
