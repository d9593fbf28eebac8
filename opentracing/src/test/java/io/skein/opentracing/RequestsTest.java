package io.skein.opentracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentracing.Span;
import io.opentracing.mock.MockTracer;
import io.skein.core.SpanType;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests in and out: rows 27 to 47 of the inventory. */
class RequestsTest {
  private final Recorder recorder = new Recorder();
  private final SkeinTracer tracer = recorder.tracer();

  @AfterEach
  void nothingIsLeft() {
    assertThat(tracer.activeSpan()).isNull();
    assertThat(recorder.provider.capture()).isNull();
  }

  @Test
  void outboundAndInboundAreOneTrace() {
    Map<String, String> headers = new HashMap<>();
    Span called =
        Requests.outbound(tracer, headers)
            .operationName("GET:/stock")
            .method("GET")
            .url("http://stock:8080/stock")
            .service("stock")
            .peer("10.1.1.2", 8080)
            .start();
    Span served =
        Requests.inbound(tracer, headers)
            .operationName("GET:/stock")
            .method("GET")
            .url("http://stock:8080/stock")
            .caller("orders")
            .remote("10.1.1.1", 50123)
            .start();
    served.setOperationName("served").finish();
    called.setOperationName("called").finish();
    Recorder.Finished entry = recorder.span("served");
    Recorder.Finished exit = recorder.span("called");
    assertThat(entry.isChildOf(exit)).isTrue();
    assertThat(entry.record().type()).isEqualTo(SpanType.ENTRY);
    assertThat(entry.refs().get(0).networkAddress()).isEqualTo("10.1.1.2:8080");
    assertThat(entry.tags())
        .containsEntry("http.method", "GET")
        .containsEntry("http.url", "http://stock:8080/stock")
        .containsEntry("peer.service", "orders")
        .containsEntry("peer.ipv4", "10.1.1.1")
        .containsEntry("peer.port", "50123");
    assertThat(exit.record().type()).isEqualTo(SpanType.EXIT);
    assertThat(exit.record().peer()).isEqualTo("10.1.1.2:8080");
    assertThat(headers).containsKeys("sw8", "sw8-correlation", "sw8-x");
  }

  @Test
  void requestWithoutHeadersBeginsATrace() {
    Requests.inbound(tracer, Map.of()).operationName("served").start().finish();
    assertThat(recorder.only().isRoot()).isTrue();
    assertThat(recorder.only().record().type()).isEqualTo(SpanType.ENTRY);
  }

  @Test
  void requestWithDamagedHeadersBeginsATrace() {
    Requests.inbound(tracer, Map.of("sw8", "damaged")).operationName("served").start().finish();
    assertThat(recorder.only().isRoot()).isTrue();
  }

  @Test
  void headersAreFoundInAnyCase() {
    Map<String, String> headers = new HashMap<>();
    Span called = Requests.outbound(tracer, headers).operationName("called").start();
    Map<String, String> upper = new HashMap<>();
    headers.forEach((name, value) -> upper.put(name.toUpperCase(java.util.Locale.ROOT), value));
    Requests.inbound(tracer, upper).operationName("served").start().finish();
    called.finish();
    assertThat(recorder.span("served").isChildOf(recorder.span("called"))).isTrue();
  }

  @Test
  void whatIsNotKnownIsNotSaid() {
    Requests.inbound(tracer, Map.of())
        .operationName("served")
        .method(null)
        .url("")
        .caller("")
        .remote("", 0)
        .start()
        .finish();
    assertThat(recorder.only().tags()).containsOnlyKeys("span.kind");
  }

  @Test
  void ipv6HasATagOfItsOwn() {
    Requests.inbound(tracer, Map.of()).operationName("served").remote("::1", 5).start().finish();
    assertThat(recorder.only().tags())
        .containsEntry("peer.ipv6", "::1")
        .doesNotContainKey("peer.ipv4");
  }

  @Test
  void parentOfACallIsTheActiveSpanOrWhatIsSupplied() {
    Span active = tracer.buildSpan("active").start();
    Span supplied = tracer.buildSpan("supplied").start();
    try (Spans.ActiveSpan scope = Spans.activate(tracer, active)) {
      Requests.outbound(tracer, new HashMap<>()).operationName("first").start().finish();
      Requests.outbound(tracer, new HashMap<>())
          .operationName("second")
          .parent(() -> supplied)
          .start()
          .finish();
      Requests.outbound(tracer, new HashMap<>())
          .operationName("third")
          .parent(() -> null)
          .start()
          .finish();
    }
    supplied.finish();
    assertThat(recorder.span("first").isChildOf(recorder.span("active"))).isTrue();
    assertThat(recorder.span("second").isChildOf(recorder.span("supplied"))).isTrue();
    assertThat(recorder.span("third").isRoot()).isTrue();
  }

  @Test
  void worksWithOtherTracers() {
    MockTracer other = new MockTracer();
    Map<String, String> headers = new HashMap<>();
    Requests.outbound(other, headers).operationName("called").start().finish();
    Requests.inbound(other, headers).operationName("served").start().finish();
    assertThat(other.finishedSpans().get(1).parentId())
        .isEqualTo(other.finishedSpans().get(0).context().spanId());
  }
}
