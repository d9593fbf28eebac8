package io.skein.testing.profiling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.skein.testing.server.Child;
import io.skein.testing.server.RunningServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A server and the shop with the agent, and what a person does with them. */
final class Setting {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private Setting() {}

  /** Starts the shop as a process that reports to a collector. */
  static Child shop(Path jdk, Path directory, String service, String instance, String collector)
      throws IOException {
    Map<String, String> environment = new HashMap<>();
    environment.put("SKEIN_SERVICE", service);
    environment.put("SKEIN_INSTANCE", instance);
    environment.put("SKEIN_BACKEND", collector);
    environment.put("SKEIN_PROFILE_INTERVAL", "300ms");
    environment.put("SKEIN_PROFILE_PARALLEL", "2");
    environment.put("SKEIN_REPORT_PAUSE", "100ms");
    Child shop =
        Child.start(
            instance,
            Path.of("."),
            environment,
            "listening on port (\\d+)",
            Child.java(
                jdk,
                "-javaagent:" + RunningServer.built("agent/dist/target/skein-agent.jar"),
                "-cp",
                System.getProperty("java.class.path"),
                Shop.class.getName(),
                Files.createDirectories(directory.resolve(instance)).toString()));
    shop.ready(1);
    return shop;
  }

  static void request(Child shop, String path) {
    later(shop, path).join();
  }

  static CompletableFuture<Void> later(Child shop, String path) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + shop.ready(1) + path))
            .timeout(Duration.ofSeconds(60))
            .build();
    return HTTP.sendAsync(request, HttpResponse.BodyHandlers.ofString())
        .thenAccept(answer -> assertThat(answer.statusCode()).as("%s", path).isEqualTo(200));
  }

  static String draft(String service, String endpoint, int minMillis, int samples) {
    return "{\"service\":\""
        + service
        + "\",\"endpoint\":\""
        + endpoint
        + "\",\"durationMinutes\":1,\"minMillis\":"
        + minMillis
        + ",\"periodMillis\":10,\"maxSamples\":"
        + samples
        + "}";
  }

  /** Makes a task and waits until the shop has begun with it. */
  static String begun(
      RunningServer server, Child shop, String service, String endpoint, int min, int samples)
      throws Exception {
    String id =
        server
            .post("/api/profile/tasks", draft(service, endpoint, min, samples))
            .path("id")
            .asText();
    awaitLine(shop, id + ": sampling");
    return id;
  }

  static JsonNode task(RunningServer server, String id, Predicate<JsonNode> wanted)
      throws Exception {
    return server.await("/api/profile/task?id=" + RunningServer.encoded(id), wanted);
  }

  /** Waits until every process has told the end, and all that was sampled is there. */
  static JsonNode ended(RunningServer server, String id) throws Exception {
    return task(
        server,
        id,
        answer -> {
          boolean all = answer.path("task").path("instances").size() > 0;
          for (JsonNode instance : answer.path("task").path("instances")) {
            all &= instance.path("finishedMillis").isNumber();
          }
          for (JsonNode segment : answer.path("segments")) {
            all &= segment.path("durationMillis").isNumber();
          }
          return all;
        });
  }

  static FlameGraph flameGraph(RunningServer server, String id) throws Exception {
    return new FlameGraph(server.get("/api/profile/analysis?task=" + RunningServer.encoded(id)));
  }

  static void awaitLine(Child child, String part) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (child.lines().stream().noneMatch(line -> line.contains(part))) {
      assertThat(System.nanoTime()).as("%s in %s", part, child.lines()).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }
}
