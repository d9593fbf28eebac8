package io.skein.server.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.skein.server.storage.AgentAccount;
import io.skein.server.storage.Counts;
import io.skein.server.storage.InMemoryTraceStore;
import io.skein.server.storage.Segments;
import io.skein.wire.model.InstanceProperties;
import io.skein.wire.model.KeyValue;
import io.skein.wire.model.SpanLog;
import io.skein.wire.model.TraceSpan;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class QueryServerTest {
  private static final long START = 1_700_000_000_000L;

  private final InMemoryTraceStore store = new InMemoryTraceStore();
  private QueryFixture http;

  @BeforeEach
  void start() throws IOException {
    http = new QueryFixture(store);
  }

  @AfterEach
  void stop() {
    http.close();
  }

  private void store(Segments.Builder... segments) {
    for (Segments.Builder segment : segments) {
      store.append(List.of(segment.received())).join();
    }
  }

  private static List<String> texts(JsonNode array, String field) {
    List<String> texts = new ArrayList<>();
    array.forEach(each -> texts.add(each.get(field).asText()));
    return texts;
  }

  @Test
  void statusSaysWhatTheServerIsAndHolds() {
    store(Segments.segment("t1", "s1"), Segments.segment("t2", "s2").at(START - 5000, 1));
    JsonNode status = http.get("/api/status");
    assertThat(status.get("version").asText()).isEqualTo("1.2.3");
    assertThat(status.get("grpcAddress").asText()).isEqualTo("127.0.0.1:11800");
    assertThat(status.get("dataDirectory").asText()).isEqualTo("/var/lib/skein");
    assertThat(status.get("segments").asLong()).isEqualTo(2);
    assertThat(status.get("spans").asLong()).isEqualTo(2);
    assertThat(status.get("oldestMillis").asLong()).isEqualTo(START - 5000);
    assertThat(status.get("nowMillis").asLong())
        .isGreaterThan(status.get("startedMillis").asLong());
  }

  @Test
  void allQueriesWorkWhenEmpty() {
    assertThat(http.get("/api/status").get("oldestMillis").isNull()).isTrue();
    assertThat(http.get("/api/services").get("services")).isEmpty();
    assertThat(http.get("/api/instances").get("instances")).isEmpty();
    assertThat(http.get("/api/endpoints").get("endpoints")).isEmpty();
    assertThat(http.get("/api/tags").get("keys")).isEmpty();
    assertThat(http.get("/api/tag-values?key=x").get("values")).isEmpty();
    JsonNode traces = http.get("/api/traces");
    assertThat(traces.get("traces")).isEmpty();
    assertThat(traces.get("more").asBoolean()).isFalse();
    assertThat(traces.get("next").isNull()).isTrue();
    assertThat(http.get("/api/accounting").get("instances")).isEmpty();
    assertThat(http.send("GET", "/api/trace?id=x").statusCode()).isEqualTo(404);
  }

  @Test
  void servicesInstancesAndEndpointsAreListed() {
    store(
        Segments.segment("t1", "s1").of("cart", "cart-1").operation("GET:/cart").failed(),
        Segments.segment("t2", "s2").of("cart", "cart-2").operation("POST:/pay"),
        Segments.segment("t3", "s3").of("user & café", "u-1"));
    store.properties(
        new InstanceProperties("cart", "cart-1", List.of(new KeyValue("language", "java")), ""),
        START);
    JsonNode services = http.get("/api/services").get("services");
    assertThat(texts(services, "name")).containsExactly("cart", "user & café");
    assertThat(services.get(0).get("instances").asInt()).isEqualTo(2);
    assertThat(services.get(0).get("errors").asInt()).isEqualTo(1);
    JsonNode instances = http.get("/api/instances?service=cart").get("instances");
    assertThat(texts(instances, "name")).containsExactly("cart-1", "cart-2");
    assertThat(instances.get(0).get("language").asText()).isEqualTo("java");
    assertThat(instances.get(0).get("properties").get(0).get("value").asText()).isEqualTo("java");
    assertThat(instances.get(1).get("language").isNull()).isTrue();
    String name = QueryFixture.encoded("user & café");
    assertThat(http.get("/api/instances?service=" + name).get("instances")).hasSize(1);
    assertThat(texts(http.get("/api/endpoints?service=cart&contains=PAY").get("endpoints"), "name"))
        .containsExactly("POST:/pay");
    assertThat(http.get("/api/endpoints?limit=1").get("endpoints")).hasSize(1);
  }

  @Test
  void tracesAreFoundByEveryFilter() {
    store(
        Segments.segment("fast", "s1").of("cart", "cart-1").at(START, 5).tag("db.type", "H2"),
        Segments.segment("slow", "s2").of("cart", "cart-2").at(START + 1, 500).failed(),
        Segments.segment("other", "s3").of("user", "u-1").at(START + 2, 50).operation("GET:/a b"));
    assertThat(found("")).containsExactly("other", "slow", "fast");
    assertThat(found("order=slowest")).containsExactly("slow", "other", "fast");
    assertThat(found("service=cart")).containsExactly("slow", "fast");
    assertThat(found("service=cart&instance=cart-1")).containsExactly("fast");
    assertThat(found("endpoint=GET:/a+b")).containsExactly("other");
    assertThat(found("endpoint=GET%3A%2Fa%20b")).containsExactly("other");
    assertThat(found("minMillis=50")).containsExactly("other", "slow");
    assertThat(found("maxMillis=50")).containsExactly("other", "fast");
    assertThat(found("error=true")).containsExactly("slow");
    assertThat(found("error=false")).containsExactly("other", "fast");
    assertThat(found("tag=db.type%3DH2")).containsExactly("fast");
    assertThat(found("tag=db.type=H2&tag=db.type")).containsExactly("fast");
    assertThat(found("tag=db.type%3DH3")).isEmpty();
    assertThat(found("from=" + (START + 1))).containsExactly("other", "slow");
    assertThat(found("to=" + START)).containsExactly("fast");
    assertThat(found("traceId=slow")).containsExactly("slow");
    assertThat(found("service=&traceId=&limit=")).hasSize(3);
  }

  private List<String> found(String query) {
    return texts(http.get("/api/traces?" + query).get("traces"), "traceId");
  }

  @Test
  void pagesFollowOneAnother() {
    for (int i = 0; i < 7; i++) {
      store(Segments.segment("t" + i, "s" + i).at(START + i, 5));
    }
    List<String> all = new ArrayList<>();
    String before = "";
    for (int page = 0; page < 4; page++) {
      JsonNode traces = http.get("/api/traces?limit=3&before=" + before);
      all.addAll(texts(traces.get("traces"), "traceId"));
      if (!traces.get("more").asBoolean()) {
        assertThat(traces.get("next").isNull()).isTrue();
        break;
      }
      before = QueryFixture.encoded(traces.get("next").asText());
    }
    assertThat(all).containsExactly("t6", "t5", "t4", "t3", "t2", "t1", "t0");
  }

  @Test
  void aTraceIsShownWithEverythingInIt() {
    TraceSpan exit =
        new TraceSpan(
            1,
            0,
            START + 1,
            START + 4,
            List.of(),
            "H2/JDBC/Statement/executeQuery",
            "localhost:-1",
            TraceSpan.EXIT,
            1,
            32,
            true,
            List.of(new KeyValue("db.type", "H2"), new KeyValue("db.type", "again")),
            List.of(
                new SpanLog(
                    START + 3,
                    List.of(new KeyValue("event", "error"), new KeyValue("stack", "at a\n at b")))),
            true);
    store(
        Segments.segment("t1", "s1").childOf("t1", "s0").span(exit),
        Segments.segment("t1", "s0").at(START - 10, 30));
    JsonNode trace = http.get("/api/trace?id=t1");
    assertThat(trace.get("traceId").asText()).isEqualTo("t1");
    assertThat(trace.get("startMillis").asLong()).isEqualTo(START - 10);
    assertThat(trace.get("durationMillis").asLong()).isEqualTo(30);
    assertThat(trace.get("truncated").asBoolean()).isFalse();
    assertThat(texts(trace.get("segments"), "segmentId")).containsExactly("s0", "s1");
    JsonNode segment = trace.get("segments").get(1);
    assertThat(segment.get("receivedMillis").asLong()).isEqualTo(Segments.RECEIVED_MILLIS);
    JsonNode span = segment.get("spans").get(0);
    assertThat(span.get("type").asText()).isEqualTo("Exit");
    assertThat(span.get("layer").asText()).isEqualTo("Database");
    assertThat(span.get("componentId").asInt()).isEqualTo(32);
    assertThat(span.get("component").asText()).isEqualTo("h2-jdbc-driver");
    assertThat(span.get("error").asBoolean()).isTrue();
    assertThat(span.get("skipAnalysis").asBoolean()).isTrue();
    assertThat(texts(span.get("tags"), "value")).containsExactly("H2", "again");
    assertThat(texts(span.get("logs").get(0).get("data"), "value"))
        .containsExactly("error", "at a\n at b");
    JsonNode ref = segment.get("spans").get(1).get("refs").get(0);
    assertThat(ref.get("type").asText()).isEqualTo("CrossProcess");
    assertThat(ref.get("segmentId").asText()).isEqualTo("s0");
    assertThat(ref.get("spanId").asInt()).isEqualTo(1);
  }

  @Test
  void hostileTextInATraceStaysText() {
    String hostile = "</script><img src=x onerror=alert(1)>\u0000\u2028\ud800\"'\\";
    store(Segments.segment("t1", "s1").operation(hostile).tag(hostile, hostile));
    JsonNode span = http.get("/api/trace?id=t1").get("segments").get(0).get("spans").get(0);
    assertThat(span.get("operation").asText()).startsWith("</script><img src=x").contains("\u2028");
    assertThat(span.get("tags").get(0).get("key").asText()).endsWith("\"'\\");
  }

  @Test
  void aLargeTraceFlowsAndIsPackedWhenTheClientTakesIt() {
    Segments.Builder large = Segments.segment("t1", "s1");
    for (int i = 1; i <= 20_000; i++) {
      large.span(Segments.span(i, 0, TraceSpan.LOCAL, "operation-" + i, START, START + 1));
    }
    store(large);
    HttpResponse<byte[]> plain = http.send("GET", "/api/trace?id=t1");
    assertThat(plain.headers().firstValue("content-encoding")).isEmpty();
    HttpResponse<byte[]> packed =
        http.send("GET", "/api/trace?id=t1", "Accept-Encoding", "br, gzip;q=0.5");
    assertThat(packed.headers().firstValue("content-encoding")).contains("gzip");
    assertThat(packed.headers().firstValue("vary")).contains("Accept-Encoding");
    assertThat(packed.body().length).isLessThan(plain.body().length / 10);
    assertThat(QueryFixture.json(packed)).isEqualTo(QueryFixture.json(plain));
    assertThat(QueryFixture.json(plain).get("segments").get(0).get("spans")).hasSize(20_001);
    HttpResponse<byte[]> refused =
        http.send("GET", "/api/trace?id=t1", "Accept-Encoding", "gzip;q=0");
    assertThat(refused.headers().firstValue("content-encoding")).isEmpty();
  }

  @Test
  void accountsAddUp() {
    store(
        Segments.segment("t1", "s1"),
        Segments.segment("t1", "s1"),
        Segments.segment("", "s2"),
        Segments.segment("t3", "s3").of("foreign", "f-1"));
    store.refused("shop", "shop-1", "malformed", new Counts(1, 0));
    agent("shop", "shop-1", 9, 5, 2, 2);
    http.messageCounts.put("not-kept-yet:jvm-metrics", 7L);
    JsonNode accounting = http.get("/api/accounting");
    JsonNode server = accounting.get("server");
    assertThat(server.get("receivedSegments").asLong()).isEqualTo(5);
    assertThat(server.get("storedSegments").asLong()).isEqualTo(2);
    assertThat(server.get("duplicateSegments").asLong()).isEqualTo(1);
    assertThat(texts(server.get("dropped"), "reason")).containsExactly("malformed", "no-trace-id");
    assertThat(texts(server.get("badMessages"), "reason"))
        .containsExactly("not-kept-yet:jvm-metrics");
    assertThat(server.get("badMessages").get(0).get("count").asLong()).isEqualTo(7);
    JsonNode shop = instance(accounting, "shop");
    assertThat(shop.get("made").get("segments").asLong()).isEqualTo(9);
    assertThat(shop.get("delivered").get("segments").asLong()).isEqualTo(5);
    assertThat(shop.get("queued").get("segments").asLong()).isEqualTo(2);
    assertThat(texts(shop.get("agentDropped"), "reason")).containsExactly("queue-full");
    assertThat(shop.get("received").get("segments").asLong()).isEqualTo(4);
    assertThat(shop.get("duplicates").get("segments").asLong()).isEqualTo(1);
    assertThat(instance(accounting, "foreign").get("made").isNull()).isTrue();
    assertThat(instance(accounting, "foreign").get("balanced").isNull()).isTrue();
  }

  private static JsonNode instance(JsonNode accounting, String service) {
    for (JsonNode instance : accounting.get("instances")) {
      if (instance.get("service").asText().equals(service)) {
        return instance;
      }
    }
    throw new AssertionError(service + " is not in " + accounting);
  }

  private void agent(
      String service, String instance, long made, long delivered, long dropped, long queued) {
    agent(service, instance, made, delivered, dropped, queued, 0);
  }

  private void agent(
      String service,
      String instance,
      long made,
      long delivered,
      long dropped,
      long queued,
      long spooled) {
    TreeMap<String, Long> figures = new TreeMap<>();
    for (String unit : List.of("segments", "spans")) {
      figures.put("made." + unit, made);
      figures.put("delivered." + unit, delivered);
      figures.put("dropped.queue-full." + unit, dropped);
      figures.put("queued." + unit, queued);
      figures.put("spooled." + unit, spooled);
    }
    store.account(new AgentAccount(service, instance, "process", figures, START));
  }

  @Test
  void balancedMeansThatTheAgentsCountAgreesWithOurs() {
    store(Segments.segment("t1", "s1"), Segments.segment("t2", "s2"));
    agent("shop", "shop-1", 2, 2, 0, 0);
    assertThat(balanced()).isTrue();
    // The account was sent before the segments of its call.
    agent("shop", "shop-1", 2, 0, 0, 2);
    assertThat(balanced()).isTrue();
    // It waits on the agent's disk, and part of it was received without an answer.
    agent("shop", "shop-1", 5, 0, 0, 0, 5);
    assertThat(balanced()).isTrue();
    JsonNode spooled = instance(http.get("/api/accounting"), "shop").get("spooled");
    assertThat(spooled.get("segments").asLong()).isEqualTo(5);
    // Something that was never received counts as delivered.
    agent("shop", "shop-1", 3, 3, 0, 0);
    assertThat(balanced()).isFalse();
    // The agent lost count of one.
    agent("shop", "shop-1", 3, 2, 0, 0);
    assertThat(balanced()).isFalse();
    // Something is stored that the agent never made.
    agent("shop", "shop-1", 1, 1, 0, 0);
    assertThat(balanced()).isFalse();
  }

  private boolean balanced() {
    return instance(http.get("/api/accounting"), "shop").get("balanced").asBoolean();
  }

  @Test
  void tagsCanBeCompleted() {
    store(Segments.segment("t1", "s1").tag("db.type", "H2").tag("url", "/x"));
    JsonNode keys = http.get("/api/tags?service=shop").get("keys");
    assertThat(keys).hasSize(2);
    assertThat(http.get("/api/tag-values?key=db.type").get("values").get(0).asText())
        .isEqualTo("H2");
  }

  @Test
  void healthIsPlain() {
    HttpResponse<byte[]> response = http.send("GET", "/healthcheck");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(QueryFixture.text(response)).isEqualTo("ok\n");
  }
}
