package io.skein.benchmarks.overhead.sink;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import java.io.IOException;

/** OpenTelemetry's protocol by HTTP, in protobuf, as the Java agent sends it by default. */
final class Otlp {
  private final Tally tally;

  Otlp(Tally tally) {
    this.tally = tally;
  }

  void addTo(HttpServer http) {
    http.createContext("/v1/traces", this::traces);
    http.createContext("/v1/metrics", this::other);
    http.createContext("/v1/logs", this::other);
  }

  private void traces(HttpExchange exchange) throws IOException {
    Bodies.Counted body = Bodies.counted(exchange);
    try {
      byte[] message = Bodies.decompressed(exchange, body).readAllBytes();
      tally.spans(spansIn(message), body.count());
    } catch (IOException broken) {
      tally.undecodable("OTLP", broken);
      Bodies.answer(exchange, 400, new byte[0]);
      return;
    }
    accept(exchange);
  }

  static long spansIn(byte[] message) throws IOException {
    long count = 0;
    ExportTraceServiceRequest request = ExportTraceServiceRequest.parseFrom(message);
    for (ResourceSpans ofResource : request.getResourceSpansList()) {
      for (ScopeSpans ofScope : ofResource.getScopeSpansList()) {
        count += ofScope.getSpansCount();
      }
    }
    return count;
  }

  private void other(HttpExchange exchange) throws IOException {
    tally.other();
    accept(exchange);
  }

  /** An empty message is a whole success. */
  private static void accept(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
    Bodies.answer(exchange, 200, new byte[0]);
  }
}
