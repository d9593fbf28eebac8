package io.skein.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Component;
import io.skein.api.Layer;
import io.skein.api.Span;
import io.skein.api.Tags;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TracerTest {
  private final Recorder recorder = new Recorder();
  private final Tracer tracer = recorder.settings.build();

  @Test
  void aSegmentHoldsWhatWasSaidOfItsSpans() {
    Span entry = tracer.startEntry("GET:/orders/{id}");
    entry.component(Component.TOMCAT).layer(Layer.HTTP).peer("10.0.0.9:51234");
    entry.tag(Tags.URL, "http://shop/orders/1").tag("tenant", "a");
    recorder.tick(5);
    Span local = tracer.startLocal("price");
    recorder.tick(7);
    local.end();
    Span exit = tracer.startExit("H2/JDBC/Statement/execute", "db:5432");
    exit.component(Component.H2).layer(Layer.DATABASE).tag(Tags.DB_STATEMENT, "select 1");
    recorder.tick(11);
    exit.end(new IllegalStateException("gone"));
    entry.end();

    Segment segment = recorder.only();
    assertThat(segment.service()).isEqualTo("orders");
    assertThat(segment.instance()).isEqualTo("orders-1");
    assertThat(segment.sizeLimited()).isFalse();
    assertThat(segment.spanCount()).isEqualTo(3);
    SpanRecord second = segment.span(1);
    assertThat(second.type()).isEqualTo(SpanType.EXIT);
    assertThat(second.id()).isEqualTo(2);
    assertThat(second.parentId()).isEqualTo(0);
    assertThat(second.layer()).isEqualTo(Layer.DATABASE);
    assertThat(second.componentId()).isEqualTo(32);
    assertThat(second.peer()).isEqualTo("db:5432");
    assertThat(second.isError()).isTrue();
    assertThat(second.logCount()).isEqualTo(1);
    assertThat(second.tagKey(0)).isEqualTo("db.statement");
    assertThat(second.tagValue(0)).isEqualTo("select 1");
    assertThat(second.endMillis() - second.startMillis()).isEqualTo(11);
    SpanRecord root = segment.span(2);
    assertThat(root.type()).isEqualTo(SpanType.ENTRY);
    assertThat(root.parentId()).isEqualTo(-1);
    assertThat(root.operationName()).isEqualTo("GET:/orders/{id}");
    assertThat(root.tagCount()).isEqualTo(2);
    assertThat(root.endMillis() - root.startMillis()).isEqualTo(23);
    assertThat(root.isError()).isFalse();
    assertThat(root.refCount()).isZero();
  }

  @Test
  @DisplayName(
      "T08 spans are listed in the order of their ends and numbered in the order of starts")
  void spansAreListedAsTheyEndAndNumberedAsTheyStart() {
    Span entry = tracer.startEntry("GET:/");
    Span outer = tracer.startLocal("outer");
    Span inner = tracer.startLocal("inner");
    inner.end();
    outer.end();
    Span last = tracer.startLocal("last");
    last.end();
    entry.end();

    Segment segment = recorder.only();
    assertThat(segment.span(0).operationName()).isEqualTo("inner");
    assertThat(segment.span(0).id()).isEqualTo(2);
    assertThat(segment.span(0).parentId()).isEqualTo(1);
    assertThat(segment.span(1).operationName()).isEqualTo("outer");
    assertThat(segment.span(2).operationName()).isEqualTo("last");
    assertThat(segment.span(2).id()).isEqualTo(3);
    assertThat(segment.span(3).operationName()).isEqualTo("GET:/");
    assertThat(segment.span(3).id()).isZero();
  }

  @Test
  @DisplayName("T13 a new segment begins each time the stack was empty")
  void eachEmptyStackIsTheEndOfASegment() {
    tracer.startEntry("GET:/").end();
    tracer.startEntry("GET:/").end();

    assertThat(recorder.segments).hasSize(2);
    assertThat(recorder.segments.get(0).segmentId())
        .isNotEqualTo(recorder.segments.get(1).segmentId());
    assertThat(recorder.segments.get(0).traceId()).isNotEqualTo(recorder.segments.get(1).traceId());
    assertThat(tracer.activeSpan()).isNull();
  }
}
