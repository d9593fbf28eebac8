package io.skein.testing.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** The packaged server in a process of its own, on free ports, asked through its query API. */
public final class RunningServer implements AutoCloseable {
  private static final long LIMIT_SECONDS = 60;
  // Where many others want a processor, one that has just started can take half a minute.
  private static final Duration ANSWER = Duration.ofMinutes(2);
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Child process;
  private final String queries;
  private final String collector;

  private RunningServer(Child process) {
    this.process = process;
    this.queries = process.ready(1);
    this.collector = process.ready(2);
  }

  /**
   * Starts it as {@code ./skein server} does, and returns when it is ready.
   *
   * @param data where it keeps its traces
   */
  public static RunningServer start(Path data, String... options) throws IOException {
    return start(data, Map.of(), options);
  }

  /** The same with more environment variables than ours. */
  public static RunningServer start(Path data, Map<String, String> environment, String... options)
      throws IOException {
    Child process = begin(data, environment, options);
    try {
      return new RunningServer(process);
    } catch (AssertionError e) {
      process.close();
      throw e;
    }
  }

  /**
   * Starts it and does not wait; whoever wants to see it fail, or to interrupt it, asks for this.
   */
  public static Child begin(Path data, String... options) throws IOException {
    return begin(data, Map.of(), options);
  }

  private static Child begin(Path data, Map<String, String> environment, String... options)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + built("scripts/server.jvm"),
                "-jar",
                built("server/app/target/skein-server.jar").toString(),
                "--data",
                data.toString(),
                "--http-port",
                "0"));
    if (!List.of(options).contains("--grpc-port")) {
      command.addAll(List.of("--grpc-port", "0"));
    }
    command.addAll(List.of(options));
    return Child.start(
        "server",
        Path.of("."),
        environment,
        "ready in .* open (http://127.0.0.1:\\d+)/, .* (127.0.0.1:\\d+)",
        command);
  }

  /** Waits until a server that was begun is ready. */
  public static RunningServer of(Child begun) {
    return new RunningServer(begun);
  }

  /** The process. */
  public Child process() {
    return process;
  }

  /** A file that an earlier module of the build has made, by its path in the project. */
  public static Path built(String path) {
    for (Path up = Path.of("").toAbsolutePath(); up != null; up = up.getParent()) {
      Path file = up.resolve(path);
      if (Files.exists(file)) {
        return file;
      }
    }
    throw new AssertionError(path + " is not built; the package phase of its module makes it");
  }

  /** Where agents report to, {@code host:port}. */
  public String collector() {
    return collector;
  }

  /** Where the pages and the query API are. */
  public String address() {
    return queries;
  }

  /** The answer to a question of the query API. */
  public JsonNode get(String path) throws IOException, InterruptedException {
    HttpResponse<String> response = ask(path);
    if (response.statusCode() != 200) {
      throw new IOException(path + " is answered " + response.statusCode() + response.body());
    }
    return JSON.readTree(response.body());
  }

  /** What is answered to something that is to be changed; the body is JSON. */
  public JsonNode post(String path, String body) throws IOException, InterruptedException {
    HttpResponse<String> response = change(path, body);
    if (response.statusCode() != 200) {
      throw new IOException(path + " is answered " + response.statusCode() + response.body());
    }
    return JSON.readTree(response.body());
  }

  /** The same, whatever the answer is. */
  public HttpResponse<String> change(String path, String body)
      throws IOException, InterruptedException {
    return HTTP.send(
        HttpRequest.newBuilder(URI.create(queries + path))
            .timeout(ANSWER)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> ask(String path) throws IOException, InterruptedException {
    return HTTP.send(
        HttpRequest.newBuilder(URI.create(queries + path)).timeout(ANSWER).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** The trace with this id, if the server has any of it now. */
  public Optional<Trace> find(String traceId) throws IOException, InterruptedException {
    String path = "/api/trace?id=" + encoded(traceId);
    HttpResponse<String> response = ask(path);
    return switch (response.statusCode()) {
      case 200 -> Optional.of(new Trace(JSON.readTree(response.body())));
      case 404 -> Optional.empty();
      default ->
          throw new IOException(path + " is answered " + response.statusCode() + response.body());
    };
  }

  /** Asks until the answer is as wanted, and returns it. */
  public JsonNode await(String path, Predicate<JsonNode> wanted)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (true) {
      JsonNode answer = get(path);
      if (wanted.test(answer)) {
        return answer;
      }
      if (System.nanoTime() > end) {
        throw new AssertionError("not as wanted: " + path + ": " + answer.toPrettyString());
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  /** Waits until a service has this many traces, and returns them whole; the oldest first. */
  public List<Trace> traces(String service, int count) throws IOException, InterruptedException {
    JsonNode list =
        await(
            "/api/traces?limit=200&service=" + encoded(service),
            answer -> answer.path("traces").size() >= count);
    List<Trace> traces = new ArrayList<>();
    for (JsonNode row : list.path("traces")) {
      traces.add(0, trace(row.path("traceId").asText(), 1));
    }
    if (traces.size() != count) {
      throw new AssertionError(service + " has " + traces.size() + " traces: " + traces);
    }
    return traces;
  }

  /** Waits until a trace has this many segments, and returns it. */
  public Trace trace(String id, int segments) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (true) {
      Optional<Trace> found = find(id);
      if (found.isPresent() && found.get().json().path("segments").size() >= segments) {
        return found.get();
      }
      if (System.nanoTime() > end) {
        throw new AssertionError("trace " + id + " has not " + segments + " segments: " + found);
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  /** A text as it stands in a query. */
  public static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    process.close();
  }
}
