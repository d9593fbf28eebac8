package io.skein.benchmarks.overhead.sink;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessageUnpacker;

/**
 * The trace part of Datadog's own agent: arrays of traces, each an array of spans, in msgpack.
 * Since version 0.5 of it they come after a table of the texts in them.
 */
final class DatadogTraces {
  /**
   * The current versions of the endpoint and nothing else: neither statistics nor remote settings.
   * With statistics the tracer would be allowed to keep traces to itself.
   */
  private static final byte[] ABOUT =
      """
      {"version":"7.73.0","endpoints":["/v0.3/traces","/v0.4/traces","/v0.5/traces"],\
      "client_drop_p0s":false,"config":{"statsd_port":0}}"""
          .getBytes(StandardCharsets.US_ASCII);

  /** All traces are wanted. */
  private static final byte[] RATES =
      "{\"rate_by_service\":{\"service:,env:\":1.0}}".getBytes(StandardCharsets.US_ASCII);

  private final Tally tally;

  DatadogTraces(Tally tally) {
    this.tally = tally;
  }

  void addTo(HttpServer http) {
    http.createContext("/info", exchange -> tell(exchange, ABOUT));
    http.createContext("/v0.3/traces", exchange -> traces(exchange, false));
    http.createContext("/v0.4/traces", exchange -> traces(exchange, false));
    http.createContext("/v0.5/traces", exchange -> traces(exchange, true));
  }

  private void tell(HttpExchange exchange, byte[] answer) throws IOException {
    tally.other();
    json(exchange, answer);
  }

  private static void json(HttpExchange exchange, byte[] answer) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    Bodies.answer(exchange, 200, answer);
  }

  private void traces(HttpExchange exchange, boolean withTable) throws IOException {
    Bodies.Counted body = Bodies.counted(exchange);
    try (MessageUnpacker message =
        MessagePack.newDefaultUnpacker(Bodies.decompressed(exchange, body))) {
      // The tracer asks with an empty body which of the versions exist.
      if (!message.hasNext()) {
        tally.other();
      } else {
        tally.spans(withTable ? spansAfterTable(message) : spans(message), body.count());
      }
    } catch (IOException broken) {
      tally.undecodable("Datadog's traces", broken);
      Bodies.answer(exchange, 400, new byte[0]);
      return;
    }
    json(exchange, RATES);
  }

  private static long spansAfterTable(MessageUnpacker message) throws IOException {
    if (message.unpackArrayHeader() != 2) {
      throw new IOException("not a table and traces");
    }
    message.skipValue();
    return spans(message);
  }

  private static long spans(MessageUnpacker message) throws IOException {
    long count = 0;
    int traces = message.unpackArrayHeader();
    for (int trace = 0; trace < traces; trace++) {
      int spans = message.unpackArrayHeader();
      message.skipValue(spans);
      count += spans;
    }
    return count;
  }
}
