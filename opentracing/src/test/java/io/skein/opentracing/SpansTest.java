package io.skein.opentracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentracing.Span;
import io.opentracing.Tracer;
import io.opentracing.mock.MockTracer;
import io.opentracing.propagation.Format;
import io.opentracing.propagation.TextMapAdapter;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What 0.33 dropped: rows 30 to 60 of the inventory, and spans as blocks. */
class SpansTest {
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

  private void assertFailed(String name, String kind, String message) {
    Recorder.Finished span = recorder.span(name);
    assertThat(span.record().isError()).isTrue();
    assertThat(span.logs()).hasSize(1);
    assertThat(span.logs().get(0))
        .containsEntry("event", "error")
        .containsEntry("error.kind", kind)
        .containsKey("error.object");
    assertThat(span.logs().get(0).get("message")).isEqualTo(message);
    assertThat(span.logs().get(0).get("stack")).contains(getClass().getName());
  }

  @Test
  void blockFinishesItsSpanOnce() {
    Span span = start("one");
    Spans.SpanBlock block = Spans.closing(span);
    block.close();
    block.close();
    assertThat(recorder.count("one")).isOne();
    assertThat(recorder.span("one").record().isError()).isFalse();
  }

  @Test
  void blockFinishesItsSpanWhenAnExceptionLeavesIt() {
    assertThatThrownBy(
            () -> {
              try (Spans.SpanBlock block = Spans.closing(start("one"))) {
                throw new IOException("broken");
              }
            })
        .isInstanceOf(IOException.class);
    assertThat(recorder.count("one")).isOne();
  }

  @Test
  void blockCanBeToldOfAnError() {
    assertThatThrownBy(
            () -> {
              try (Spans.SpanBlock block = Spans.closing(start("one"))) {
                throw block.failed(new IOException("broken"));
              }
            })
        .isInstanceOf(IOException.class);
    assertFailed("one", "java.io.IOException", "broken");
  }

