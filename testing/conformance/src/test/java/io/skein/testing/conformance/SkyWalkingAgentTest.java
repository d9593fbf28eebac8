package io.skein.testing.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.skein.testing.server.Child;
import io.skein.testing.server.Machine;
import io.skein.testing.server.RunningServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * SkyWalking's agent for Java 9.4.0, which is not ours, takes a profile task from our packaged
 * server, and what it sampled is analysed.
 */
@Timeout(300)
class SkyWalkingAgentTest {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir Path data;

  /** The agent looks for its settings beside its jar. */
  private static void giveConfig() throws Exception {
    Path config = SkyWalkingBackendTest.JAR.resolveSibling("config");
    Files.createDirectories(config);
    Files.copy(
        Path.of("src/test/skywalking/agent.config"),
        config.resolve("agent.config"),
        StandardCopyOption.REPLACE_EXISTING);
  }

  private static void request(Child shop, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + shop.ready(1) + path)).build();
    assertThat(HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode())
        .isEqualTo(200);
  }

  private static long total(JsonNode tree, String method) {
    long duration = 0;
    for (JsonNode each : tree.path("trees")) {
      for (JsonNode element : each.path("elements")) {
        if (element.path("codeSignature").asText().contains(method)) {
          duration += element.path("duration").asLong();
        }
      }
    }
    return duration;
  }

  @Test
  void theWholeLoopOfItsProfiler() throws Exception {
    giveConfig();
    try (RunningServer server = RunningServer.start(data);
        Child shop =
            Child.start(
                "shop",
                Path.of("."),
                Map.of(
                    "SW_AGENT_NAME", "sw-shop",
                    "SW_AGENT_INSTANCE_NAME", "sw-1",
                    "SW_AGENT_COLLECTOR_BACKEND_SERVICES", server.collector()),
                "listening on port (\\d+)",
                Child.java(
                    "-javaagent:" + SkyWalkingBackendTest.JAR,
                    "-cp",
                    SkyWalkingBackendTest.JAR.toString(),
                    "src/test/skywalking/SkyWalkingShop.java"))) {
      shop.ready(1);
      server.await(
          "/api/instances?service=sw-shop", answer -> answer.path("instances").size() == 1);
      String id =
          server
              .post(
                  "/api/profile/tasks",
                  "{\"service\":\"sw-shop\",\"endpoint\":\"GET:/slow\",\"durationMinutes\":1,"
                      + "\"minMillis\":100,\"periodMillis\":10,\"maxSamples\":2}")
              .path("id")
              .asText();
      String task = "/api/profile/task?id=" + RunningServer.encoded(id);
      server.await(task, answer -> instance(answer).path("notifiedMillis").isNumber());
      Thread.sleep(1500); // it begins a moment after it was told, and does not say when
      for (int i = 0; i < 4; i++) {
        request(shop, "/slow");
        request(shop, "/wide");
      }
      JsonNode sampled =
          server.await(
              task,
              answer ->
                  answer.path("segments").size() == 2
                      && answer.path("segments").path(0).path("durationMillis").isNumber()
                      && answer.path("segments").path(1).path("durationMillis").isNumber()
                      && answer.path("task").path("snapshots").asInt() > Machine.atLeast(60));
      assertThat(sampled.path("task").path("requests").asInt()).isEqualTo(2);
      assertThat(instance(sampled).path("ours").asBoolean(true)).isFalse();
      for (JsonNode segment : sampled.path("segments")) {
        assertThat(segment.path("endpoint").asText()).isEqualTo("GET:/slow");
        assertThat(segment.path("instance").asText()).isEqualTo("sw-1");
        assertThat(segment.path("snapshots").asInt()).isBetween(Machine.atLeast(30), 60);
        assertThat(segment.path("gaps").asInt()).isZero();
      }
      JsonNode trees =
          server.get("/api/profile/analysis?form=trees&task=" + RunningServer.encoded(id));
      // Two requests, of which each computes for a quarter of a second, less the first 100 ms.
      assertThat(total(trees, "SkyWalkingShop.rest:")).isBetween((long) Machine.atLeast(400), 700L);
      assertThat(total(trees, "SkyWalkingShop.compute:"))
          .isBetween((long) Machine.atLeast(150), 500L);

      // Its task ends with its time; there is no way to stop it.
      JsonNode ended = await(server, task, 90);
      assertThat(ended.path("log").findValuesAsText("operation")).contains("notified", "finished");
      assertThat(ended.path("task").path("state").asText()).isEqualTo("ended");
    }
  }

  private static JsonNode await(RunningServer server, String task, int seconds) throws Exception {
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    while (true) {
      JsonNode answer = server.get(task);
      if (instance(answer).path("finishedMillis").isNumber()) {
        return answer;
      }
      assertThat(System.nanoTime()).as("%s", answer).isLessThan(end);
      Thread.sleep(200);
    }
  }

  private static JsonNode instance(JsonNode answer) {
    return answer.path("task").path("instances").path(0);
  }
}
