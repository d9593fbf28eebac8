package io.skein.testing.conformance;

import static io.skein.testing.server.RunningServer.encoded;
import static org.assertj.core.api.Assertions.assertThat;

import io.skein.testing.server.Child;
import io.skein.testing.server.Machine;
import io.skein.testing.server.RunningServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Our packaged agent takes its profile tasks from a backend that is built of SkyWalking's own parts
 * and is as strict as its server: see {@code SkyWalkingBackend}.
 */
@Timeout(300)
class SkyWalkingBackendTest {
  static final Path JAR = Path.of("target", "skywalking", "skywalking-agent.jar");

  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir Path directory;
  private Child backend;
  private Child application;

  @BeforeEach
  void start() throws Exception {
    backend =
        Child.start(
            "backend",
            Path.of("."),
            Map.of(),
            "listening on ports (\\d+) and (\\d+)",
            Child.java("-cp", JAR.toString(), "src/test/skywalking/SkyWalkingBackend.java"));
    application =
        Child.start(
            "application",
            Path.of("."),
            Map.of(
                "SW_AGENT_NAME", "shop",
                "SW_AGENT_INSTANCE_NAME", "shop-1",
                "SW_AGENT_COLLECTOR_BACKEND_SERVICES", "127.0.0.1:" + backend.ready(1),
                "SW_AGENT_COLLECTOR_GET_PROFILE_TASK_INTERVAL", "1",
                "SKEIN_PROFILE_SLOW", "5"),
            "listening on port (\\d+)",
            Child.java(
                Child.newestJdk(),
                "-javaagent:" + RunningServer.built("agent/dist/target/skein-agent.jar"),
                "-cp",
                System.getProperty("java.class.path"),
                FrontApplication.class.getName(),
                directory.toString()));
  }

  @AfterEach
  void end() {
    application.close();
    backend.close();
  }

  private static String get(String url) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        HTTP.send(
            HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(60)).build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(url).isEqualTo(200);
    return answer.body();
  }

  private String request(String path) throws IOException, InterruptedException {
    return get("http://127.0.0.1:" + application.ready(1) + path);
  }

  private String task(String endpoint, String rest) throws IOException, InterruptedException {
    return get(
        "http://127.0.0.1:"
            + backend.ready(2)
            + "/task?service=c2hvcA==&endpoint="
            + encoded(endpoint)
            + "&duration=1&"
            + rest);
  }

  private static void await(Child child, String what, Predicate<String> line)
      throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (child.lines().stream().noneMatch(line)) {
      if (System.nanoTime() > end) {
        throw new AssertionError(what + ": " + child.lines());
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** The stacks of each sampled segment, as the backend got them. */
  private Map<String, List<List<String>>> stacks() {
    Map<String, List<List<String>>> bySegment = new LinkedHashMap<>();
    for (String line : backend.lines()) {
      if (line.startsWith("snapshot ")) {
        List<String> words = List.of(line.split(" "));
        bySegment
            .computeIfAbsent(words.get(1), segment -> new ArrayList<>())
            .add(words.subList(3, words.size()));
      }
    }
    return bySegment;
  }

  private static long with(List<List<String>> stacks, String method) {
    return stacks.stream()
        .filter(stack -> stack.stream().anyMatch(frame -> frame.contains(method)))
        .count();
  }

  @Test
  void theWholeLoopAsSkyWalkingsServerWantsIt() throws Exception {
    await(backend, "a question", line -> line.equals("asked -1"));
    String first = task("GET:/slow", "threshold=100&period=10&samples=2");
    await(application, "the beginning", line -> line.contains(first + ": sampling"));
    List<Long> millis = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      long begin = System.nanoTime();
      assertThat(request("/slow")).isEqualTo("slow");
      millis.add((System.nanoTime() - begin) / 1_000_000);
      assertThat(request("/back")).isEqualTo("back");
    }
    await(backend, "the end", line -> line.equals("finished shop-1 " + first));

    // Another one, that waits for its time, right after.
    String second = task("GET:/slow", "threshold=0&period=20&samples=1&startsIn=1500");
    await(application, "the beginning", line -> line.contains(second + ": sampling"));
    assertThat(request("/slow")).isEqualTo("slow");
    await(backend, "the end", line -> line.equals("finished shop-1 " + second));
    await(
        backend,
        "no more orders",
        line -> line.equals("asked " + second.substring(0, second.indexOf('_'))));

    Map<String, List<List<String>>> stacks = stacks();
    assertThat(stacks).hasSize(3);
    List<List<List<String>>> ofSegments = new ArrayList<>(stacks.values());
    for (int i = 0; i < 2; i++) {
      List<List<String>> ofOne = ofSegments.get(i);
      // Of half a second, less the threshold, at least four fifths of what is due.
      assertThat(ofOne.size())
          .isBetween(Machine.atLeast(32), (int) ((millis.get(i) - 100) / 10) + 2);
      assertThat(with(ofOne, "$Slow.work:")).isPositive();
      assertThat(with(ofOne, "$Slow.rest:")).isBetween((long) Machine.atLeast(18), 30L);
      assertThat(ofOne).allMatch(stack -> stack.get(0).startsWith("java.lang.Thread.run:"));
    }
    assertThat(ofSegments.get(2)).hasSizeGreaterThanOrEqualTo(Machine.atLeast(20));
    for (String segment : stacks.keySet()) {
      await(backend, segment, line -> line.equals("segment " + segment + " GET:/slow"));
    }
    assertThat(backend.lines()).filteredOn(line -> line.startsWith("notified")).hasSize(2);
    assertThat(backend.lines()).filteredOn(line -> line.startsWith("finished")).hasSize(2);
    assertThat(backend.lines()).noneMatch(line -> line.startsWith("ERROR"));
    assertThat(backend.lines()).noneMatch(line -> line.startsWith("broken"));
    assertThat(application.lines())
        .anyMatch(line -> line.contains("is no Skein server: slow requests are sampled only by"));
  }

  @Test
  void aTaskThatOutlivesTheProcessIsEndedWithIt() throws Exception {
    await(backend, "a question", line -> line.equals("asked -1"));
    String id = task("GET:/slow", "threshold=0&period=10&samples=9");
    await(application, "the beginning", line -> line.contains(id + ": sampling"));
    assertThat(request("/slow")).isEqualTo("slow");
    application.end();
    await(backend, "the end", line -> line.equals("finished shop-1 " + id));
    assertThat(stacks().values().iterator().next()).hasSizeGreaterThan(Machine.atLeast(40));
    assertThat(application.lines())
        .anyMatch(line -> line.contains(id + " has ended, the process ends: 1 requests sampled"));
    assertThat(backend.lines()).noneMatch(line -> line.startsWith("ERROR"));
  }
}
