package io.skein.opentracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentracing.References;
import io.opentracing.Span;
import io.opentracing.log.Fields;
import io.opentracing.propagation.Format;
import io.opentracing.propagation.TextMapAdapter;
import io.opentracing.tag.Tag;
import io.opentracing.tag.Tags;
import io.skein.api.Component;
import io.skein.api.Layer;
import io.skein.core.SpanType;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What the standard tags mean: rules 52 to 54 of OpenTracing's semantics and our mapping. */
class TagsTest {
  private final Recorder recorder = new Recorder();
  private final SkeinTracer tracer = recorder.tracer();

  private static <T> Consumer<Span> set(Tag<T> tag, T value) {
    return span -> tag.set(span, value);
  }

  @SafeVarargs
  private Recorder.Finished finished(Consumer<Span>... said) {
    int before = recorder.count();
    Span span = tracer.buildSpan("one").start();
    for (Consumer<Span> each : said) {
      each.accept(span);
    }
    span.finish();
    assertThat(recorder.count()).isEqualTo(before + 1);
    return recorder.spans().get(before);
  }

  /** The peer of a span that is a client's, which it says last. */
  @SafeVarargs
  private String peerWith(Consumer<Span>... said) {
    return finished(
            span -> {
              for (Consumer<Span> each : said) {
                each.accept(span);
              }
              Tags.SPAN_KIND.set(span, Tags.SPAN_KIND_CLIENT);
            })
        .record()
        .peer();
  }

  @Test
  void constantsAreOpenTracings() {
    assertThat(Tags.PEER_HOST_IPV4.getKey()).isEqualTo("peer.ipv4");
    assertThat(Tags.PEER_HOST_IPV6.getKey()).isEqualTo("peer.ipv6");
    assertThat(Tags.PEER_SERVICE.getKey()).isEqualTo("peer.service");
    assertThat(Tags.PEER_PORT.getKey()).isEqualTo("peer.port");
    assertThat(Tags.PEER_HOSTNAME.getKey()).isEqualTo("peer.hostname");
    assertThat(Tags.HTTP_URL.getKey()).isEqualTo("http.url");
    assertThat(Tags.HTTP_METHOD.getKey()).isEqualTo("http.method");
    assertThat(Tags.HTTP_STATUS.getKey()).isEqualTo("http.status_code");
    assertThat(Tags.SPAN_KIND.getKey()).isEqualTo("span.kind");
    assertThat(Tags.COMPONENT.getKey()).isEqualTo("component");
    assertThat(Tags.ERROR.getKey()).isEqualTo("error");
    assertThat(Tags.DB_TYPE.getKey()).isEqualTo("db.type");
    assertThat(Tags.DB_INSTANCE.getKey()).isEqualTo("db.instance");
    assertThat(Tags.DB_USER.getKey()).isEqualTo("db.user");
    assertThat(Tags.DB_STATEMENT.getKey()).isEqualTo("db.statement");
    assertThat(Tags.MESSAGE_BUS_DESTINATION.getKey()).isEqualTo("message_bus.destination");
    assertThat(Tags.SAMPLING_PRIORITY.getKey()).isEqualTo("sampling.priority");
    assertThat(Fields.ERROR_KIND).isEqualTo("error.kind");
    assertThat(Fields.ERROR_OBJECT).isEqualTo("error.object");
    assertThat(References.CHILD_OF).isEqualTo("child_of");
    assertThat(References.FOLLOWS_FROM).isEqualTo("follows_from");
  }

  // ---- kind

  @Test
  void serversAndConsumersAreEntries() {
    assertThat(finished(set(Tags.SPAN_KIND, Tags.SPAN_KIND_SERVER)).record().type())
        .isEqualTo(SpanType.ENTRY);
    assertThat(finished(set(Tags.SPAN_KIND, Tags.SPAN_KIND_CONSUMER)).record().type())
        .isEqualTo(SpanType.ENTRY);
  }

  @Test
  void clientsAndProducersAreExitsIfAPeerIsKnown() {
    for (String kind : new String[] {Tags.SPAN_KIND_CLIENT, Tags.SPAN_KIND_PRODUCER}) {
      assertThat(finished(set(Tags.SPAN_KIND, kind)).record().type()).isEqualTo(SpanType.LOCAL);
      assertThat(
              finished(set(Tags.SPAN_KIND, kind), set(Tags.PEER_SERVICE, "stock")).record().type())
          .isEqualTo(SpanType.EXIT);
    }
  }

