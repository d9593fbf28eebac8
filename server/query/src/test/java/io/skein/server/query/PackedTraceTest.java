package io.skein.server.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.skein.server.storage.InMemoryTraceStore;
import io.skein.server.storage.Segments;
import io.skein.wire.model.KeyValue;
import io.skein.wire.model.SpanLog;
import io.skein.wire.model.SpanReference;
import io.skein.wire.model.TraceSpan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The packed form says what the plain form says. */
class PackedTraceTest {
  private static final long START = 1_700_000_000_000L;
  private static final ObjectMapper MAPPER = new ObjectMapper();

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

  private static TraceSpan span(int id, long start, long end, String text) {
    return new TraceSpan(
        id,
        id - 1,
        start,
        end,
        id % 3 == 0
            ? List.of(new SpanReference(id % 2, "t", "s" + id, id, text, "", "/" + id, "h:" + id))
            : List.of(),
        "op" + text,
        id % 2 == 0 ? "" : "db:" + id,
        id % 4,
        id % 9,
        id % 70,
        id % 5 == 0,
        id % 2 == 0 ? List.of(new KeyValue("k" + id, text), new KeyValue("", "")) : List.of(),
        id % 7 == 0
            ? List.of(new SpanLog(start + 1, List.of(new KeyValue("event", "error" + id))))
            : List.of(),
        id % 11 == 0);
  }

  private void assertSame(int spans) {
    JsonNode plain = http.get("/api/trace?id=t");
    assertThat(http.get("/api/trace?id=t&form=plain")).isEqualTo(plain);
    JsonNode packed = http.get("/api/trace?id=t&form=packed");
    int count = 0;
    for (JsonNode segment : plain.get("segments")) {
      count += segment.get("spans").size();
    }
    assertThat(count).isEqualTo(spans);
    // As text: small numbers that were read are of another class than those that were put.
    assertThat(new Unpacking(packed).trace().toString()).isEqualTo(plain.toString());
  }

  @Test
  void ofAllKindsOfSpans() {
    Segments.Builder segment = Segments.segment("t", "s0");
    for (int i = 1; i < 200; i++) {
      segment.span(span(i, START + i, START + 2L * i, "text " + i % 10));
    }
    store(segment, Segments.segment("t", "s1").of("stock", "st-1"));
    assertSame(201);
  }

  @Test
  void ofMoreTextsAndSpansThanFitOnePiece() {
    Segments.Builder segment = Segments.segment("t", "s0");
    for (int i = 1; i < 30_000; i++) {
      segment.span(span(i, START, START + 1, i % 4 == 0 ? "often" : "single " + i));
    }
    segment.span(span(30_000, START, START, "x".repeat(400_000)));
    store(segment);
    assertSame(30_001);
    assertThat(http.get("/api/trace?id=t&form=packed").get("pieces").size()).isGreaterThan(5);
  }

  @Test
  void breaksTheLineBeforeEachPieceAndNowhereElse() throws IOException {
    Segments.Builder segment = Segments.segment("t", "s0");
    for (int i = 1; i < 10_000; i++) {
      segment.span(span(i, START, START + 1, "two\nlines " + i));
    }
    store(segment);
    List<String> lines =
        List.of(QueryFixture.text(http.send("GET", "/api/trace?id=t&form=packed")).split("\n"));
    int pieces = http.get("/api/trace?id=t&form=packed").get("pieces").size();
    assertThat(pieces).isGreaterThan(2);
    assertThat(lines).hasSize(pieces + 2);
    assertThat(lines.get(0)).startsWith("{\"traceId\":\"t\",").endsWith("\"pieces\":[");
    assertThat(lines.get(1)).startsWith("{").endsWith("}");
    for (String line : lines.subList(2, pieces + 1)) {
      assertThat(line).startsWith(",{");
      JsonNode piece = MAPPER.readTree(line.substring(1));
      // Its numbers are its own.
      assertThat(piece.get("spans").get(9).asInt()).isBetween(1, piece.get("texts").size());
    }
    assertThat(lines.get(pieces + 1)).isEqualTo("],\"truncated\":false}");
  }

  @Test
  void ofClocksAtTheEndsOfTime() {
    store(
        Segments.segment("t", "s0")
            .at(0, 5)
            .span(span(1, Long.MIN_VALUE, Long.MAX_VALUE, ""))
            .span(span(7, 3, Long.MAX_VALUE, "\u0000\u202e"))
            .span(span(14, -5, -9, "{}")));
    assertSame(4);
  }

