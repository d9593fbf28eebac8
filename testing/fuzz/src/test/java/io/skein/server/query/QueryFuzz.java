package io.skein.server.query;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.skein.server.storage.InMemoryTraceStore;
import io.skein.server.storage.ReceivedSegment;
import io.skein.server.storage.Refusal;
import io.skein.testing.fuzz.Check;
import io.skein.testing.fuzz.Input;
import io.skein.wire.decode.MalformedMessageException;
import io.skein.wire.decode.MessageWriter;
import io.skein.wire.decode.SegmentReader;
import io.skein.wire.model.InstanceProperties;
import io.skein.wire.model.KeyValue;
import io.skein.wire.model.TraceSegment;
import io.skein.wire.model.TraceSpan;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/**
 * A letter for what it is: the path and query of a request; texts of parameters; the name of a
 * host; a segment that was received, to be shown. Every answer is JSON.
 */
public final class QueryFuzz {
  private static final JsonFactory JACKSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private static final Hosts HOSTS = new Hosts(Set.of("traces.example"));

  private QueryFuzz() {}

  /** Makes ready what all inputs share, before the first one is timed. */
  public static void fuzzerInitialize() {}

  public static void fuzzerTestOneInput(byte[] data) throws IOException {
    Input input = new Input(data);
    switch (input.below(4)) {
      case 0 -> request(input);
      case 1 -> parameter(input);
      case 2 -> host(input.restText());
      default -> segment(input.rest());
    }
  }

  private static final Api API = new Api(store("t"), new Facts(), InstantSource.system());

  private static InMemoryTraceStore store(String... traces) {
    InMemoryTraceStore store = new InMemoryTraceStore();
    for (String id : traces) {
      TraceSpan span =
          new TraceSpan(
              0,
              -1,
              5,
              9,
              List.of(),
              "GET:/",
              "",
              0,
              3,
              1,
              true,
              List.of(new KeyValue("k", "v")),
              List.of(),
              false);
      put(store, new TraceSegment(id, "s" + id, List.of(span), "shop", "1", false));
    }
    store.properties(new InstanceProperties("shop", "1", List.of(new KeyValue("a", "b")), ""), 5);
    return store;
  }

  private static void put(InMemoryTraceStore store, TraceSegment segment) {
    store.append(List.of(new ReceivedSegment(segment, MessageWriter.segment(segment), 7))).join();
  }

  private static void request(Input input) throws IOException {
    String target = input.restText();
    int question = target.indexOf('?');
    String path = question < 0 ? target : target.substring(0, question);
    byte[] answer;
    try (Api.Result result =
        API.answer("/api/" + path, question < 0 ? null : target.substring(question + 1))) {
      answer = written(json -> json.object(() -> result.write(json)));
    } catch (RequestException e) {
      Check.that(e.status() >= 400 && e.status() < 500, "status " + e.status());
      answer = Front.body(e);
      Check.that(answer.length < 4_000, "an error of " + answer.length + " bytes");
    }
    readable(answer);
  }

  private interface Writing {
    void write(Json json) throws IOException;
  }

  private static byte[] written(Writing writing) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Json json = new Json(out);
    writing.write(json);
    json.finish();
    return out.toByteArray();
  }

  /** Whether it is JSON, with every text in it well formed. */
  private static void readable(byte[] answer) throws IOException {
    try (JsonParser parser = JACKSON.createParser(answer)) {
      int depth = 0;
      int tokens = 0;
      while (parser.nextToken() != null) {
        tokens++;
        depth +=
            parser.currentToken().isStructStart()
                ? 1
                : parser.currentToken().isStructEnd() ? -1 : 0;
        if (parser.currentToken().isScalarValue()) {
          Check.that(Input.wellFormed(parser.getText()), "half of a character");
        }
      }
      Check.that(depth == 0 && tokens > 1, "no whole object");
    }
  }

  /** What a form sends is what is read. */
  private static void parameter(Input input) {
    String name = input.text();
    String value = input.text();
    if (!Input.wellFormed(name) || !Input.wellFormed(value)) {
      return;
    }
    String query =
        URLEncoder.encode(name, StandardCharsets.UTF_8)
            + "="
            + URLEncoder.encode(value, StandardCharsets.UTF_8);
    try {
      Parameters parameters = Parameters.parse(query, Set.of(name));
      Check.equal(parameters.text(name), value.isEmpty() ? null : value, "value");
      // Not every client escapes what is not ASCII.
      String raw = "x=" + value.replaceAll("[%&+\\x00-\\x1f]", "_");
      Check.equal(
          Parameters.parse(raw, Set.of("x")).all("x", 1),
          raw.length() == 2 ? List.of() : List.of(raw.substring(2)),
          "raw value");
    } catch (RequestException e) {
      throw new AssertionError("refused: " + query, e);
    }
  }

  /** A name of the domain name system that is not ours is never let in, however it is written. */
  private static void host(String host) {
    boolean allowed = HOSTS.allows(host);
    String name = host.toLowerCase(java.util.Locale.ROOT);
    boolean domainName =
        name.matches("([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\\.)*[a-z_]([a-z0-9_-]{0,61})\\.?");
    if (domainName && allowed) {
      String bare = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
      Check.that(
          bare.equals("localhost") || bare.endsWith(".localhost") || bare.equals("traces.example"),
          "let in: " + host);
    }
  }

  private static void segment(byte[] bytes) throws IOException {
    TraceSegment segment;
    try {
      segment = SegmentReader.segment(bytes);
    } catch (MalformedMessageException e) {
      return;
    }
    InMemoryTraceStore store = store();
    put(store, segment);
    Api api = new Api(store, new Facts(), InstantSource.system());
    for (String path :
        List.of("traces", "services", "instances", "endpoints", "tags", "accounting")) {
      answered(api, path, null);
    }
    if (Refusal.unfit(segment) == null && Input.wellFormed(segment.traceId())) {
      String id = "id=" + URLEncoder.encode(segment.traceId(), StandardCharsets.UTF_8);
      answered(api, "trace", id);
      answered(api, "trace", id + "&form=packed");
    }
  }

  private static void answered(Api api, String path, String query) throws IOException {
    try (Api.Result result = api.answer("/api/" + path, query)) {
      readable(written(json -> json.object(() -> result.write(json))));
    } catch (RequestException e) {
      throw new AssertionError(path + " refuses", e);
    }
  }
}