  @Test
  void kindIsDecidedAtTheEndWhateverTheOrder() {
    Recorder.Finished exit =
        finished(
            set(Tags.PEER_PORT, 8080),
            set(Tags.SPAN_KIND, Tags.SPAN_KIND_SERVER),
            set(Tags.PEER_HOSTNAME, "stock"),
            set(Tags.SPAN_KIND, Tags.SPAN_KIND_CLIENT));
    assertThat(exit.record().type()).isEqualTo(SpanType.EXIT);
    assertThat(exit.record().peer()).isEqualTo("stock:8080");
  }

  @Test
  void othersAreLocalAndHaveNoPeer() {
    Recorder.Finished local =
        finished(set(Tags.SPAN_KIND, "something"), set(Tags.PEER_HOSTNAME, "stock"));
    assertThat(local.record().type()).isEqualTo(SpanType.LOCAL);
    assertThat(local.record().peer()).isNull();
    assertThat(local.tags()).containsEntry("peer.hostname", "stock");
  }

  // ---- peer

  @Test
  void peerIsTheAddressOrTheHostOrTheService() {
    assertThat(
            peerWith(
                span -> span.setTag("peer.address", "a:1"),
                set(Tags.PEER_HOSTNAME, "b"),
                set(Tags.PEER_SERVICE, "c")))
        .isEqualTo("a:1");
    assertThat(
            peerWith(
                set(Tags.PEER_HOSTNAME, "b"),
                span -> Tags.PEER_HOST_IPV4.set(span, "10.0.0.1"),
                set(Tags.PEER_PORT, 2),
                set(Tags.PEER_SERVICE, "c")))
        .isEqualTo("b:2");
    assertThat(peerWith(span -> Tags.PEER_HOST_IPV4.set(span, "10.0.0.1"), set(Tags.PEER_PORT, 3)))
        .isEqualTo("10.0.0.1:3");
    assertThat(peerWith(set(Tags.PEER_HOST_IPV4, 0x0A00_0001))).isEqualTo("10.0.0.1");
    assertThat(peerWith(set(Tags.PEER_HOST_IPV6, "::1"), set(Tags.PEER_PORT, 4)))
        .isEqualTo("[::1]:4");
    assertThat(peerWith(set(Tags.PEER_PORT, 5), set(Tags.PEER_SERVICE, "c"))).isEqualTo("c");
    assertThat(peerWith(set(Tags.PEER_HOSTNAME, ""))).isNull();
  }

  @Test
  void ipv4MayBeANumber() {
    assertThat(finished(set(Tags.PEER_HOST_IPV4, 0x7F00_0001)).tags())
        .containsEntry("peer.ipv4", "2130706433");
  }

  // ---- component, error, layers

  @Test
  void componentIsFoundByNameOrStaysATag() {
    Recorder.Finished known = finished(set(Tags.COMPONENT, "okhttp"));
    assertThat(known.record().componentId()).isEqualTo(Component.OK_HTTP.id());
    assertThat(known.tags()).doesNotContainKey("component");
    Recorder.Finished unknown = finished(set(Tags.COMPONENT, "my-own"));
    assertThat(unknown.record().componentId()).isZero();
    assertThat(unknown.tags()).containsEntry("component", "my-own");
    Recorder.Finished skyWalkings = finished(set(Tags.COMPONENT, "SpringMVC"));
    assertThat(skyWalkings.record().componentId()).isEqualTo(Component.SPRING_MVC.id());
  }

  @Test
  void componentMayDependOnWhatElseIsSaid() {
    assertThat(
            finished(
                    set(Tags.COMPONENT, "java-kafka"), set(Tags.SPAN_KIND, Tags.SPAN_KIND_PRODUCER))
                .record()
                .componentId())
        .isEqualTo(Component.KAFKA_PRODUCER.id());
    assertThat(
            finished(
                    set(Tags.COMPONENT, "java-kafka"), set(Tags.SPAN_KIND, Tags.SPAN_KIND_CONSUMER))
                .record()
                .componentId())
        .isEqualTo(Component.KAFKA_CONSUMER.id());
    assertThat(
            finished(set(Tags.COMPONENT, "java-jdbc"), set(Tags.DB_TYPE, "postgresql"))
                .record()
                .componentId())
        .isEqualTo(Component.POSTGRESQL.id());
  }

