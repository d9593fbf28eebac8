package io.skein.testing.http;

import static io.skein.testing.SpanAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.skein.api.Component;
import io.skein.api.Layer;
import io.skein.testing.PluginContract;
import io.skein.testing.RecordedSpan;
import io.skein.testing.Sw8Header;
import io.skein.testing.TracedJvm;
import io.skein.testing.http.HttpConnection.Response;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every HTTP server must do when its plugin is woven. */
public abstract class HttpServerContract extends PluginContract {
  private final Class<? extends HttpServerApp> implementation;
  private final Component component;
  protected int port;

  protected HttpServerContract(
      TracedJvm jvm, Class<? extends HttpServerApp> implementation, Component component) {
    super(jvm);
    this.implementation = implementation;
    this.component = component;
  }

  @BeforeEach
  void startServer() {
    port = jvm.app(HttpServerApp.class, implementation).start();
  }

  /** The operation of a request to this path; a framework may know better. */
  protected String operation(String method, String path) {
    return method + ":" + path;
  }

  protected final Response ask(String method, String target, String... headers) throws IOException {
    return HttpConnection.ask(port, method, target, headers);
  }

  protected final String url(String path) {
    return "http://127.0.0.1:" + port + path;
  }

  @Test
  void aRequestIsAnEntrySpan() throws Exception {
    long before = System.currentTimeMillis();
    Response response = ask("GET", "/hello");
    RecordedSpan span = spans.takeEntry(operation("GET", "/hello"));

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.body()).isEqualTo("hello");
    assertThat(span)
        .isRoot()
        .hasLayer(Layer.HTTP)
        .hasComponent(component)
        .hasTag("url", url("/hello"))
        .hasTag("http.method", "GET")
        .hasTag("http.status_code", "200")
        .hasNoLog();
    assertThat(span.service()).isEqualTo(jvm.service());
    assertThat(span.startMillis()).isBetween(before, System.currentTimeMillis());
    assertThat(span.endMillis()).isBetween(span.startMillis(), System.currentTimeMillis());
  }

  @Test
  void theQueryIsNotRecorded() throws Exception {
    ask("GET", "/hello?password=secret&x=%C3%A9");
    RecordedSpan span = spans.takeEntry(operation("GET", "/hello"));

    assertThat(span).hasTag("url", url("/hello"));
    assertThat(span.toString()).doesNotContain("secret");
  }

  @Test
  void continuesTheCallersTrace() throws Exception {
    Sw8Header caller = Sw8Header.ofCaller();
    ask("GET", "/hello", "sw8", caller.text());

    assertThat(spans.takeEntry(operation("GET", "/hello"))).continues(caller);
  }

  @Test
  void headerNamesAreReadIgnoringCase() throws Exception {
    Sw8Header caller = Sw8Header.ofCaller();
    ask("GET", "/hello", "SW8", caller.text());

    assertThat(spans.takeEntry(operation("GET", "/hello"))).continues(caller);
  }

  @Test
  void anEmptyHeaderIsNoHeader() throws Exception {
    ask("GET", "/hello", "sw8", "");

    assertThat(spans.takeEntry(operation("GET", "/hello"))).isRoot();
  }

  @Test
  void anInvalidHeaderBeginsATrace() throws Exception {
    for (String invalid :
        List.of(
            "1-------",
            "not a header",
            "1-####-YQ==-0-YQ==-YQ==-YQ==-YQ==",
            "1-YQ==-YQ==--1-YQ==-YQ==-YQ==-YQ==",
            Sw8Header.ofCaller().text() + "-more")) {
      ask("GET", "/hello", "sw8", invalid);

      assertThat(spans.takeEntry(operation("GET", "/hello"))).isRoot();
    }
  }

  @Test
  void spansInsideAreItsChildren() throws Exception {
    ask("GET", "/local");
    RecordedSpan entry = spans.takeEntry(operation("GET", "/local"));

    assertThat(spans.takeLocal("inside")).isChildOf(entry);
  }

  @Test
  void callsToOthersCarryThisServersSpan() throws Exception {
    Sw8Header caller = Sw8Header.ofCaller();
    Sw8Header sent = Sw8Header.parse(ask("GET", "/exit", "sw8", caller.text()).body());
    RecordedSpan entry = spans.takeEntry(operation("GET", "/exit"));
    RecordedSpan exit = spans.takeExit("away");

    assertThat(exit).isChildOf(entry);
    assertThat(sent.traceId()).isEqualTo(caller.traceId());
    assertThat(sent.segmentId()).isEqualTo(entry.segmentId());
    assertThat(sent.spanId()).isEqualTo(exit.id());
    assertThat(sent.service()).isEqualTo(jvm.service());
    assertThat(sent.endpoint()).isEqualTo(operation("GET", "/exit"));
    assertThat(sent.address()).isEqualTo("far:1");
  }

  @Test
  void everyMethodIsNamed() throws Exception {
    for (String method : List.of("HEAD", "PUT", "DELETE")) {
      ask(method, "/hello", "Content-Length", "0");

      assertThat(spans.takeEntry(operation(method, "/hello"))).hasTag("http.method", method);
    }
  }

  @Test
  void aBodyPassesUnharmed() throws Exception {
    try (HttpConnection connection = new HttpConnection(port)) {
      connection.send("POST", "/hello", "x".repeat(100_000));

      assertThat(connection.receive("POST").body()).isEqualTo("hello");
    }
    assertThat(spans.takeEntry(operation("POST", "/hello"))).hasTag("http.method", "POST");
  }

  @Test
  void aStatusFrom400OnIsAnError() throws Exception {
    for (String status : List.of("200", "204", "302", "399")) {
      ask("GET", "/status/" + status);

      assertThat(spans.takeEntry(operation("GET", "/status/" + status)))
          .hasTag("http.status_code", status);
    }
    for (String status : List.of("400", "404", "499", "500", "503")) {
      ask("GET", "/status/" + status);

      assertThat(spans.takeEntryWithError(operation("GET", "/status/" + status)))
          .hasTag("http.status_code", status);
    }
  }

  @Test
  void anExceptionIsLoggedWithItsStack() throws Exception {
    Response response = ask("GET", "/fail");

    assertThat(response.status()).isEqualTo(500);
    assertThat(spans.takeEntryWithError(operation("GET", "/fail")))
        .hasTag("http.status_code", "500")
        .hasErrorLog("java.lang.IllegalStateException", "broken on purpose");
  }

  @Test
  void requestsOnOneConnectionAreTracesOfTheirOwn() throws Exception {
    Set<String> traces = new HashSet<>();
    Set<String> segments = new HashSet<>();
    try (HttpConnection connection = new HttpConnection(port)) {
      for (int i = 0; i < 5; i++) {
        connection.send("GET", "/local", "");
        connection.receive("GET");
        RecordedSpan entry = spans.takeEntry(operation("GET", "/local"));
        assertThat(spans.takeLocal("inside")).isChildOf(entry);
        assertThat(entry).isRoot();
        traces.add(entry.traceId());
        segments.add(entry.segmentId());
      }
    }
    assertThat(traces).hasSize(5);
    assertThat(segments).hasSize(5);
  }

  @Test
  void concurrentRequestsDoNotMix() throws Exception {
    int count = 6;
    ExecutorService clients = Executors.newFixedThreadPool(count);
    try {
      List<Future<Response>> answers = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        Sw8Header caller = caller(i);
        answers.add(clients.submit(() -> ask("GET", "/together/" + count, "sw8", caller.text())));
      }
      for (Future<Response> each : answers) {
        assertThat(each.get().status()).isEqualTo(200);
      }
    } finally {
      clients.shutdownNow();
    }
    Set<String> traces = new HashSet<>();
    for (int i = 0; i < count; i++) {
      RecordedSpan span = spans.takeEntry(operation("GET", "/together/" + count));
      traces.add(span.refs().get(0).traceId());
      assertThat(span.refs().get(0).traceId()).isEqualTo(span.traceId());
    }
    assertThat(traces).hasSize(count);
  }

  private static Sw8Header caller(int number) {
    Sw8Header caller = Sw8Header.ofCaller();
    return new Sw8Header(
        caller.traceId() + number,
        caller.segmentId(),
        number,
        caller.service(),
        caller.instance(),
        caller.endpoint(),
        caller.address());
  }

  /** A server may refuse such a request before it is one; what it serves is traced, unharmed. */
  @Test
  void hostileRequestsHarmNothing() throws Exception {
    Sw8Header caller = caller(100);
    spans.permit(caller.traceId());
    List<String> targets =
        List.of(
            "/hello/..%2f..%2fetc/passwd",
            "/hello/%00",
            "/hello/%zz",
            "/hello;jsessionid=%3Cscript%3E",
            "//hello//./../x",
            "/" + "a/".repeat(1500),
            "/%F0%9F%98%80%E2%80%AE");
    for (String target : targets) {
      assertThat(ask("GET", target, "sw8", caller.text()).status()).isNotEqualTo(0);
    }
    ask("GET", "/hello");
    assertThat(spans.takeEntry(operation("GET", "/hello"))).isRoot();
  }

  @Test
  void hugeHeadersHarmNothing() throws Exception {
    Sw8Header caller = caller(101);
    spans.permit(caller.traceId());
    ask("GET", "/hello", "sw8", caller.text(), "sw8-correlation", "QUFB".repeat(900) + ":QQ==");
    // Larger than any server takes: refused, or not, but never more than that.
    ask("GET", "/hello", "sw8", caller.text(), "sw8-correlation", "QUFB".repeat(16_000));

    ask("GET", "/hello");
    assertThat(spans.takeEntry(operation("GET", "/hello"))).isRoot();
  }

  @Test
  void aClientThatVanishesIsNoErrorOfTheApplication() throws Exception {
    HttpConnection connection = new HttpConnection(port);
    connection.send("GET", "/stream", "");
    connection.awaitAnswer(); // so that it vanishes from the middle of it
    connection.reset();

    RecordedSpan span = spans.takeEntry(operation("GET", "/stream"));
    assertThat(span).isRoot().hasNoLog();
    assertThat(span.tag("http.status_code"))
        .as("what was sent, where that is known")
        .isIn(null, "200");
    ask("GET", "/hello");
    assertThat(spans.takeEntry(operation("GET", "/hello"))).isRoot();
  }

  @Test
  void virtualThreadsAreServedAlike() throws Exception {
    int virtual = jvm.app(HttpServerApp.class, implementation).startWithVirtualThreads();
    assumeTrue(virtual > 0, "this server or this JDK has no virtual threads");
    Sw8Header caller = Sw8Header.ofCaller();
    for (int i = 0; i < 3; i++) {
      assertThat(HttpConnection.ask(virtual, "GET", "/virtual").body()).isEqualTo("true");
      RecordedSpan span = spans.takeEntry(operation("GET", "/virtual"));
      assertThat(span).isRoot();
      HttpConnection.ask(virtual, "GET", "/local", "sw8", caller.text());
      RecordedSpan entry = spans.takeEntry(operation("GET", "/local"));
      assertThat(entry).continues(caller);
      assertThat(spans.takeLocal("inside")).isChildOf(entry);
    }
  }
}