  @Test
  void workThatThrowsIsRecordedAndFinished() {
    assertThatThrownBy(
            () ->
                Spans.run(
                    start("one"),
                    () -> {
                      throw new IllegalStateException("broken");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertFailed("one", "java.lang.IllegalStateException", "broken");
    assertThatThrownBy(
            () ->
                Spans.call(
                    start("two"),
                    () -> {
                      throw new IOException();
                    }))
        .isInstanceOf(IOException.class);
    assertFailed("two", "java.io.IOException", null);
    assertThatThrownBy(
            () ->
                Spans.callActive(
                    tracer,
                    start("three"),
                    () -> {
                      throw new AssertionError("broken");
                    }))
        .isInstanceOf(AssertionError.class);
    assertFailed("three", "java.lang.AssertionError", "broken");
  }

  @Test
  void workThatSucceedsIsFinished() throws Exception {
    Spans.run(start("ran"), () -> {});
    assertThat(Spans.call(start("called"), () -> "result")).isEqualTo("result");
    Span active = start("active");
    Spans.runActive(tracer, active, () -> assertThat(tracer.activeSpan()).isSameAs(active));
    Span other = start("other");
    assertThat(Spans.callActive(tracer, other, () -> tracer.activeSpan() == other)).isTrue();
    assertThat(recorder.spans()).hasSize(4).noneMatch(span -> span.record().isError());
  }

  @Test
  void deepStackIsCutOff() {
    Exception error = new Exception("x".repeat(100_000));
    Span span = start("one");
    Spans.logError(span, error);
    span.finish();
    assertThat(recorder.only().logs().get(0).get("stack").length()).isEqualTo(StackText.MAX);
  }

  @Test
  void causesHaveTheirShareOfTheRoom() {
    Exception cause = new IllegalStateException("this is what one looks for");
    Exception error = new Exception("x".repeat(10_000), new Exception("between", cause));
    String stack = StackText.of(error);
    assertThat(stack.length()).isLessThanOrEqualTo(StackText.MAX);
    assertThat(stack)
        .contains("Caused by: java.lang.Exception: between")
        .contains("Caused by: java.lang.IllegalStateException: this is what one looks for")
        .contains("at io.skein.opentracing.SpansTest");
  }

  @Test
  void causesInACircleEnd() {
    Exception first = new Exception("first");
    Exception second = new Exception("second", first);
    first.initCause(second);
    assertThat(StackText.of(first)).containsOnlyOnce("first").containsOnlyOnce("second");
  }

  @Test
  void errorThatCannotBePrintedIsNamed() {
    Exception error =
        new Exception() {
          @Override
          public String getMessage() {
            throw new IllegalStateException("not printable");
          }
        };
    assertThat(StackText.of(error)).isEqualTo(error.getClass().getName());
    Span span = start("one");
    Spans.logError(span, error);
    span.log(Map.of("error.object", error));
    span.finish();
    assertThat(recorder.only().logs()).hasSize(2);
  }

  @Test
  void tryCatchFinallyAsOneWouldWriteIt() {
    Span span = start("one");
    try (io.opentracing.Scope scope = tracer.activateSpan(span)) {
      throw new IllegalStateException("broken");
    } catch (IllegalStateException e) {
      io.opentracing.tag.Tags.ERROR.set(span, true);
      span.log(Map.of("event", "error", "error.object", e));
    } finally {
      span.finish();
    }
    assertThat(recorder.only().record().isError()).isTrue();
    assertThat(recorder.only().logs().get(0)).containsEntry("message", "broken");
  }

  @Test
  void builderKnowsWhereItsSpanIsToBeActive() {
    try (Spans.ActiveSpan active = Spans.startActive(tracer.buildSpan("finished"))) {
      assertThat(tracer.activeSpan()).isSameAs(active.span());
    }
    Spans.ActiveSpan kept = Spans.startActive(tracer.buildSpan("kept"), false);
    kept.close();
    assertThat(recorder.count("finished")).isOne();
    assertThat(recorder.count("kept")).isZero();
    kept.span().finish();
  }

  @Test
  @Tag("capability-45")
  void injectingFromASpanIsInjectingItsContext() {
    Span span = start("one");
    Map<String, String> ofContext = new HashMap<>();
    Map<String, String> ofSpan = new HashMap<>();
    tracer.inject(span.context(), Format.Builtin.HTTP_HEADERS, new TextMapAdapter(ofContext));
    Spans.inject(tracer, span, Format.Builtin.HTTP_HEADERS, new TextMapAdapter(ofSpan));
    assertThat(ofSpan).isEqualTo(ofContext).containsKey("sw8");
    span.finish();
  }

  @Test
  @Tag("capability-44")
  void parentMayBeSupplied() {
    Span parent = start("parent");
    Spans.startBelow(tracer, () -> parent, "child").finish();
    try (Spans.ActiveSpan active = Spans.activate(tracer, parent)) {
      Spans.startBelow(tracer, () -> null, "root").finish();
    }
    assertThat(recorder.span("child").isChildOf(recorder.span("parent"))).isTrue();
    assertThat(recorder.span("root").isRoot()).isTrue();
  }

  @Test
  void followingIsAReference() {
    Span cause = start("cause");
    Spans.startFollowing(tracer, cause.context(), "effect").finish();
    cause.finish();
    assertThat(recorder.span("effect").isChildOf(recorder.span("cause"))).isTrue();
  }

  @Test
  void worksWithOtherTracers() {
    MockTracer other = new MockTracer();
    try (Spans.ActiveSpan active = Spans.startActive(other, "one")) {
      assertThat(other.activeSpan()).isSameAs(active.span());
    }
    assertThat(other.finishedSpans()).hasSize(1);
    Tracer.SpanBuilder builder = other.buildSpan("two");
    Spans.run(builder.start(), () -> {});
    assertThat(other.finishedSpans()).hasSize(2);
  }
}
