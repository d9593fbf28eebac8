package io.skein.opentracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentracing.References;
import io.opentracing.Scope;
import io.opentracing.Span;
import io.opentracing.SpanContext;
import io.opentracing.Tracer;
import io.opentracing.noop.NoopSpan;
import io.opentracing.noop.NoopTracerFactory;
import io.opentracing.tag.Tags;
import io.skein.core.ManualTracing;
import io.skein.core.SegmentRef;
import io.skein.core.SpanType;
import io.skein.opentracing.scope.ThreadLocalScopeManager;
import java.io.Closeable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tracer and span builder: rules 1 to 20 of OpenTracing's semantics. */
class TracerTest {
  private final Recorder recorder = new Recorder();
  private final SkeinTracer tracer = recorder.tracer();

  @AfterEach
  void nothingIsActive() {
    assertThat(tracer.activeSpan()).isNull();
    assertThat(recorder.provider.capture()).isNull();
  }

  // ---- tracer

  @Test
  void scopeManagerIsAlwaysTheSame() {
    assertThat(tracer.scopeManager()).isNotNull().isSameAs(tracer.scopeManager());
  }

  @Test
  void activeSpanIsTheScopeManagers() {
    assertThat(tracer.activeSpan()).isNull();
    Span span = tracer.buildSpan("one").start();
    try (Scope scope = tracer.activateSpan(span)) {
      assertThat(tracer.activeSpan()).isSameAs(span).isSameAs(tracer.scopeManager().activeSpan());
    }
    try (Scope scope = tracer.scopeManager().activate(span)) {
      assertThat(tracer.activeSpan()).isSameAs(span);
    }
    span.finish();
  }

  @Test
  void givenScopeManagerIsUsed() {
    ThreadLocalScopeManager scopes = new ThreadLocalScopeManager();
    SkeinTracer own = recorder.tracer(scopes);
    Span span = own.buildSpan("one").start();
    try (Scope scope = own.activateSpan(span)) {
      assertThat(scopes.activeSpan()).isSameAs(span);
    }
    span.finish();
  }

  @Test
  void nameMayComeLaterOrNever() {
    tracer.buildSpan(null).start().setOperationName("later").finish();
    tracer.buildSpan(null).start().finish();
    assertThat(recorder.count("later")).isOne();
    assertThat(recorder.count("unnamed")).isOne();
  }

  @Test
  void closesAsOftenAsOneLikes() {
    assertThat(tracer).isInstanceOf(Closeable.class);
    List<Duration> flushed = new ArrayList<>();
    SkeinTracer closed =
        SkeinTracer.builder().provider(new ManualTracing(recorder.core, flushed::add)).build();
    closed.close();
    closed.close();
    assertThat(flushed).hasSize(2).allMatch(bound -> bound.toSeconds() < 10);
    closed.buildSpan("after").start().finish();
  }

  // ---- parents

  @Test
  void spanWithoutParentIsARoot() {
    tracer.buildSpan("one").start().finish();
    assertThat(recorder.only().isRoot()).isTrue();
  }

  @Test
  void nullParentsAreNoReferences() {
    Span parent = tracer.buildSpan("parent").start();
    try (Scope scope = tracer.activateSpan(parent)) {
      tracer
          .buildSpan("child")
          .asChildOf((Span) null)
          .asChildOf((SpanContext) null)
          .addReference(References.FOLLOWS_FROM, null)
          .addReference(null, null)
          .start()
          .finish();
    }
    parent.finish();
    assertThat(recorder.span("child").isChildOf(recorder.span("parent"))).isTrue();
  }

  @Test
  void implicitParentIsLookedForAtTheStart() {
    Tracer.SpanBuilder builder = tracer.buildSpan("child");
    Span parent = tracer.buildSpan("parent").start();
    try (Scope scope = tracer.activateSpan(parent)) {
      builder.start().finish();
    }
    parent.finish();
    assertThat(recorder.span("child").isChildOf(recorder.span("parent"))).isTrue();
  }

  @Test
  void activeSpanCanBeIgnored() {
    Span active = tracer.buildSpan("active").start();
    try (Scope scope = tracer.activateSpan(active)) {
      tracer.buildSpan("root").ignoreActiveSpan().start().finish();
    }
    active.finish();
    assertThat(recorder.span("root").isRoot()).isTrue();
    assertThat(recorder.span("root").traceId()).isNotEqualTo(recorder.span("active").traceId());
  }

