package io.skein.testing.http;

import static io.skein.testing.SpanAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Component;
import io.skein.api.Layer;
import io.skein.testing.PluginContract;
import io.skein.testing.RecordedSpan;
import io.skein.testing.Sw8Header;
import io.skein.testing.TracedJvm;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every HTTP client must do, however it is used. */
@Timeout(60)
public abstract class HttpClientContract extends PluginContract {
  private final HttpClientApp client;
  private final Component component;
  protected CalledServer server;

  @SuppressWarnings("NullAway.Init") // made before each test
  protected HttpClientContract(TracedJvm jvm, HttpClientApp client, Component component) {
    super(jvm);
    this.client = client;
    this.component = component;
  }

  @BeforeEach
  void startServer() throws IOException {
    server = new CalledServer();
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  /** Whether the client goes where a redirect points. */
  protected boolean followsRedirects() {
    return true;
  }

  private String send(String method, String path) throws Exception {
    return client.inRequest(method, server.url(path), Map.of(), "");
  }

  private void assertDescribes(RecordedSpan exit, String method, String path, int status) {
    assertThat(exit)
        .hasComponent(component)
        .hasLayer(Layer.HTTP)
        .hasPeer(server.address())
        .hasTag("url", server.url(path))
        .hasTag("http.method", method)
        .hasTag("http.status_code", Integer.toString(status));
  }

  /** Trace, segment, span, names and address: the called side can continue exactly this span. */
  private void assertNames(Sw8Header header, RecordedSpan exit, String endpoint) {
    assertThat(header.traceId()).isEqualTo(exit.traceId());
    assertThat(header.segmentId()).isEqualTo(exit.segmentId());
    assertThat(header.spanId()).isEqualTo(exit.id());
    assertThat(header.service()).isEqualTo(exit.service());
    assertThat(header.endpoint()).isEqualTo(endpoint);
    assertThat(header.address()).isEqualTo(exit.peer());
  }

  @Test
  void aCallIsAnExitSpanBelowWhatIsActive() throws Exception {
    assertThat(send("GET", "/orders/7")).isEqualTo("200 ");
    RecordedSpan request = spans.takeEntry("request");
    RecordedSpan exit = spans.takeExit("GET:/orders/7");
    assertThat(exit).isChildOf(request).hasNoLog();
    assertDescribes(exit, "GET", "/orders/7", 200);
    assertNames(server.take().sw8(), exit, "request");
  }

  @Test
  void aCallOutsideOfAnyTraceBeginsOne() throws Exception {
    assertThat(client.outside("GET", server.url("/alone"), Map.of(), "")).isEqualTo("200 ");
    RecordedSpan exit = spans.takeExit("GET:/alone");
    assertThat(exit).isRoot();
    assertNames(server.take().sw8(), exit, "GET:/alone");
  }

  @Test
  void aBodyGoesAndComesUntouched() throws Exception {
    String body = "a body with \u00e4\u00f6\u00fc";
    assertThat(client.inRequest("POST", server.url("/orders"), Map.of(), body))
        .isEqualTo("200 " + body);
    RecordedSpan request = spans.takeEntry("request");
    RecordedSpan exit = spans.takeExit("POST:/orders");
    assertThat(exit).isChildOf(request);
    assertDescribes(exit, "POST", "/orders", 200);
    CalledServer.Received received = server.take();
    assertThat(received.body()).isEqualTo(body);
    assertNames(received.sw8(), exit, "request");
  }

  @Test
  void otherMethodsAreNamed() throws Exception {
    for (String method : new String[] {"PUT", "DELETE", "HEAD"}) {
      assertThat(send(method, "/orders/7")).startsWith("200");
      spans.takeEntry("request");
      assertDescribes(spans.takeExit(method + ":/orders/7"), method, "/orders/7", 200);
      assertThat(server.take().method()).isEqualTo(method);
    }
  }

  /** A query may hold secrets, and would make a new name of every call. */
  @Test
  void theQueryIsSentButNotRecorded() throws Exception {
    send("GET", "/search?token=secret");
    spans.takeEntry("request");
    assertDescribes(spans.takeExit("GET:/search"), "GET", "/search", 200);
    assertThat(server.take().uri()).isEqualTo("/search?token=secret");
  }

  @Test
  void anEmptyPathIsTheRoot() throws Exception {
    client.inRequest("GET", "http://" + server.address(), Map.of(), "");
    spans.takeEntry("request");
    spans.takeExit("GET:/");
    server.take();
  }

  /** T38: also on the client's side. */
  @Test
  void aStatusFrom400IsAnError() throws Exception {
    for (int status : new int[] {400, 404, 500, 503}) {
      String answer = send("GET", "/status/" + status);
      spans.takeEntry("request");
      RecordedSpan exit = spans.takeExitWithError("GET:/status/" + status);
      assertDescribes(exit, "GET", "/status/" + status, status);
      assertThat(answer).matches("(" + status + " .*)|(threw .*)");
      server.take();
    }
  }

  @Test
  void aStatusBelow400IsNoError() throws Exception {
    for (int status : new int[] {201, 204, 304}) {
      assertThat(send("GET", "/status/" + status)).isEqualTo(status + " ");
      spans.takeEntry("request");
      assertDescribes(spans.takeExit("GET:/status/" + status), "GET", "/status/" + status, status);
      server.take();
    }
  }

  @Test
  void aRefusedConnectionIsAnErrorWithItsException() throws Exception {
    String address = CalledServer.refusingAddress();
    assertThat(client.inRequest("GET", "http://" + address + "/", Map.of(), ""))
        .startsWith("threw ");
    RecordedSpan request = spans.takeEntry("request");
    RecordedSpan exit = spans.takeExitWithError("GET:/");
    assertThat(exit).isChildOf(request).hasPeer(address).hasNoTag("http.status_code");
    assertThat(exit.logs()).hasSize(1);
    assertThat(exit.logs().get(0).field("error.kind")).contains("Exception");
  }

  /** T30, T60: replaced whatever its case, never appended. */
  @Test
  void headersOfAnotherTraceAreReplaced() throws Exception {
    for (String name : new String[] {"sw8", "SW8", "Sw8"}) {
      Map<String, String> foreign = Map.of(name, Sw8Header.ofCaller().text(), "X-Own", "kept");
      client.inRequest("GET", server.url("/again"), foreign, "");
      spans.takeEntry("request");
      RecordedSpan exit = spans.takeExit("GET:/again");
      CalledServer.Received received = server.take();
      assertNames(received.sw8(), exit, "request");
      assertThat(received.header("sw8-correlation")).hasSize(1);
      assertThat(received.header("sw8-x")).hasSize(1);
      assertThat(received.header("x-own")).containsExactly("kept");
    }
  }

  @Test
  void aRedirectIsOneSpanWhoseHeaderGoesToEveryHop() throws Exception {
    String answer = send("GET", "/redirect/1");
    RecordedSpan request = spans.takeEntry("request");
    RecordedSpan exit = spans.takeExit("GET:/redirect/1");
    assertThat(exit).isChildOf(request);
    int hops = followsRedirects() ? 3 : 1;
    assertThat(answer).isEqualTo(followsRedirects() ? "200 " : "302 ");
    for (int hop = 0; hop < hops; hop++) {
      assertNames(server.take().sw8(), exit, "request");
    }
  }

  @Test
  void callsOneAfterTheOtherAreSpansOneBesideTheOther() throws Exception {
    for (int call = 0; call < 3; call++) {
      send("GET", "/call/" + call);
      RecordedSpan request = spans.takeEntry("request");
      RecordedSpan exit = spans.takeExit("GET:/call/" + call);
      assertThat(exit).isChildOf(request);
      assertNames(server.take().sw8(), exit, "request");
    }
  }
}
