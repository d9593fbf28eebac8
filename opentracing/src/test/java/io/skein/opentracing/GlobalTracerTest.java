package io.skein.opentracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentracing.Span;
import io.opentracing.Tracer;
import io.opentracing.contrib.tracerresolver.TracerResolver;
import io.opentracing.noop.NoopSpan;
import io.opentracing.noop.NoopTracerFactory;
import io.opentracing.util.GlobalTracer;
import io.opentracing.util.GlobalTracerTestUtil;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Registration and discovery: rules 55 to 60 of OpenTracing's semantics, with our tracer. */
class GlobalTracerTest {
  private final Recorder recorder = new Recorder();

  @BeforeEach
  @AfterEach
  void reset() {
    GlobalTracerTestUtil.resetGlobalTracer();
  }

  @Test
  void referenceThatWasObtainedEarlyWorksAfterRegistration() {
    Tracer early = GlobalTracer.get();
    assertThat(GlobalTracer.isRegistered()).isFalse();
    assertThat(early.buildSpan("before").start()).isSameAs(NoopSpan.INSTANCE);
    assertThat(GlobalTracer.registerIfAbsent(recorder.tracer())).isTrue();
    early.buildSpan("after").start().finish();
    assertThat(GlobalTracer.get()).isSameAs(early);
    assertThat(recorder.only().name()).isEqualTo("after");
  }

  @Test
  void registersOnceAndSaysSo() {
    assertThat(SkeinTracer.register()).isTrue();
    assertThat(SkeinTracer.register()).isFalse();
    assertThat(GlobalTracer.isRegistered()).isTrue();
    assertThat(GlobalTracer.registerIfAbsent(recorder.tracer())).isFalse();
  }

  @Test
  void anotherTracersRegistrationStays() {
    assertThat(GlobalTracer.registerIfAbsent(NoopTracerFactory.create())).isTrue();
    assertThat(SkeinTracer.register()).isFalse();
  }

  @Test
  void globalTracersOwnRules() {
    assertThatThrownBy(() -> GlobalTracer.registerIfAbsent((Tracer) null))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> GlobalTracer.registerIfAbsent((Callable<Tracer>) null))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> GlobalTracer.registerIfAbsent(() -> null))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(
            () ->
                GlobalTracer.registerIfAbsent(
                    () -> {
                      throw new Exception("checked");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(GlobalTracer.isRegistered()).isFalse();
  }

  @Test
  void resolverFindsAlwaysTheSameTracer() {
    Tracer found = TracerResolver.resolveTracer();
    assertThat(found).isInstanceOf(SkeinTracer.class).isSameAs(TracerResolver.resolveTracer());
    assertThat(SkeinTracer.register()).isTrue();
    assertThat(TracerResolver.resolveTracer()).as("it gives the registered one").isNotNull();
  }

  @Test
  void serviceLoaderFindsIt() {
    assertThat(ServiceLoader.load(Tracer.class)).singleElement().isInstanceOf(SkeinTracer.class);
  }

  @Test
  void childOfAGlobalTracersSpanIsOfOurTracer() {
    GlobalTracer.registerIfAbsent(recorder.tracer());
    Span parent = GlobalTracer.get().buildSpan("parent").start();
    Spans.startChild(parent, "child").finish();
    parent.finish();
    assertThat(recorder.span("child").isChildOf(recorder.span("parent"))).isTrue();
  }
}