  @Test
  void aFormThatNobodyKnowsIsRefused() {
    assertThat(http.send("GET", "/api/trace?id=t&form=xml").statusCode()).isEqualTo(400);
  }

  /** Reads the form as its description says. */
  private static final class Unpacking {
    private final JsonNode packed;
    private final List<String> texts = new ArrayList<>(List.of(""));
    private final long base;
    private JsonNode numbers = MAPPER.createArrayNode();
    private int at;

    Unpacking(JsonNode packed) {
      this.packed = packed;
      this.base = packed.get("startMillis").asLong();
    }

    JsonNode trace() {
      ObjectNode trace = MAPPER.createObjectNode();
      for (String name :
          List.of("traceId", "startMillis", "durationMillis", "storedSegments", "storedSpans")) {
        trace.set(name, packed.get(name));
      }
      ArrayNode segments = trace.putArray("segments");
      long missing = 0;
      ArrayNode spans = MAPPER.createArrayNode();
      for (JsonNode piece : packed.get("pieces")) {
        texts.clear();
        texts.add("");
        piece.get("texts").forEach(text -> texts.add(text.asText()));
        JsonNode heads = piece.get("segments");
        int head = 0;
        numbers = piece.get("spans");
        at = 0;
        while (at < numbers.size() || head < heads.size()) {
          if (missing == 0) {
            ObjectNode segment = segments.addObject();
            segment.put("segmentId", texts.get(heads.get(head).asInt()));
            segment.put("service", texts.get(heads.get(head + 1).asInt()));
            segment.put("instance", texts.get(heads.get(head + 2).asInt()));
            int flags = heads.get(head + 3).asInt();
            segment.put("sizeLimited", (flags & PackedTrace.SIZE_LIMITED) != 0);
            long origin = (flags & PackedTrace.ABSOLUTE) != 0 ? 0 : base;
            segment.put("receivedMillis", origin + heads.get(head + 4).asLong());
            missing = heads.get(head + 5).asLong();
            spans = segment.putArray("spans");
            head += 6;
          } else if (at < numbers.size()) {
            span(spans.addObject());
            missing--;
          } else {
            break;
          }
        }
      }
      assertThat(missing).isZero();
      trace.set("truncated", packed.get("truncated"));
      return trace;
    }

    private long number() {
      return numbers.get(at++).asLong();
    }

    private String text() {
      return texts.get((int) number());
    }

    private void span(ObjectNode span) {
      long flags = number();
      boolean absolute = (flags & PackedTrace.ABSOLUTE) != 0;
      long origin = absolute ? 0 : base;
      span.put("id", (int) number());
      span.put("parentId", (int) number());
      long start = origin + number();
      long end = number();
      span.put("type", text());
      String layer = text();
      long componentId = number();
      String component = text();
      span.put("operation", text());
      span.put("startMillis", start);
      span.put("endMillis", absolute ? end : start + end);
      span.put("layer", layer);
      span.put("componentId", (int) componentId);
      span.put("component", component);
      span.put("peer", text());
      span.put("error", (flags & PackedTrace.ERROR) != 0);
      span.put("skipAnalysis", (flags & PackedTrace.SKIP_ANALYSIS) != 0);
      boolean more = (flags & PackedTrace.MORE) != 0;
      pairs(span.putArray("tags"), more ? number() : 0);
      ArrayNode logs = span.putArray("logs");
      for (long i = more ? number() : 0; i > 0; i--) {
        ObjectNode log = logs.addObject().put("millis", origin + number());
        pairs(log.putArray("data"), number());
      }
      ArrayNode refs = span.putArray("refs");
      for (long i = more ? number() : 0; i > 0; i--) {
        ObjectNode ref = refs.addObject().put("type", text()).put("traceId", text());
        ref.put("segmentId", text()).put("spanId", (int) number());
        ref.put("service", text()).put("instance", text());
        ref.put("endpoint", text()).put("address", text());
      }
    }

    private void pairs(ArrayNode pairs, long count) {
      for (long i = 0; i < count; i++) {
        pairs.addObject().put("key", text()).put("value", text());
      }
    }
  }
}
