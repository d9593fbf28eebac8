package io.skein.server.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.skein.server.storage.InMemoryTraceStore;
import io.skein.server.storage.Segments;
import io.skein.wire.model.TraceSpan;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything that arrives over a socket is hostile. After each test a browser is served still. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HostileQueryTest {
  private final InMemoryTraceStore store = new InMemoryTraceStore();
  private QueryFixture http;

  private void start(QuerySettings settings) throws IOException {
    http = new QueryFixture(store, settings);
  }

  private void start() throws IOException {
    start(QueryFixture.settings());
  }

  @AfterEach
  void servesABrowserStill() {
    assertThat(http.send("GET", "/api/status").statusCode()).isEqualTo(200);
    http.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/api/traces?limit=abc | limit | limit must be a whole number from 1 to 200; got \"abc\"",
        "/api/traces?limit=0 | limit | limit must be a whole number from 1 to 200; got \"0\"",
        "/api/traces?limit=201 | limit | limit must be a whole number from 1 to 200; got \"201\"",
        "/api/traces?limit=9999999999999999999 | limit | limit must be a whole number from 1 to 200;"
            + " got \"9999999999999999999\"",
        "/api/traces?limit=%2B5 | limit | limit must be a whole number from 1 to 200; got \"+5\"",
        "/api/traces?limit=%D9%A3 | limit | limit must be a whole number from 1 to 200; got \"٣\"",
        "/api/traces?minMillis=-1 | minMillis | minMillis must be a whole number from 0; got \"-1\"",
        "/api/traces?minMillis=5&maxMillis=4 | maxMillis | maxMillis must be at least minMillis,"
            + " which is 5; got \"4\"",
        "/api/traces?from=1.5 | from | from must be a whole number; got \"1.5\"",
        "/api/traces?from=2&to=1 | to | to must be at least from, which is 2; got \"1\"",
        "/api/traces?error=yes | error | error must be true or false; got \"yes\"",
        "/api/traces?order=oldest | order | order must be newest or slowest; got \"oldest\"",
        "/api/traces?tag=%3Dvalue | tag | tag must be key=value, or key alone; got \"=value\"",
        "/api/traces?service=a&service=b | service | service is given more than once",
        "/api/tag-values | key | key is missing: of which tag the values are wanted",
        "/api/trace | id | id is missing: the trace id",
        "/api/endpoints?limit=1001 | limit | limit must be a whole number from 1 to 1000; got"
            + " \"1001\"",
        "/api/services?x=1 | x | there is no parameter \"x\" here; none is known",
        "/api/endpoints?servise=a | servise | there is no parameter \"servise\" here; known are"
            + " contains, limit, service"
      })
  void aBadParameterIsSaidByNameValueAndExpectation(String url, String parameter, String message)
      throws IOException {
    start();
    HttpResponse<byte[]> response = http.send("GET", url);
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.headers().firstValue("content-type")).contains("application/json");
    JsonNode error = QueryFixture.json(response).get("error");
    assertThat(error.get("parameter").asText()).isEqualTo(parameter);
    assertThat(error.get("message").asText()).isEqualTo(message);
  }

  @Test
  void aForeignCursorIsABadParameter() throws IOException {
    start();
    for (String cursor : List.of("x", "%00", "1.2.3", "x".repeat(3000))) {
      HttpResponse<byte[]> response = http.send("GET", "/api/traces?before=" + cursor);
      assertThat(response.statusCode()).isEqualTo(400);
      JsonNode error = QueryFixture.json(response).get("error");
      assertThat(error.get("parameter").asText()).isEqualTo("before");
      assertThat(error.get("value").asText().length()).isLessThan(300);
    }
  }

  @Test
  void tooManyTagsAndParametersAreErrors() throws IOException {
    start();
    assertThat(http.send("GET", "/api/traces?" + "tag=a&".repeat(11)).statusCode()).isEqualTo(400);
    assertThat(http.send("GET", "/api/traces?" + "tag=a&".repeat(65)).statusCode()).isEqualTo(400);
    assertThat(http.send("GET", "/api/traces?" + "&".repeat(5000)).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/traces?service=%",
        "/api/traces?service=%4",
        "/api/traces?service=%zz",
        "/api/traces?service=%ff",
        "/api/traces?service=%c3%28",
        "/api/traces?service=%ed%a0%80",
        "/api/traces?%=1"
      })
  void brokenEncodingIsAnError(String target) throws IOException {
    start();
    String answer =
        http.raw("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 400 ").contains("\"error\"");
  }

  @Test
  void aHugeQueryIsAnErrorAndNotAnAnswer() throws IOException {
    start();
    HttpResponse<byte[]> response = http.send("GET", "/api/traces?service=" + "x".repeat(20_000));
    assertThat(response.statusCode()).isIn(414, 431);
    assertSecure(response);
    assertThat(QueryFixture.json(response).get("error").get("message").asText())
        .contains("16384 bytes at most");
    HttpResponse<byte[]> headers = http.send("GET", "/api/status", "X-Large", "x".repeat(20_000));
    assertThat(headers.statusCode()).isEqualTo(431);
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"})
  void otherMethodsAreNotAllowed(String method) throws IOException {
    start();
    String answer =
        http.raw(method + " /api/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assertThat(answer)
        .startsWith("HTTP/1.1 405 ")
        .contains("Allow: GET, HEAD, OPTIONS")
        .contains("\"code\":\"method-not-allowed\"");
  }

  @Test
  void headAndOptionsAreAnswered() throws IOException {
    start();
    HttpResponse<byte[]> head = http.send("HEAD", "/api/services");
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValue("content-length")).contains("15");
    HttpResponse<byte[]> options = http.send("OPTIONS", "/api/services");
    assertThat(options.statusCode()).isEqualTo(204);
    assertThat(options.headers().firstValue("allow")).contains("GET, HEAD, OPTIONS");
    assertThat(options.headers().firstValue("access-control-allow-origin")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api", "/api/", "/api/nope", "/api/status/", "/api/Status"})
  void unknownPathsOfTheApiAreJson(String path) throws IOException {
    start();
    HttpResponse<byte[]> response = http.send("GET", path);
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(QueryFixture.json(response).get("error").get("code").asText())
        .isEqualTo("unknown-path");
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, 200",
    "localhost:12800, 200",
    "LOCALHOST, 200",
    "skein.localhost, 200",
    "127.0.0.1:12800, 200",
    "192.168.1.20, 200",
    "[::1]:12800, 200",
    "traces.example, 200",
    "Traces.Example:80, 200",
    "evil.example, 421",
    "localhost.evil.example, 421",
    "127.0.0.1.evil.example, 421",
    "1.2.3.4.5, 421",
    "traces.example.evil, 421"
  })
  void onlyKnownHostsAreAnswered(String host, int status) throws IOException {
    start();
    String answer =
        http.raw("GET /api/status HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
  }

  @Test
  void theHostInTheRequestLineCountsToo() throws IOException {
    start();
    assertThat(
            http.raw(
                lines(
                    "GET http://evil.example/api/status HTTP/1.1",
                    "Host: evil.example",
                    "Connection: close")))
        .startsWith("HTTP/1.1 421 ");
  }

  private static String lines(String... lines) {
    return String.join("\r\n", lines) + "\r\n\r\n";
  }

  private static void assertSecure(HttpResponse<byte[]> response) {
    SECURE.forEach(
        (name, value) ->
            assertThat(response.headers().allValues(name))
                .as("%s of %s", name, response.uri())
                .containsExactly(value));
    assertThat(response.headers().firstValue("server")).isEmpty();
  }

  private static final Map<String, String> SECURE =
      Map.of(
          "content-security-policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
              + " connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none';"
              + " frame-ancestors 'none'",
          "x-content-type-options",
          "nosniff",
          "referrer-policy",
          "no-referrer",
          "x-frame-options",
          "DENY",
          "cross-origin-resource-policy",
          "same-origin",
          "cross-origin-opener-policy",
          "same-origin");

  private void assertAnswer(
      String method, String path, int status, String cacheControl, String... headers) {
    HttpResponse<byte[]> response = http.send(method, path, headers);
    assertThat(response.statusCode()).as("%s %s", method, path).isEqualTo(status);
    assertSecure(response);
    assertThat(response.headers().allValues("cache-control"))
        .as("cache-control of %s %s", method, path)
        .containsExactly(cacheControl);
  }

  @Test
  void everyKindOfAnswerIsSecureAndOnlyFilesAreKept() throws IOException {
    Segments.Builder large = Segments.segment("t1", "s1");
    for (int i = 1; i <= 2_000; i++) {
      large.span(Segments.span(i, 0, TraceSpan.LOCAL, "operation-" + i, 1, 2));
    }
    store.append(List.of(large.received())).join();
    start();
    String etag = http.send("GET", "/").headers().firstValue("etag").orElseThrow();
    String forever = "public, max-age=31536000, immutable";
    assertAnswer("GET", "/", 200, "no-cache");
    assertAnswer("HEAD", "/", 200, "no-cache");
    assertAnswer("GET", "/", 304, "no-cache", "If-None-Match", etag);
    assertAnswer("GET", "/services", 200, "no-cache");
    assertAnswer("GET", "/assets/app-4f2a.js", 200, forever);
    assertAnswer("GET", "/assets/app-4f2a.js", 200, forever, "Accept-Encoding", "gzip");
    assertAnswer("GET", "/nope.js", 404, "no-store");
    assertAnswer("GET", "/healthcheck", 200, "no-store");
    assertAnswer("OPTIONS", "/api/traces", 204, "no-store");
    assertAnswer("POST", "/api/traces", 405, "no-store");
    assertAnswer("GET", "/api/status", 200, "no-store");
    assertAnswer("HEAD", "/api/status", 200, "no-store");
    assertAnswer("GET", "/api/trace?id=t1", 200, "no-store");
    assertAnswer("GET", "/api/trace?id=t1&form=packed", 200, "no-store", "Accept-Encoding", "gzip");
    assertAnswer("GET", "/api/trace?id=none", 404, "no-store");
    assertAnswer("GET", "/api/x", 404, "no-store");
    assertAnswer("GET", "/api/traces?limit=x", 400, "no-store");
    assertAnswer("GET", "/api/traces?tag=" + "x".repeat(20_000), 414, "no-store");
    for (String request :
        List.of(
            lines("GET / HTTP/1.1", "Host: evil.example", "Connection: close"),
            lines("GET / HTTP/1.1", "Host: 127.0.0.1", "X: " + "x".repeat(20_000)),
            lines("NONSENSE"))) {
      String answer = http.raw(request).toLowerCase(Locale.ROOT);
      assertThat(answer).startsWith("http/1.1 4").contains("cache-control: no-store");
      SECURE.forEach(
          (name, value) ->
              assertThat(answer).contains(name + ": " + value.toLowerCase(Locale.ROOT)));
    }
  }

  @Test
  void theUserInterfaceIsServed() throws IOException {
    start();
    HttpResponse<byte[]> index = http.send("GET", "/");
    assertThat(index.headers().firstValue("content-type")).contains("text/html; charset=utf-8");
    assertThat(index.headers().firstValue("cache-control")).contains("no-cache");
    HttpResponse<byte[]> route = http.send("GET", "/traces/t1");
    assertThat(route.body()).isEqualTo(index.body());
    HttpResponse<byte[]> script =
        http.send("GET", "/assets/app-4f2a.js", "Accept-Encoding", "gzip");
    assertThat(script.headers().firstValue("cache-control"))
        .contains("public, max-age=31536000, immutable");
    assertThat(script.headers().firstValue("content-encoding")).contains("gzip");
    String etag = index.headers().firstValue("etag").orElseThrow();
    HttpResponse<byte[]> again = http.send("GET", "/", "If-None-Match", etag);
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/nope.js",
        "/assets/nope-1.css",
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/assets/..%5c..%5csecret.txt",
        "//secret.txt",
        "/.hidden.txt",
        "/assets//app-4f2a.js",
        "/a%00.txt"
      })
  void nothingElseOfTheClassPathIsServed(String path) throws IOException {
    start();
    String answer =
        http.raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assertThat(answer.substring(0, 12)).isIn("HTTP/1.1 404", "HTTP/1.1 400");
    assertThat(answer).doesNotContain("not for the public");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "|",
        "nonsense",
        "GET / HTTP/9.9",
        "GET /api/status HTTP/1.1",
        "GET /api/status HTTP/1.1|Host: a|Host: b",
        "GET /api/status HTTP/1.1|Host: localhost|Content-Length: x",
        "GET /api/status HTTP/1.1|Host: localhost|Content-Length: 5|Transfer-Encoding: chunked",
        "PRI * HTTP/2.0||SM"
      })
  void whatIsNotHttpIsRefused(String head) throws IOException {
    start(QueryFixture.settings().limits(100, 8, 2000, 2000));
    String answer = http.raw(lines(head.split("[|]")));
    assertThat(answer)
        .doesNotContain("HTTP/1.1 200")
        .doesNotContain("Exception")
        .doesNotContain("\tat ");
  }

  @Test
  void requestsThatComeDropByDropAreEnded() throws Exception {
    start(QueryFixture.settings().limits(100, 8, 30_000, 500));
    try (Socket socket = http.connect()) {
      long since = System.nanoTime();
      byte[] request = "GET /api/status HTTP/1.1\r\nX-Slow: ".getBytes(StandardCharsets.US_ASCII);
      boolean ended = false;
      for (int i = 0; !ended; i++) {
        assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - since)).isLessThan(20);
        try {
          socket.getOutputStream().write(i < request.length ? request[i] : 'x');
          socket.setSoTimeout(20);
          ended = socket.getInputStream().read() < 0;
        } catch (java.net.SocketTimeoutException e) {
          // Nothing yet: the next drop.
        } catch (IOException e) {
          ended = true;
        }
      }
    }
  }

  @Test
  void aKeptConnectionThatIsUsedNowAndThenIsNotEnded() throws Exception {
    start(QueryFixture.settings().limits(100, 8, 30_000, 300));
    try (Socket socket = http.connect()) {
      socket.setSoTimeout(200);
      for (int i = 0; i < 8; i++) {
        socket
            .getOutputStream()
            .write(
                "GET /healthcheck HTTP/1.1\r\nHost: localhost\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
        StringBuilder answer = new StringBuilder();
        try {
          for (int c = socket.getInputStream().read(); c >= 0; c = socket.getInputStream().read()) {
            answer.append((char) c);
          }
        } catch (java.net.SocketTimeoutException e) {
          // The answer is complete, and the pause before the next request over.
        }
        assertThat(answer.toString()).startsWith("HTTP/1.1 200").endsWith("ok\n");
      }
    }
  }

  @Test
  void silentConnectionsAreEndedAndMakeRoom() throws IOException {
    start(QueryFixture.settings().limits(10, 8, 500, 500));
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < 50; i++) {
        sockets.add(http.connect());
      }
      // Beyond the limit they wait in the system's queue; those inside are ended by and by.
      assertThat(http.send("GET", "/api/status").statusCode()).isEqualTo(200);
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }
}