  @Test
  @Tag("capability-37")
  @Tag("capability-60")
  void explicitParentCountsMoreThanTheActiveSpan() {
    Span active = tracer.buildSpan("active").start();
    Span parent = tracer.buildSpan("parent").start();
    try (Scope scope = tracer.activateSpan(active)) {
      tracer.buildSpan("child").asChildOf(parent).start().finish();
      tracer.buildSpan("other").ignoreActiveSpan().asChildOf(parent.context()).start().finish();
    }
    active.finish();
    parent.finish();
    assertThat(recorder.span("child").isChildOf(recorder.span("parent"))).isTrue();
    assertThat(recorder.span("other").isChildOf(recorder.span("parent"))).isTrue();
    assertThat(recorder.span("child").traceId()).isNotEqualTo(recorder.span("active").traceId());
  }

  @Test
  void parentIsTheFirstItIsAChildOf() {
    Span followed = tracer.buildSpan("followed").start();
    Span first = tracer.buildSpan("first").start();
    Span second = tracer.buildSpan("second").start();
    tracer
        .buildSpan("child")
        .addReference(References.FOLLOWS_FROM, followed.context())
        .asChildOf(first)
        .asChildOf(second)
        .start()
        .finish();
    followed.finish();
    first.finish();
    second.finish();
    Recorder.Finished child = recorder.span("child");
    assertThat(child.isChildOf(recorder.span("first"))).isTrue();
    assertThat(child.refs())
        .extracting(SegmentRef::parentSegmentId)
        .contains(
            recorder.span("followed").segment().segmentId(),
            recorder.span("second").segment().segmentId());
    assertThat(child.tags())
        .containsEntry("opentracing.references", "follows_from,child_of,child_of");
  }

  @Test
  void followsFromIsAParentToo() {
    Span cause = tracer.buildSpan("cause").start();
    cause.finish();
    tracer
        .buildSpan("effect")
        .addReference(References.FOLLOWS_FROM, cause.context())
        .start()
        .finish();
    assertThat(recorder.span("effect").isChildOf(recorder.span("cause"))).isTrue();
    assertThat(recorder.span("effect").tags())
        .containsEntry("opentracing.references", "follows_from");
  }

  @Test
  void unknownTypesOfReferencesAreKept() {
    Span cause = tracer.buildSpan("cause").start();
    tracer.buildSpan("effect").addReference("inspired_by", cause.context()).start().finish();
    cause.finish();
    assertThat(recorder.span("effect").isChildOf(recorder.span("cause"))).isTrue();
    assertThat(recorder.span("effect").tags())
        .containsEntry("opentracing.references", "inspired_by");
  }

  @Test
  void contextsOfOtherTracersAreAsGoodAsNull() {
    Span foreign = NoopTracerFactory.create().buildSpan("foreign").start();
    Span parent = tracer.buildSpan("parent").start();
    try (Scope scope = tracer.activateSpan(parent)) {
      tracer
          .buildSpan("child")
          .asChildOf(foreign)
          .addReference(References.CHILD_OF, NoopSpan.INSTANCE.context())
          .start()
          .finish();
    }
    parent.finish();
    assertThat(recorder.span("child").isChildOf(recorder.span("parent"))).isTrue();
  }

  @Test
  void spanOfAnotherTracerMayBeActive() {
    Span foreign = NoopTracerFactory.create().buildSpan("foreign").start();
    try (Scope scope = tracer.activateSpan(foreign)) {
      assertThat(tracer.activeSpan()).isSameAs(foreign);
      tracer.buildSpan("root").start().finish();
    }
    assertThat(recorder.span("root").isRoot()).isTrue();
  }

  @Test
  void baggageOfAllReferencesIsMergedAndLaterOnesWin() {
    Span first =
        tracer.buildSpan("first").start().setBaggageItem("a", "1").setBaggageItem("b", "1");
    Span second =
        tracer.buildSpan("second").start().setBaggageItem("b", "2").setBaggageItem("c", "2");
    Span child = tracer.buildSpan("child").asChildOf(first).asChildOf(second).start();
    assertThat(child.getBaggageItem("a")).isEqualTo("1");
    assertThat(child.getBaggageItem("b")).isEqualTo("2");
    assertThat(child.getBaggageItem("c")).isEqualTo("2");
    child.finish();
    first.finish();
    second.finish();
  }

  @Test
  void childMayComeAfterItsParentWasReported() {
    Span parent = tracer.buildSpan("parent").start();
    parent.finish();
    assertThat(recorder.count("parent")).isOne();
    tracer.buildSpan("late").asChildOf(parent).start().finish();
    assertThat(recorder.span("late").isChildOf(recorder.span("parent"))).isTrue();
  }

  @Test
  void childMayOutliveItsParent() {
    Span parent = tracer.buildSpan("parent").start();
    Span child = tracer.buildSpan("child").asChildOf(parent).start();
    parent.finish();
    child.finish();
    assertThat(recorder.span("child").isChildOf(recorder.span("parent"))).isTrue();
  }

  // ---- what a builder takes

