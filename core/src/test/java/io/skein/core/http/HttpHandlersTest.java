package io.skein.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skein.api.Component;
import io.skein.api.Layer;
import io.skein.api.Span;
import io.skein.core.Segment;
import io.skein.core.SpanRecord;
import io.skein.core.SpanType;
import io.skein.core.Tracer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpHandlersTest {
  private final List<Segment> segments = new ArrayList<>();
  private final Tracer tracer =
      Tracer.builder().service("shop").instance("shop-1").sink(segments::add).build();
  private final HttpServerHandler<Request, Response> server =
      new HttpServerHandler<>(tracer, new Server());
  private final HttpClientHandler<Request, Response> client =
      new HttpClientHandler<>(tracer, new Client());

  @Test
  void anEntrySpanTellsTheRequestAndItsStatus() {
    Request request = new Request("GET", "/orders/1", "http://u:pw@shop/orders/1?token=secret");
    Span span = server.receive(request);
    server.send(span, request, new Response(200), null);

    SpanRecord record = onlySpan();
    assertThat(record.type()).isEqualTo(SpanType.ENTRY);
    assertThat(record.operationName()).isEqualTo("GET:/orders/1");
    assertThat(record.layer()).isEqualTo(Layer.HTTP);
    assertThat(record.componentId()).isEqualTo(Component.TOMCAT.id());
    assertThat(record.peer()).isEqualTo("10.0.0.1:50000");
    assertThat(tags(record))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("url", "http://shop/orders/1", "http.method", "GET", "http.status_code", "200"));
    assertThat(record.isError()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"399,false", "400,true", "404,true", "500,true", "599,true", "999,true"})
  void aStatusFrom400OnIsAnErrorOnBothSides(int status, boolean error) {
    Request request = new Request("GET", "/", "http://shop/");
    Span entry = server.receive(request);
    Span exit = client.start(request);
    client.finish(exit, new Response(status), null);
    server.send(entry, new Response(status), null);

    Segment segment = segments.get(0);
    assertThat(segment.span(0).isError()).isEqualTo(error);
    assertThat(segment.span(1).isError()).isEqualTo(error);
    assertThat(tags(segment.span(0))).containsEntry("http.status_code", Integer.toString(status));
  }

  @Test
  void anErrorThatComesOutIsLoggedAndAnsweredWith500() {
    Request request = new Request("GET", "/", "http://shop/");
    server.send(server.receive(request), new Response(200), new IllegalStateException("boom"));

    SpanRecord record = onlySpan();
    assertThat(record.isError()).isTrue();
    assertThat(tags(record)).containsEntry("http.status_code", "500");
    assertThat(record.log(0).value(1)).isEqualTo("java.lang.IllegalStateException");
  }

  @Test
  void aStatusThatHasGoneOutStaysTheStatusWhateverComesAfter() {
    Response response = new Response(200);
    response.committed = true;
    server.send(
        server.receive(new Request("GET", "/", "http://shop/")),
        response,
        new IllegalStateException("connection reset"));

    assertThat(tags(onlySpan())).containsEntry("http.status_code", "200");
    assertThat(onlySpan().isError()).isTrue();
  }

  @Test
  void aCallContinuesTheTraceOnTheOtherSide() {
    Request incoming = new Request("GET", "/checkout", "http://shop/checkout");
    Request outgoing = new Request("POST", "/pay", "http://pay:8080/pay");
    Span entry = server.receive(incoming);
    Span exit = client.start(outgoing);
    client.inject(exit, outgoing);
    client.finish(exit, new Response(201), null);
    server.send(entry, new Response(200), null);
    Segment caller = segments.remove(0);

    server.send(server.receive(outgoing), new Response(201), null);
    Segment callee = segments.get(0);

    assertThat(callee.traceId()).isEqualTo(caller.traceId());
    assertThat(callee.span(0).ref(0).parentSegmentId()).isEqualTo(caller.segmentId());
    assertThat(callee.span(0).ref(0).parentSpanId()).isEqualTo(1);
    assertThat(callee.span(0).ref(0).parentEndpoint()).isEqualTo("GET:/checkout");
    assertThat(callee.span(0).ref(0).networkAddress()).isEqualTo("pay:8080");
    assertThat(caller.span(0).operationName()).isEqualTo("POST:/pay");
  }

  @Test
  void clientsInsideClientsAreOneSpanOfTheOutermost() {
    HttpClientHandler<Request, Response> inner = new HttpClientHandler<>(tracer, new Client());
    Request request = new Request("GET", "/template", "http://pay:8080/template");
    Span outerSpan = client.start(request);
    Span innerSpan = inner.start(new Request("GET", "/raw", "http://pay:8080/raw"));
    inner.inject(innerSpan, request);
    inner.finish(innerSpan, new Response(503), null);
    client.finish(outerSpan, null, null);

    SpanRecord record = onlySpan();
    assertThat(record.operationName()).isEqualTo("GET:/template");
    assertThat(tags(record))
        .containsEntry("url", "http://pay:8080/template")
        .containsEntry("http.status_code", "503");
    assertThat(record.isError()).isTrue();
    assertThat(request.headers).containsKey("sw8");
  }

  @Test
  void anAsynchronousRequestEndsWithItsResponse() throws Exception {
    Span span = server.receive(new Request("GET", "/slow", "http://shop/slow"));
    server.leave(span);
    assertThat(tracer.activeSpan()).isNull();
    assertThat(segments).isEmpty();

    inAnotherThread(
        () -> server.complete(span, new Response(500), new CompletionException(new Boom())));

    assertThat(tags(onlySpan())).containsEntry("http.status_code", "500");
    assertThat(onlySpan().log(0).value(1)).isEqualTo(Boom.class.getName());
  }

  @Test
  void anAsynchronousCallEndsWithItsAnswer() throws Exception {
    Request request = new Request("GET", "/", "http://pay/");
    Span entry = server.receive(request);
    Span exit = client.start(request);
    client.inject(exit, request);
    client.leave(exit);
    server.send(entry, new Response(200), null);
    assertThat(segments).isEmpty();

    inAnotherThread(() -> client.complete(exit, null, new ExecutionException(new Boom())));

    assertThat(segments.get(0).span(0).isError()).isTrue();
    assertThat(segments.get(0).span(0).log(0).value(1)).isEqualTo(Boom.class.getName());
    assertThat(segments.get(0).span(1).isError()).isFalse();
  }

  @Test
  void anAdapterThatFailsLeavesNoSpanOpen() {
    Request broken = new Request("GET", "/", null);
    broken.urlFails = true;

    assertThatThrownBy(() -> server.receive(broken)).isInstanceOf(Boom.class);
    assertThatThrownBy(() -> client.start(broken)).isInstanceOf(Boom.class);
    assertThat(tracer.activeSpan()).isNull();

    Span span = server.receive(new Request("GET", "/", "http://shop/"));
    Response response = new Response(200);
    response.statusFails = true;
    assertThatThrownBy(() -> server.send(span, response, null)).isInstanceOf(Boom.class);
    assertThat(tracer.activeSpan()).isNull();
  }

  @Test
  void missingPartsAreNoTrouble() {
    server.send(server.receive(new Request(null, null, null)), null, null);
    server.send(null, null, null);
    client.finish(null, null, null);
    client.leave(null);
    server.complete(null, null, null);
    client.inject(null, new Request(null, null, null));

    assertThat(onlySpan().operationName()).isEqualTo("/");
    assertThat(onlySpan().tagCount()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "http,shop,-1,shop:80",
        "https,shop,-1,shop:443",
        "HTTPS,shop,0,shop:443",
        "wss,shop,-1,shop:443",
        "http,shop,8080,shop:8080",
        "-,shop,-1,shop:80",
        "http,::1,8080,[::1]:8080",
        "http,[::1],8080,[::1]:8080",
        "http,-,80,-",
        "http,'',80,-"
      })
  void aPeerAlwaysHasAPort(String scheme, String host, int port, String peer) {
    assertThat(HttpPeer.of(scheme, host, port)).isEqualTo(peer);
  }

  @ParameterizedTest
  @CsvSource({
    "http://shop/a?b=c,http://shop/a",
    "http://shop/a#b?c,http://shop/a",
    "http://u:p@shop/a@b,http://shop/a@b",
    "http://u:p@shop,http://shop",
    "/a?b=http://u:p@x/,/a",
    "a@b,a@b",
    "'',''"
  })
  void queriesAndPasswordsAreLeftOut(String url, String clean) {
    assertThat(HttpNames.withoutSecrets(url)).isEqualTo(clean);
  }

  private SpanRecord onlySpan() {
    assertThat(segments).hasSize(1);
    assertThat(segments.get(0).spanCount()).isEqualTo(1);
    return segments.get(0).span(0);
  }

  private static Map<String, String> tags(SpanRecord record) {
    Map<String, String> tags = new HashMap<>();
    for (int i = 0; i < record.tagCount(); i++) {
      assertThat(tags.put(record.tagKey(i), record.tagValue(i))).isNull();
    }
    return tags;
  }

  private static void inAnotherThread(Runnable work) throws InterruptedException {
    Thread thread = new Thread(work);
    thread.start();
    thread.join();
  }

  private static final class Boom extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private static final class Request {
    final String method;
    final String path;
    final String url;
    final Map<String, String> headers = new HashMap<>();
    boolean urlFails;

    Request(String method, String path, String url) {
      this.method = method;
      this.path = path;
      this.url = url;
    }

    String url() {
      if (urlFails) {
        throw new Boom();
      }
      return url;
    }
  }

  private static final class Response {
    final int status;
    boolean committed;
    boolean statusFails;

    Response(int status) {
      this.status = status;
    }

    int status() {
      if (statusFails) {
        throw new Boom();
      }
      return status;
    }
  }

  private static final class Server extends HttpServerAdapter<Request, Response> {
    @Override
    public String method(Request request) {
      return request.method;
    }

    @Override
    public String path(Request request) {
      return request.path;
    }

    @Override
    public String url(Request request, String path) {
      return request.url();
    }

    @Override
    public @Nullable String header(Request request, String name) {
      return request.headers.get(name.toLowerCase(Locale.ROOT));
    }

    @Override
    public String peer(Request request) {
      return "10.0.0.1:50000";
    }

    @Override
    public int status(Response response) {
      return response.status();
    }

    @Override
    public boolean committed(Response response) {
      return response.committed;
    }

    @Override
    public Component component() {
      return Component.TOMCAT;
    }
  }

  private static final class Client extends HttpClientAdapter<Request, Response> {
    @Override
    public String method(Request request) {
      return request.method;
    }

    @Override
    public String path(Request request) {
      return request.path;
    }

    @Override
    public String url(Request request) {
      return request.url();
    }

    @Override
    public String peer(Request request) {
      return "pay:8080";
    }

    @Override
    public void setHeader(Request request, String name, String value) {
      request.headers.put(name, value);
    }

    @Override
    public int status(Response response) {
      return response.status();
    }

    @Override
    public Component component() {
      return Component.JDK_HTTP;
    }
  }
}
