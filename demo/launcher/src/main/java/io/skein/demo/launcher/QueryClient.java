package io.skein.demo.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;

/** Asks the server's query API, as any client does. */
final class QueryClient {
  private static final int PAGE = 200;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private final String server;
  private final ObjectMapper json = new ObjectMapper();
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  QueryClient(String server) {
    this.server = server;
  }

  boolean isHealthy() {
    try {
      return send("/healthcheck").statusCode() == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  Accounting accounting() throws IOException {
    return Accounting.read(get("/api/accounting"));
  }

  JsonNode trace(String traceId) throws IOException {
    return get("/api/trace?id=" + URLEncoder.encode(traceId, StandardCharsets.UTF_8));
  }

  Set<String> allTraceIds() throws IOException {
    Set<String> ids = new LinkedHashSet<>();
    addNewest(ids, false);
    return ids;
  }

  /**
   * Adds the ids of the newest traces; {@code onlyNews} stops at the first page that has none that
   * is new, which is all a live counter needs.
   */
  void addNewest(Set<String> ids, boolean onlyNews) throws IOException {
    String cursor = "";
    while (true) {
      JsonNode page = get("/api/traces?order=newest&limit=" + PAGE + cursor);
      boolean news = false;
      for (JsonNode trace : page.path("traces")) {
        news |= ids.add(trace.path("traceId").asText());
      }
      String next = page.path("next").asText("");
      if (!page.path("more").asBoolean() || next.isEmpty() || (onlyNews && !news)) {
        return;
      }
      cursor = "&before=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
    }
  }

  private JsonNode get(String path) throws IOException {
    HttpResponse<byte[]> answer = send(path);
    if (answer.statusCode() != 200) {
      throw new IOException(
          "GET " + path + " was answered with " + answer.statusCode() + " by " + server);
    }
    return json.readTree(answer.body());
  }

  private HttpResponse<byte[]> send(String path) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server + path)).timeout(PATIENCE).build();
    try {
      return http.send(request, BodyHandlers.ofByteArray());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", interrupted);
    }
  }
}