  @Test
  void tagsOfAllTypesAndTheLastOfEachKeyWins() {
    tracer
        .buildSpan("one")
        .withTag("text", "first")
        .withTag("text", "last")
        .withTag("yes", true)
        .withTag("number", 42)
        .withTag("real", 1.5)
        .withTag(Tags.HTTP_STATUS, 200)
        .withTag(Tags.DB_USER, "eve")
        .start()
        .finish();
    assertThat(recorder.only().tags())
        .containsEntry("text", "last")
        .containsEntry("yes", "true")
        .containsEntry("number", "42")
        .containsEntry("real", "1.5")
        .containsEntry("http.status_code", "200")
        .containsEntry("db.user", "eve");
  }

  @Test
  void nullTagsAreNotSaid() {
    Tracer.SpanBuilder builder =
        tracer
            .buildSpan("one")
            .withTag("text", (String) null)
            .withTag("number", (Number) null)
            .withTag((String) null, "value")
            .withTag(Tags.HTTP_STATUS, null)
            .withTag((io.opentracing.tag.Tag<String>) null, "value");
    builder.start().finish();
    assertThat(recorder.only().tags()).isEmpty();
  }

  @Test
  void startIsInMicroseconds() {
    long micros = TimeUnit.MILLISECONDS.toMicros(1_600_000_000_123L) + 456;
    tracer.buildSpan("one").withStartTimestamp(micros).start().finish(micros + 2_000);
    assertThat(recorder.only().record().startMillis()).isEqualTo(1_600_000_000_123L);
    assertThat(recorder.only().record().endMillis()).isEqualTo(1_600_000_000_125L);
  }

  @Test
  void startOfZeroOrLessIsNow() {
    tracer.buildSpan("zero").withStartTimestamp(0).start().finish();
    tracer.buildSpan("negative").withStartTimestamp(-5).start().finish();
    assertThat(recorder.spans())
        .allMatch(span -> span.record().startMillis() == recorder.clock.get());
  }

  @Test
  void startedSpanIsNotActive() {
    Span span = tracer.buildSpan("one").start();
    assertThat(tracer.activeSpan()).isNull();
    span.finish();
  }

  @Test
  void builderStartsSpansThatAreIndependent() {
    Tracer.SpanBuilder builder = tracer.buildSpan("child").withTag("key", "value");
    Span parent = tracer.buildSpan("parent").start();
    Span child;
    try (Scope scope = tracer.activateSpan(parent)) {
      child = builder.start();
    }
    child.setOperationName("first").setTag("key", "changed").finish();
    parent.finish();
    builder.start().setOperationName("second").finish();
    assertThat(recorder.span("first").isChildOf(recorder.span("parent"))).isTrue();
    assertThat(recorder.span("second").isRoot()).as("no trace of the first's parent").isTrue();
    assertThat(recorder.span("second").tags()).containsEntry("key", "value");
  }

  @Test
  void everyMethodOfABuilderReturnsIt() {
    Tracer.SpanBuilder builder = tracer.buildSpan("one");
    Span other = tracer.buildSpan("other").start();
    assertThat(builder.asChildOf(other)).isSameAs(builder);
    assertThat(builder.asChildOf(other.context())).isSameAs(builder);
    assertThat(builder.addReference(References.FOLLOWS_FROM, other.context())).isSameAs(builder);
    assertThat(builder.ignoreActiveSpan()).isSameAs(builder);
    assertThat(builder.withTag("a", "b")).isSameAs(builder);
    assertThat(builder.withTag("a", true)).isSameAs(builder);
    assertThat(builder.withTag("a", 1)).isSameAs(builder);
    assertThat(builder.withTag(Tags.COMPONENT, "c")).isSameAs(builder);
    assertThat(builder.withStartTimestamp(1)).isSameAs(builder);
    other.finish();
  }

  @Test
  void spanBelowReceivedHeadersIsAnEntry() {
    Span caller = tracer.buildSpan("caller").start();
    java.util.Map<String, String> headers = new java.util.HashMap<>();
    Spans.inject(
        tracer,
        caller,
        io.opentracing.propagation.Format.Builtin.HTTP_HEADERS,
        new io.opentracing.propagation.TextMapAdapter(headers));
    SpanContext context =
        tracer.extract(
            io.opentracing.propagation.Format.Builtin.HTTP_HEADERS,
            new io.opentracing.propagation.TextMapAdapter(headers));
    tracer.buildSpan("served").asChildOf(context).start().finish();
    caller.finish();
    Recorder.Finished served = recorder.span("served");
    assertThat(served.record().type()).isEqualTo(SpanType.ENTRY);
    assertThat(served.refs()).hasSize(1);
    assertThat(served.refs().get(0).refType()).isEqualTo(SegmentRef.RefType.CROSS_PROCESS);
    assertThat(served.isChildOf(recorder.span("caller"))).isTrue();
  }
}
