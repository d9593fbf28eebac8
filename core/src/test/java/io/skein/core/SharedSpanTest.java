package io.skein.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Component;
import io.skein.api.Layer;
import io.skein.api.Span;
import io.skein.api.Tags;
import io.skein.core.Recorder.Headers;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Frameworks inside frameworks: one request or call is one span. */
class SharedSpanTest {
  private final Recorder recorder = new Recorder();
  private final Tracer tracer = recorder.settings.build();

  @Nested
  class Entries {
    @Test
    @DisplayName("T01 the innermost framework names and describes the entry")
    void theInnermostDescribes() {
      Span tomcat = tracer.startEntry("GET:/orders/1", caller(), Headers.READER);
      tomcat.component(Component.TOMCAT).layer(Layer.HTTP).peer("10.0.0.1:5");
      tomcat.tag("by", "tomcat").tag(Tags.URL, "http://shop/orders/1").log("from tomcat").error();
      recorder.tick(10);
      Span mvc = tracer.startEntry("GET:/orders/{id}");
      mvc.component(Component.SPRING_MVC).tag("controller", "Orders");
      mvc.end();
      recorder.tick(10);
      tomcat.end();

      Segment segment = recorder.only();
      assertThat(segment.spanCount()).isEqualTo(1);
      SpanRecord span = segment.span(0);
      assertThat(span.operationName()).isEqualTo("GET:/orders/{id}");
      assertThat(span.componentId()).isEqualTo(Component.SPRING_MVC.id());
      assertThat(Spans.tags(span)).containsExactly("controller=Orders");
      assertThat(span.logCount()).isZero();
      assertThat(span.layer()).as("cleared, and not set again").isEqualTo(Layer.UNKNOWN);
      // what stays: error, peer, parents, and the time from the outer start to the outer end
      assertThat(span.isError()).isTrue();
      assertThat(span.peer()).isEqualTo("10.0.0.1:5");
      assertThat(span.refCount()).isEqualTo(1);
      assertThat(span.endMillis() - span.startMillis()).isEqualTo(20);
    }

    @Test
    @DisplayName("T02 the outer framework has no say afterwards, except for overwriting tags")
    void theOuterHasNoSayAfterwards() {
      Span tomcat = tracer.startEntry("GET:/orders/1");
      Span mvc = tracer.startEntry("GET:/orders/{id}");
      mvc.component(Component.SPRING_MVC).layer(Layer.HTTP).tag(Tags.HTTP_STATUS_CODE, "200");
      mvc.tag(Tags.URL, "mvc");
      mvc.end();
      tomcat.operationName("tomcat").component(Component.TOMCAT).layer(Layer.RPC);
      tomcat.tag("by", "tomcat").tag(Tags.URL, "tomcat");
      tomcat.tag(Tags.HTTP_STATUS_CODE, "503").error();
      tomcat.end();

      SpanRecord span = recorder.only().span(0);
      assertThat(span.operationName()).isEqualTo("GET:/orders/{id}");
      assertThat(span.componentId()).isEqualTo(Component.SPRING_MVC.id());
      assertThat(span.layer()).isEqualTo(Layer.HTTP);
      assertThat(Spans.tags(span)).containsExactly("http.status_code=503", "url=mvc");
      assertThat(span.isError()).isTrue();
    }

    @Test
    @DisplayName("T02 in an asynchronous entry inner and outer mean nothing any more")
    void anAsynchronousEntryMayBeDescribedByAll() {
      Span tomcat = tracer.startEntry("GET:/");
      Span mvc = tracer.startEntry("GET:/async");
      mvc.end();
      tomcat.prepareForAsync();
      tomcat.tag("by", "tomcat");
      tomcat.end();
      tomcat.asyncEnd();

      assertThat(Spans.tags(recorder.only().span(0))).containsExactly("by=tomcat");
    }

    @Test
    void whatTheApplicationSaysOnPurposeIsHeardAtAnyDepth() {
      Span tomcat = tracer.startEntry("GET:/");
      tracer.activeSpan().tag("filter", "before");
      Span mvc = tracer.startEntry("GET:/mvc");
      tracer.activeSpan().tag("controller", "inside");
      mvc.end();
      tracer.activeSpan().tag("filter", "after");
      tomcat.end();

      assertThat(Spans.tags(recorder.only().span(0)))
          .containsExactly("controller=inside", "filter=after");
    }

    @Test
    @DisplayName(
        "T04 only the top of the stack is shared: an entry below a local span is a new one")
    void anEntryBelowALocalSpanIsANewOne() {
      Span outer = tracer.startEntry("outer");
      Span local = tracer.startLocal("local");
      Span inner = tracer.startEntry("inner");
      inner.end();
      local.end();
      outer.end();

      Segment segment = recorder.only();
      assertThat(segment.spanCount()).isEqualTo(3);
      assertThat(Spans.named(segment, "inner").type()).isEqualTo(SpanType.ENTRY);
      assertThat(Spans.named(segment, "inner").parentId()).isEqualTo(1);
      assertThat(Spans.named(segment, "outer").operationName()).isEqualTo("outer");
    }