  @Test
  void errorIsTheFlagAndItsLastValueCounts() {
    Recorder.Finished failed = finished(set(Tags.ERROR, true));
    assertThat(failed.record().isError()).isTrue();
    assertThat(failed.tags()).doesNotContainKey("error");
    assertThat(finished(span -> span.setTag("error", "true")).record().isError()).isTrue();
    assertThat(finished(set(Tags.ERROR, true), set(Tags.ERROR, false)).record().isError())
        .isFalse();
  }

  @Test
  void httpTagsKeepTheirKeysAndAStatusIsNoErrorByItself() {
    Recorder.Finished http =
        finished(
            set(Tags.HTTP_URL, "http://stock/items"),
            set(Tags.HTTP_METHOD, "GET"),
            set(Tags.HTTP_STATUS, 500));
    assertThat(http.tags())
        .containsEntry("http.url", "http://stock/items")
        .containsEntry("http.method", "GET")
        .containsEntry("http.status_code", "500");
    assertThat(http.record().layer()).isEqualTo(Layer.HTTP);
    assertThat(http.record().isError()).isFalse();
  }

  @Test
  void databaseTagsKeepTheirKeys() {
    Recorder.Finished database =
        finished(
            set(Tags.DB_TYPE, "sql"),
            set(Tags.DB_INSTANCE, "orders"),
            set(Tags.DB_STATEMENT, "select 1"),
            set(Tags.SPAN_KIND, Tags.SPAN_KIND_CLIENT),
            span -> span.setTag("peer.address", "db:5432"));
    assertThat(database.record().layer()).isEqualTo(Layer.DATABASE);
    assertThat(database.record().type()).isEqualTo(SpanType.EXIT);
    assertThat(database.record().peer()).isEqualTo("db:5432");
    assertThat(database.tags())
        .containsEntry("db.type", "sql")
        .containsEntry("db.instance", "orders")
        .containsEntry("db.statement", "select 1");
  }

  @Test
  void destinationOfAMessageIsItsTopic() {
    Recorder.Finished message = finished(set(Tags.MESSAGE_BUS_DESTINATION, "orders"));
    assertThat(message.record().layer()).isEqualTo(Layer.MQ);
    assertThat(message.tags())
        .containsEntry("message_bus.destination", "orders")
        .containsEntry("mq.topic", "orders");
  }

  @Test
  void spanWithoutStandardTagsHasNoLayer() {
    assertThat(finished(span -> span.setTag("own", "value")).record().layer())
        .isEqualTo(Layer.UNKNOWN);
  }

  // ---- sampling priority

  @Test
  void priorityAboveZeroAtTheStartRecordsWhatTheSamplerWouldNot() {
    Span span = tracer.buildSpan("unsampled").withTag(Tags.SAMPLING_PRIORITY, 1).start();
    tracer.buildSpan("unsampled child").asChildOf(span).start().finish();
    span.finish();
    assertThat(recorder.count()).isEqualTo(2);
    assertThat(recorder.span("unsampled").tags()).doesNotContainKey("sampling.priority");
  }

  @Test
  void priorityZeroIsNotReportedAndSaysSoToOthers() {
    Span span = tracer.buildSpan("one").start();
    Span before = tracer.buildSpan("before").asChildOf(span).start();
    Tags.SAMPLING_PRIORITY.set(span, 0);
    Map<String, String> headers = new HashMap<>();
    tracer.inject(span.context(), Format.Builtin.HTTP_HEADERS, new TextMapAdapter(headers));
    assertThat(headers).containsEntry("sw8", "0-------");
    before.finish();
    span.finish();
    tracer.buildSpan("after").asChildOf(span).start().finish();
    assertThat(recorder.count()).isZero();
    assertThat(recorder.core.counters().unwanted()).isOne();
  }

  @Test
  void priorityZeroAtTheStartIsNotReported() {
    tracer.buildSpan("one").withTag(Tags.SAMPLING_PRIORITY, 0).start().finish();
    assertThat(recorder.count()).isZero();
  }

  @Test
  void lastPriorityBeforeTheEndCounts() {
    Span span = tracer.buildSpan("one").start();
    Tags.SAMPLING_PRIORITY.set(span, 0);
    Tags.SAMPLING_PRIORITY.set(span, 2);
    span.finish();
    assertThat(recorder.count("one")).isOne();
  }

  @Test
  void priorityThatIsNoNumberSaysNothing() {
    tracer.buildSpan("one").withTag("sampling.priority", "high").start().finish();
    assertThat(recorder.count("one")).isOne();
  }
}
