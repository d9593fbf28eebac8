package io.skein.opentracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentracing.References;
import io.opentracing.Scope;
import io.opentracing.Span;
import io.opentracing.SpanContext;
import io.opentracing.propagation.Binary;
import io.opentracing.propagation.Format;
import io.opentracing.propagation.TextMapAdapter;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The API check that every OpenTracing tracer for Python has to pass, test by test and under its
 * names; what the language does not have is done with {@link Spans}.
 */
class HarnessTest {
  private final Recorder recorder = new Recorder();
  private final SkeinTracer tracer = recorder.tracer();

  @AfterEach
  void nothingIsLeft() {
    assertThat(tracer.activeSpan()).isNull();
    assertThat(recorder.provider.capture()).isNull();
  }

  private Span start(String name) {
    return tracer.buildSpan(name).start();
  }

  private boolean isParent(String parent, String child) {
    return recorder.span(child).isChildOf(recorder.span(parent));
  }

  @Test
  void activeSpan() {
    assertThat(tracer.activeSpan()).isNull();
    Span span = start("Fry");
    try (Scope scope = tracer.activateSpan(span)) {
      assertThat(tracer.activeSpan()).isSameAs(span);
    }
    span.finish();
  }

  @Test
  void startActiveSpan() {
    try (Spans.ActiveSpan active = Spans.startActive(tracer, "Fry")) {
      assertThat(active.span()).isNotNull();
      assertThat(tracer.scopeManager().activeSpan()).isSameAs(active.span());
    }
    assertThat(recorder.span("Fry").isRoot()).isTrue();
  }

  @Test
  void startActiveSpanParent() {
    try (Spans.ActiveSpan fry = Spans.startActive(tracer, "Fry")) {
      Spans.startActive(tracer, "Farnsworth").close();
    }
    assertThat(isParent("Fry", "Farnsworth")).isTrue();
  }

  @Test
  void startActiveSpanIgnoreActiveSpan() {
    try (Spans.ActiveSpan fry = Spans.startActive(tracer, "Fry")) {
      Spans.startActive(tracer, tracer.buildSpan("Farnsworth").ignoreActiveSpan()).close();
    }
    assertThat(recorder.span("Farnsworth").isRoot()).isTrue();
  }

  @Test
  void startActiveSpanNotFinishOnClose() {
    Spans.ActiveSpan active = Spans.startActive(tracer, tracer.buildSpan("Leela"), false);
    active.close();
    assertThat(recorder.count()).isZero();
    active.span().finish();
    assertThat(recorder.count("Leela")).isOne();
  }

  @Test
  void startActiveSpanFinishOnClose() {
    Spans.startActive(tracer, tracer.buildSpan("Leela"), true).close();
    assertThat(recorder.count("Leela")).isOne();
  }

  @Test
  void startActiveSpanDefaultFinishOnClose() {
    Spans.ActiveSpan active = Spans.startActive(tracer, "Leela");
    active.close();
    active.close();
    assertThat(recorder.count("Leela")).isOne();
  }

  @Test
  void startSpan() {
    Span first = start("Fry");
    first.finish();
    Span second = tracer.buildSpan("Fry 2").withTag("birthday", "August 14 1974").start();
    second.log(
        Map.of(
            "event",
            "birthplace",
            "hospital",
            "Brooklyn Pre-Med Hospital",
            "city",
            "Old New York"));
    second.finish();
    assertThat(recorder.span("Fry 2").tags()).containsEntry("birthday", "August 14 1974");
    assertThat(recorder.span("Fry 2").logs().get(0)).containsEntry("city", "Old New York");
  }

  @Test
  void startSpanPropagation() {
    try (Spans.ActiveSpan fry = Spans.startActive(tracer, "Fry")) {
      start("Farnsworth").finish();
    }
    assertThat(isParent("Fry", "Farnsworth")).isTrue();
  }

  @Test
  void startSpanPropagationIgnoreActiveSpan() {
    try (Spans.ActiveSpan fry = Spans.startActive(tracer, "Fry")) {
      tracer.buildSpan("Farnsworth").ignoreActiveSpan().start().finish();
    }
    assertThat(recorder.span("Farnsworth").isRoot()).isTrue();
  }

  @Test
  @Tag("capability-37")
  void startSpanWithParent() {
    Span parent = start("parent");
    tracer.buildSpan("Leela").asChildOf(parent).start().finish();
    tracer
        .buildSpan("Bender")
        .addReference(References.FOLLOWS_FROM, parent.context())
        .withTag("birthplace", "sewers")
        .start()
        .finish();
    parent.finish();
    assertThat(isParent("parent", "Leela")).isTrue();
    assertThat(isParent("parent", "Bender")).isTrue();
    assertThat(recorder.span("Bender").tags()).containsEntry("birthplace", "sewers");
  }

  @Test
  void startChildSpan() {
    Span parent = start("parent");
    Spans.startChild(parent, "child").finish();
    Spans.startChild(parent, "tagged", Map.of("a", 1, "b", true, "c", "d"), 1_600_000_000_000_000L)
        .finish();
    parent.finish();
    assertThat(isParent("parent", "child")).isTrue();
    assertThat(isParent("parent", "tagged")).isTrue();
    assertThat(recorder.span("tagged").tags())
        .containsEntry("a", "1")
        .containsEntry("b", "true")
        .containsEntry("c", "d");
    assertThat(recorder.span("tagged").record().startMillis()).isEqualTo(1_600_000_000_000L);
  }