    @Test
    void anErrorPageDescribesTheSpanAfterSomethingDeeperDid() {
      Span tomcat = tracer.startEntry("GET:/a");
      Span servlet = tracer.startEntry("GET:/b");
      tracer.startEntry("GET:/c").end();
      servlet.end();
      Span error = tracer.startEntry("GET:/error");
      error.tag("k", "v").component(Component.SPRING_MVC);
      error.end();
      tomcat.end();

      assertThat(Spans.tags(recorder.only().span(0))).containsExactly("k=v");
      assertThat(recorder.only().span(0).componentId()).isEqualTo(Component.SPRING_MVC.id());
    }

    @Test
    void aForwardInsideARequestMaySucceedAnother() {
      Span tomcat = tracer.startEntry("GET:/a");
      tracer.startEntry("GET:/b").end();
      Span error = tracer.startEntry("GET:/error");
      error.tag("k", "v");
      error.end();
      tomcat.end();

      SpanRecord span = recorder.only().span(0);
      assertThat(span.operationName()).isEqualTo("GET:/error");
      assertThat(Spans.tags(span)).containsExactly("k=v");
    }
  }

  @Nested
  class Exits {
    @Test
    @DisplayName("T03 the outermost client names and describes the exit, and headers speak of it")
    void theOutermostDescribes() {
      Span entry = tracer.startEntry("GET:/");
      Span feign = tracer.startExit("/pay/{id}", "pay:80");
      feign.component(Component.FEIGN).layer(Layer.HTTP).tag(Tags.URL, "feign");
      Span http = tracer.startExit("POST:/pay/1", "10.1.1.1:80");
      http.operationName("http").component(Component.HTTP_CLIENT).layer(Layer.RPC);
      http.tag("by", "http").tag(Tags.URL, "http").tag(Tags.HTTP_STATUS_CODE, "500");
      http.log("from http").log(new IllegalStateException());
      Headers headers = Headers.from(tracer, http);
      http.end();
      feign.end();
      entry.end();

      Segment segment = recorder.only();
      assertThat(segment.spanCount()).isEqualTo(2);
      SpanRecord span = segment.span(0);
      assertThat(span.operationName()).isEqualTo("/pay/{id}");
      assertThat(span.componentId()).isEqualTo(Component.FEIGN.id());
      assertThat(span.layer()).isEqualTo(Layer.HTTP);
      assertThat(Spans.tags(span)).containsExactly("url=feign", "http.status_code=500");
      assertThat(span.logCount()).isZero();
      assertThat(span.isError()).isTrue();
      assertThat(span.peer()).as("of the outer start").isEqualTo("pay:80");
      SegmentRef ref = Sw8.decode(headers.get("sw8")).ref;
      assertThat(ref.parentSpanId()).isEqualTo(span.id());
      assertThat(ref.networkAddress()).isEqualTo("pay:80");
    }

    @Test
    @DisplayName(
        "T03 the peer may be set by the inner one too: only it may know where it really went")
    void thePeerIsNotGuarded() {
      Span outer = tracer.startExit("outer", null);
      Span inner = tracer.startExit("inner", "ignored:1");
      inner.peer("really:2");
      inner.end();
      outer.end();

      assertThat(recorder.only().span(0).peer()).isEqualTo("really:2");
    }

    @Test
    void anExitBelowALocalSpanBelowAnExitIsANewOne() {
      Span outer = tracer.startExit("outer", "a:1");
      Span local = tracer.startLocal("local");
      Span inner = tracer.startExit("inner", "b:2");
      inner.end();
      local.end();
      outer.end();

      assertThat(recorder.only().spanCount()).isEqualTo(3);
    }
  }

  @Nested
  class Ends {
    @Test
    @DisplayName("T07 the span ends when the last of those who share it ends")
    void theSpanEndsWithTheLast() {
      Span a = tracer.startEntry("a");
      Span b = tracer.startEntry("b");
      Span c = tracer.startEntry("c");
      c.end();
      b.end();
      assertThat(recorder.count()).isZero();
      assertThat(tracer.activeSpan()).isNotNull();
      a.end();

      assertThat(recorder.only().spanCount()).isEqualTo(1);
      assertThat(tracer.activeSpan()).isNull();
    }

    @Test
    @DisplayName("T06 an inner end that comes twice does not end the outer one's span")
    void endingTwiceIsHarmless() {
      Span outer = tracer.startEntry("outer");
      Span inner = tracer.startEntry("inner");
      inner.end();
      inner.end();
      assertThat(recorder.count()).isZero();
      outer.end();
      outer.end();

      assertThat(recorder.only().spanCount()).isEqualTo(1);
      assertThat(tracer.counters().repeatedEnds()).isEqualTo(2);
    }

    @Test
    @DisplayName("T06 an inner end that never comes does not leave the span open")
    void aForgottenInnerEndIsMadeUpFor() {
      Span outer = tracer.startEntry("outer");
      Span unused = tracer.startEntry("inner");
      outer.end();

      assertThat(recorder.only().spanCount()).isEqualTo(1);
      assertThat(tracer.activeSpan()).isNull();
      assertThat(tracer.counters().repairedEnds()).isEqualTo(1);
      unused.end();
      assertThat(recorder.count()).isEqualTo(1);
    }
  }

  private static Headers caller() {
    Recorder other = new Recorder();
    Tracer tracer = other.settings.service("gateway").build();
    Span exit = tracer.startExit("GET:/orders/1", "shop:80");
    Headers headers = Headers.from(tracer, exit);
    exit.end();
    return headers;
  }
}
