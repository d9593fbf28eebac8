package io.skein.examples.opentracing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentracing.Scope;
import io.opentracing.Span;
import io.opentracing.Tracer;
import io.opentracing.tag.Tags;
import io.opentracing.util.GlobalTracer;
import io.skein.opentracing.Requests;
import io.skein.opentracing.SkeinTracer;
import io.skein.opentracing.Spans;
import io.skein.sdk.Skein;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A server and a client that nobody has instrumented, traced by hand through OpenTracing. */
public final class HttpRequests {
  // Obtained early; it starts to work when a tracer is registered.
  private static final Tracer TRACER = GlobalTracer.get();

  private HttpRequests() {}

  public static void main(String[] args) throws Exception {
    try (Skein skein = Skein.start()) {
      SkeinTracer.register();
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext("/orders", HttpRequests::handle);
      server.start();
      int port = server.getAddress().getPort();
      // A request without a trace: the server begins one.
      send(port, "/orders", Map.of());
      // A request within one, made by our client.
      Span page = TRACER.buildSpan("page").start();
      try (Scope scope = TRACER.activateSpan(page)) {
        call(port, "/orders?fails");
      } finally {
        page.finish();
      }
      server.stop(0);
    }
  }

  private static void handle(HttpExchange exchange) throws IOException {
    Map<String, String> headers = new HashMap<>();
    exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.get(0)));
    Span span =
        Requests.inbound(TRACER, headers)
            .operationName("GET:/orders")
            .method(exchange.getRequestMethod())
            .url("http://" + headers.get("Host") + exchange.getRequestURI())
            .remote(
                exchange.getRemoteAddress().getAddress().getHostAddress(),
                exchange.getRemoteAddress().getPort())
            .start();
    // Ends the span, too, whatever the block throws.
    try (Spans.ActiveSpan active = Spans.activate(TRACER, span, true)) {
      int status = "fails".equals(exchange.getRequestURI().getQuery()) ? 500 : 200;
      // The active span is the parent of what is started in the block.
      Span query = TRACER.buildSpan("query").start();
      query.setTag("rows", 3);
      query.finish();
      Tags.HTTP_STATUS.set(span, status);
      if (status == 500) {
        Tags.ERROR.set(active.span(), true);
      }
      exchange.sendResponseHeaders(status, -1);
    } finally {
      exchange.close();
    }
  }

  private static void call(int port, String path) throws Exception {
    Map<String, String> headers = new HashMap<>();
    Span span =
        Requests.outbound(TRACER, headers)
            .parent(HttpRequests::current)
            .operationName("GET:" + path)
            .method("GET")
            .url("http://127.0.0.1:" + port + path)
            .peer("127.0.0.1", port)
            .start();
    // What the block throws is recorded and thrown on; the span ends in any case.
    Spans.call(
        span,
        () -> {
          Tags.HTTP_STATUS.set(span, send(port, path, headers));
          return span;
        });
  }

  /** Whatever an application takes for the current span; null means that there is none. */
  private static @Nullable Span current() {
    return TRACER.activeSpan();
  }

  private static int send(int port, String path, Map<String, String> headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    // Servers read the names of headers in any case.
    headers.forEach(
        (name, value) -> request.header(name.toUpperCase(java.util.Locale.ROOT), value));
    return HttpClient.newHttpClient()
        .send(request.build(), HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }
}
