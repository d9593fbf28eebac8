package io.skein.testing.profiling;

import static io.skein.testing.profiling.Setting.awaitLine;
import static io.skein.testing.profiling.Setting.begun;
import static io.skein.testing.profiling.Setting.draft;
import static io.skein.testing.profiling.Setting.ended;
import static io.skein.testing.profiling.Setting.flameGraph;
import static io.skein.testing.profiling.Setting.later;
import static io.skein.testing.profiling.Setting.request;
import static io.skein.testing.profiling.Setting.shop;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.skein.testing.server.Child;
import io.skein.testing.server.Machine;
import io.skein.testing.server.RunningServer;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole loop with the agent and the server as they are shipped. */
@Timeout(300)
class ProfileLoopTest {

  @TempDir static Path directory;
  private static RunningServer server;
  private static Child shop;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.start(directory.resolve("data"));
    shop = shop(Child.newestJdk(), directory, "shop", "newest", server.collector());
  }

  @AfterAll
  static void end() {
    if (shop != null) {
      shop.close();
    }
    if (server != null) {
      server.close();
    }
  }

  /** A task is for its whole time, also when one process has ended it: the next one has to wait. */
  @AfterEach
  void stopWhatRuns() throws Exception {
    for (JsonNode task : server.get("/api/profile/tasks").path("tasks")) {
      if (task.path("state").asText().equals("running")) {
        String id = task.path("id").asText();
        server.post("/api/profile/tasks/stop", "{\"id\":\"" + id + "\"}");
      }
    }
  }

  private static List<JsonNode> segments(JsonNode answer, boolean part) {
    List<JsonNode> segments = new ArrayList<>();
    for (JsonNode segment : answer.path("segments")) {
      if (segment.path("part").asBoolean() == part) {
        segments.add(segment);
      }
    }
    return segments;
  }

  @Test
  @Tag("capability-102")
  @Tag("capability-109")
  @Tag("capability-110")
  @Tag("capability-113")
  @Tag("capability-118")
  @Tag("capability-122")
  void theTimeOfARequestIsFoundDownToTheLine() throws Exception {
    theLoop(shop, "shop");
  }

  @Test
  @Tag("capability-122")
  void theSameOnTheOldestJdk() throws Exception {
    try (Child oldest =
        shop(
            Path.of(System.getProperty("java.home")),
            directory,
            "old-shop",
            "oldest",
            server.collector())) {
      theLoop(oldest, "old-shop");
      oldest.end();
    }
  }

  private static void theLoop(Child shop, String service) throws Exception {
    request(shop, "/mixed"); // classes are loaded, and the endpoint is known
    String id = begun(server, shop, service, "GET:/mixed", 50, 2);
    for (int i = 0; i < 4; i++) {
      request(shop, "/mixed?fast=1"); // over before it is worth a look
      request(shop, "/other"); // by the same threads
    }
    for (int i = 0; i < 3; i++) {
      request(shop, "/mixed");
      request(shop, "/other");
    }
    awaitLine(shop, id + " has ended, all samples are taken: 2 requests sampled");
    JsonNode answer =
        Setting.task(
            server,
            id,
            each ->
                segments(each, false).size() == 2
                    && each.path("segments").path(0).path("durationMillis").isNumber()
                    && each.path("segments").path(1).path("durationMillis").isNumber());
    assertThat(answer.path("task").path("requests").asInt()).isEqualTo(2);
    for (JsonNode segment : answer.path("segments")) {
      assertThat(segment.path("endpoint").asText()).isEqualTo("GET:/mixed");
      assertThat(segment.path("gaps").asInt()).isZero();
      // 300 ms less the first 50, every 10: at least four fifths of 25, as SkyWalking's tests want.
      assertThat(segment.path("snapshots").asInt())
          .isBetween(
              Machine.atLeast(20), (int) (segment.path("durationMillis").asLong() - 50) / 10 + 2);
    }
    FlameGraph graph = flameGraph(server, id);
    assertThat(graph.snapshots()).isEqualTo(answer.path("task").path("snapshots").asInt());
    assertThat(graph.millis("Shop.compute:", "running"))
        .isBetween((long) Machine.atLeast(130), 300L); // 2 times 100
    assertThat(graph.millis("Shop.rest:", "waiting"))
        .isBetween((long) Machine.atLeast(230), 400L); // 2 times 150
    assertThat(graph.millis("Shop.rest:", "running")).isLessThan(50);
    assertThat(graph.millis("Shop.elsewhere")).isZero();
    assertThat(graph.frames()).anyMatch(frame -> frame.matches(".*Shop\\.mixed:\\d+"));
    JsonNode instance = null;
    for (JsonNode each : ended(server, id).path("task").path("instances")) {
      assertThat(each.path("ours").asBoolean()).isTrue();
      instance = each;
    }
    assertThat(instance).isNotNull();
    assertThat(shop.lines()).filteredOn(line -> line.contains(id)).hasSize(2);
  }

  @Test
  @Tag("capability-105")
  void anAsynchronousRequestCountsOnceAndItsPartsAreSampledToo() throws Exception {
    request(shop, "/fan");
    String id = begun(server, shop, "shop", "GET:/fan", 0, 1);
    request(shop, "/fan");
    request(shop, "/fan");
    JsonNode answer = ended(server, id);
    assertThat(answer.path("task").path("requests").asInt()).isEqualTo(1);
    assertThat(segments(answer, false)).hasSize(1);
    assertThat(segments(answer, true)).hasSize(2);
    FlameGraph graph = flameGraph(server, id);
    assertThat(graph.millis("Shop.partOfIt:")).isGreaterThan(Machine.atLeast(220)); // 2 times 150
    assertThat(graph.millis("Shop.fan:", "waiting")).isGreaterThan(Machine.atLeast(100));
  }

  @Test
  @Tag("capability-116")
  void aRequestThatIsNamedLateIsFoundByThatName() throws Exception {
    String name = "checkout \u00e9\u4e2d";
    String id = begun(server, shop, "shop", name, 0, 1);
    request(shop, "/renamed");
    JsonNode answer = ended(server, id);
    assertThat(segments(answer, false)).hasSize(1);
    assertThat(answer.path("segments").path(0).path("endpoint").asText()).isEqualTo(name);
    assertThat(flameGraph(server, id).millis("Shop.rest:", "waiting"))
        .isGreaterThan(Machine.atLeast(150));
  }

  @Test
  void aDeepStackKeepsBothEndsAndSaysHowMuchIsMissing() throws Exception {
    String id = begun(server, shop, "shop", "GET:/deep", 0, 1);
    request(shop, "/deep");
    ended(server, id);
    FlameGraph graph = flameGraph(server, id);
    assertThat(graph.json().path("cut").asInt()).isPositive();
    assertThat(graph.frames()).anyMatch(frame -> frame.startsWith("...("));
    assertThat(graph.frames()).anyMatch(frame -> frame.startsWith("java.lang.Thread.run:"));
    assertThat(graph.millis("Shop.rest:", "waiting")).isGreaterThan(Machine.atLeast(150));
  }

  @Test
  @Tag("capability-115")
  @Tag("capability-119")
  void aVirtualThreadThatParksFiveTimesShowsFivePlaces() throws Exception {
    assumeTrue(
        !Child.newestJdk().equals(Path.of(System.getProperty("java.home")))
            || Runtime.version().feature() >= 21,
        "no JDK with virtual threads was found");
    request(shop, "/virtual");
    String id = begun(server, shop, "shop", "GET:/virtual", 0, 1);
    request(shop, "/virtual");
    ended(server, id);
    FlameGraph graph = flameGraph(server, id);
    for (String place : List.of("first", "second", "third", "fourth", "fifth")) {
      assertThat(graph.millis("Shop." + place + ":", "waiting"))
          .as(place)
          .isBetween((long) Machine.atLeast(40), 160L);
    }
  }

  @Test
  @Tag("capability-103")
  @Tag("capability-117")
  void placesAreBoundedAndGivenBack() throws Exception {
    request(shop, "/resting?fast=1");
    String id = begun(server, shop, "shop", "GET:/resting", 0, 9);
    for (int round = 1; round <= 2; round++) {
      List<CompletableFuture<Void>> requests = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        requests.add(later(shop, "/resting"));
      }
      CompletableFuture.allOf(requests.toArray(CompletableFuture[]::new)).join();
      int sampled = 2 * round; // of three at once two have a place
      Setting.task(server, id, answer -> answer.path("segments").size() == sampled);
    }
    stopped(id);
  }

  private static void stopped(String id) throws Exception {
    server.post("/api/profile/tasks/stop", "{\"id\":\"" + id + "\"}");
    awaitLine(shop, id + " has ended, it was stopped");
    ended(server, id);
  }

  @Test
  @Tag("capability-111")
  @Tag("capability-112")
  void oneTaskAfterTheOtherAndNeverTwoAtOnce() throws Exception {
    String first = begun(server, shop, "shop", "GET:/mixed", 0, 9);
    HttpResponse<String> refusal =
        server.change("/api/profile/tasks", draft("shop", "GET:/other", 0, 1));
    assertThat(refusal.statusCode()).isEqualTo(409);
    assertThat(refusal.body()).contains(first);
    server.post("/api/profile/tasks/stop", "{\"id\":\"" + first + "\"}");
    String second = begun(server, shop, "shop", "GET:/other", 0, 1);
    request(shop, "/other");
    ended(server, second);
    JsonNode before = ended(server, first);
    assertThat(shop.lines())
        .filteredOn(line -> line.contains(first) || line.contains(second))
        .hasSize(4);
    assertThat(before.path("task").path("state").asText()).isEqualTo("ended");
  }

  @Test
  @Tag("capability-104")
  void withoutATaskThereIsNoThread() throws Exception {
    String id = begun(server, shop, "shop", "GET:/quick", 0, 1);
    assertThat(threads()).contains("skein-profiler");
    request(shop, "/quick");
    stopOrEnd(id);
    long end = System.nanoTime() + 30_000_000_000L;
    while (threads().contains("skein-profiler")) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.sleep(100);
    }
  }

  /** A request that is over at once may have been sampled or not. */
  private static void stopOrEnd(String id) throws Exception {
    server.post("/api/profile/tasks/stop", "{\"id\":\"" + id + "\"}");
    awaitLine(shop, id + " has ended");
    ended(server, id);
  }

  private static Set<String> threads() throws Exception {
    try (Child jstack =
        Child.start(
            "jstack",
            Path.of("."),
            java.util.Map.of(),
            "^$",
            List.of(
                Child.newestJdk().resolve("bin").resolve("jstack").toString(),
                Long.toString(shop.pid())))) {
      assertThat(jstack.exitStatus(60)).isZero();
      Set<String> names = new HashSet<>();
      for (String line : jstack.lines()) {
        if (line.startsWith("\"")) {
          names.add(line.substring(1, line.indexOf('"', 1)));
        }
      }
      return names;
    }
  }
}