  @Test
  void setOperationName() {
    start(null).setOperationName("Farnsworth").finish();
    assertThat(recorder.count("Farnsworth")).isOne();
  }

  @Test
  void spanAsContextManager() {
    try (Spans.SpanBlock block = Spans.closing(start("Leela"))) {
      assertThat(block.span()).isNotNull();
    }
    assertThat(recorder.count("Leela")).isOne();
    Span fails = start("Leela 2");
    assertThatThrownBy(
            () ->
                Spans.run(
                    fails,
                    () -> {
                      throw new IllegalArgumentException("exceptions propagate");
                    }))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(recorder.count("Leela 2")).isOne();
  }

  @Test
  void spanTagValueTypes() {
    start("ManyTypes")
        .setTag("an_int", 9)
        .setTag("a_bool", true)
        .setTag("a_string", "aoeuidhtns")
        .finish();
    assertThat(recorder.only().tags())
        .containsEntry("an_int", "9")
        .containsEntry("a_bool", "true")
        .containsEntry("a_string", "aoeuidhtns");
  }

  @Test
  void spanTagsWithChaining() {
    Span span = start("Farnsworth");
    span.setTag("birthday", "9 April, 2841").setTag("loves", "different lengths");
    span.setTag("unicode_val", "non-ascii: \u200b").setTag("unicode_key_\u200b", "ascii val");
    span.finish();
    assertThat(recorder.only().tags())
        .containsEntry("unicode_val", "non-ascii: \u200b")
        .containsEntry("unicode_key_\u200b", "ascii val");
  }

  @Test
  void spanLogs() {
    Span span = start("Fry");
    span.log(Map.of("frozen.year", 1999, "frozen.place", "Cryogenics Labs"));
    span.log(
        1_600_000_000_000_000L,
        Map.of("defrosted.year", 2999, "defrosted.place", "Cryogenics Labs"));
    span.log("frozen").log(1_600_000_000_000_000L, "defrosted");
    span.finish();
    assertThat(recorder.only().logs()).hasSize(4);
  }

  @Test
  void spanBaggage() {
    Span span = start("Fry");
    assertThat(span.context().baggageItems()).isEmpty();
    assertThat(span.setBaggageItem("Kiff-loves", "Amy")).isSameAs(span);
    assertThat(span.getBaggageItem("Kiff-loves")).isEqualTo("Amy");
    span.finish();
  }

  @Test
  void contextBaggage() {
    Span span = start("Fry").setBaggageItem("Kiff-loves", "Amy");
    assertThat(span.context().baggageItems()).containsExactly(Map.entry("Kiff-loves", "Amy"));
    span.finish();
  }

  @Test
  void textPropagation() {
    Span span = start("Bender");
    Map<String, String> carrier = new HashMap<>();
    tracer.inject(span.context(), Format.Builtin.TEXT_MAP, new TextMapAdapter(carrier));
    SpanContext extracted = tracer.extract(Format.Builtin.TEXT_MAP, new TextMapAdapter(carrier));
    assertThat(extracted.baggageItems()).isEmpty();
    span.finish();
  }

  @Test
  void binaryPropagation() {
    Span span = start("Bender");
    Bytes carrier = new Bytes();
    tracer.inject(span.context(), Format.Builtin.BINARY, carrier);
    carrier.buffer.flip();
    SpanContext extracted = tracer.extract(Format.Builtin.BINARY, carrier);
    assertThat(extracted.baggageItems()).isEmpty();
    span.finish();
  }

  private static final class Bytes implements Binary {
    private final ByteBuffer buffer = ByteBuffer.allocate(1000);

    @Override
    public ByteBuffer injectionBuffer(int length) {
      return buffer;
    }

    @Override
    public ByteBuffer extractionBuffer() {
      return buffer;
    }
  }

  @Test
  void mandatoryFormats() {
    Span span = start("Bender");
    tracer.inject(span.context(), Format.Builtin.TEXT_MAP, new TextMapAdapter(new HashMap<>()));
    tracer.inject(span.context(), Format.Builtin.HTTP_HEADERS, new TextMapAdapter(new HashMap<>()));
    tracer.inject(span.context(), Format.Builtin.BINARY, new Bytes());
    assertThat(tracer.extract(Format.Builtin.TEXT_MAP, new TextMapAdapter(new HashMap<>())))
        .isNull();
    assertThat(tracer.extract(Format.Builtin.HTTP_HEADERS, new TextMapAdapter(new HashMap<>())))
        .isNull();
    Bytes empty = new Bytes();
    empty.buffer.flip();
    assertThat(tracer.extract(Format.Builtin.BINARY, empty)).isNull();
    span.finish();
  }

  @Test
  void unknownFormat() {
    Span span = start("Bender");
    Format<Object> custom = new Format<>() {};
    assertThatThrownBy(() -> tracer.inject(span.context(), custom, new Object()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> tracer.extract(custom, new Object()))
        .isInstanceOf(IllegalArgumentException.class);
    span.finish();
  }

  @Test
  void tracerStartActiveSpanScope() {
    try (Spans.ActiveSpan active = Spans.startActive(tracer, "Fry")) {
      assertThat(tracer.scopeManager().activeSpan()).isSameAs(active.span());
    }
    assertThat(tracer.scopeManager().activeSpan()).isNull();
  }

  @Test
  void tracerStartSpanScope() {
    Span span = start("Fry");
    assertThat(tracer.scopeManager().activeSpan()).isNull();
    span.finish();
  }
}
