package io.skein.server.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.skein.server.storage.TraceStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/** A query server on a free port, and ways to ask it. */
final class QueryFixture implements AutoCloseable, ServerFacts {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  final QueryServer server;
  final SortedMap<String, Long> messageCounts = new TreeMap<>();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  QueryFixture(TraceStore store) throws IOException {
    this(store, settings());
  }

  QueryFixture(TraceStore store, QuerySettings settings) throws IOException {
    server = new QueryServer(settings, store, this, InstantSource.system());
    server.start();
  }

  static QuerySettings settings() {
    return QuerySettings.on("127.0.0.1", 0).hosts(Set.of("traces.example"));
  }

  HttpResponse<byte[]> send(String method, String pathAndQuery, String... headers) {
    return send(method, pathAndQuery, HttpRequest.BodyPublishers.noBody(), headers);
  }

  HttpResponse<byte[]> post(String pathAndQuery, String body, String... headers) {
    return send("POST", pathAndQuery, HttpRequest.BodyPublishers.ofString(body), headers);
  }

  private HttpResponse<byte[]> send(
      String method, String pathAndQuery, HttpRequest.BodyPublisher body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + pathAndQuery))
            .timeout(Duration.ofSeconds(20))
            .method(method, body);
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(method + " " + pathAndQuery, e);
    }
  }

  JsonNode get(String pathAndQuery) {
    HttpResponse<byte[]> response = send("GET", pathAndQuery);
    if (response.statusCode() != 200) {
      throw new AssertionError(response.statusCode() + " " + text(response));
    }
    return json(response);
  }

  static JsonNode json(HttpResponse<byte[]> response) {
    try {
      byte[] body = response.body();
      if (response.headers().firstValue("content-encoding").orElse("").equals("gzip")) {
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
          body = in.readAllBytes();
        }
      }
      return MAPPER.readTree(body);
    } catch (IOException e) {
      throw new AssertionError(text(response), e);
    }
  }

  static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** Sends bytes as they are and returns all that comes back until the server closes. */
  String raw(String request) throws IOException {
    try (Socket socket = connect()) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), server.port());
  }

  @Override
  public void close() {
    server.close();
  }

  @Override
  public String version() {
    return "1.2.3";
  }

  @Override
  public long startedMillis() {
    return 1_700_000_000_000L;
  }

  @Override
  public String grpcAddress() {
    return "127.0.0.1:11800";
  }

  @Override
  public String httpAddress() {
    return "127.0.0.1:12800";
  }

  @Override
  public String dataDirectory() {
    return "/var/lib/skein";
  }

  @Override
  public SortedMap<String, Long> messageCounts() {
    return messageCounts;
  }
}
