package io.skein.benchmarks.overhead.sink;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Elastic's intake, version 2: a stream of JSON objects of one field each, whose name is the kind
 * of event. The agent keeps a request open for some seconds and writes events as they come, so they
 * are counted as they come.
 */
final class ElasticIntake {
  private static final byte[] ABOUT =
      "{\"version\":\"9.2.0\",\"publish_ready\":true,\"build_date\":\"2026-01-01T00:00:00Z\"}"
          .getBytes(StandardCharsets.US_ASCII);

  private final JsonFactory json = new JsonFactory();
  private final Tally tally;

  ElasticIntake(Tally tally) {
    this.tally = tally;
  }

  void addTo(HttpServer http) {
    http.createContext("/", this::about);
    http.createContext("/config/v1/agents", this::settings);
    http.createContext("/intake/v2/events", this::events);
  }

  /**
   * The agent asks which version of the server this is, and leaves out what that one cannot read.
   */
  private void about(HttpExchange exchange) throws IOException {
    tally.other();
    boolean known = exchange.getRequestURI().getPath().equals("/");
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    Bodies.answer(exchange, known ? 200 : 404, known ? ABOUT : new byte[0]);
  }

  /** Nothing is set from here; ask again in five minutes. */
  private void settings(HttpExchange exchange) throws IOException {
    tally.other();
    exchange.getResponseHeaders().set("Cache-Control", "max-age=300, must-revalidate");
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.getResponseHeaders().set("Etag", "\"none\"");
    Bodies.answer(exchange, 200, "{}".getBytes(StandardCharsets.US_ASCII));
  }

  private void events(HttpExchange exchange) throws IOException {
    Bodies.Counted body = Bodies.counted(exchange);
    try (InputStream stream = Bodies.decompressed(exchange, body);
        JsonParser parser = json.createParser(stream)) {
      long before = 0;
      while (parser.nextToken() == JsonToken.START_OBJECT) {
        String kind = parser.nextFieldName();
        parser.nextToken();
        parser.skipChildren();
        if (parser.nextToken() != JsonToken.END_OBJECT) {
          throw new IOException("an event of more than one kind");
        }
        if ("transaction".equals(kind) || "span".equals(kind)) {
          tally.spans(1, body.count() - before);
          before = body.count();
        } else {
          tally.other();
        }
      }
      Bodies.answer(exchange, 202, new byte[0]);
    } catch (IOException broken) {
      tally.undecodable("Elastic's intake", broken);
      Bodies.answer(exchange, 400, new byte[0]);
    }
  }
}
