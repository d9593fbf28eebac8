package io.skein.testing.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * SkyWalking's agent for Node.js 0.9.0, which is not ours, reports to our packaged server; and a
 * trace that begins in an application with our packaged agent goes through it and comes back.
 */
@Timeout(600)
class NodeAgentTest {

  private static final Path SERVER = Path.of("../../server/app/target/skein-server.jar");
  private static final Path AGENT = Path.of("../../agent/dist/target/skein-agent.jar");
  private static final Path NODE = Path.of("target", "node");
  private static final String LISTENING = "listening on port (\\d+)";

  /** The Node agent reads the parent's endpoint from the header and leaves it out of its refs. */
  private static final String UNTOLD = "";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir static Path data;

  private static final List<Child> children = new ArrayList<>();
  private static String queries;
  private static String node;
  private static String java;
  private static Child javaApplication;

  @BeforeAll
  static void startAll() throws Exception {
    installPackages();
    Child server =
        child(
            Child.start(
                "server",
                Path.of("."),
                Map.of(),
                "ready in .* open (http://127.0.0.1:\\d+)/, .* (127.0.0.1:\\d+)",
                javaCommand(
                    "-jar",
                    jar(SERVER),
                    "--data",
                    data.resolve("traces").toString(),
                    "--grpc-port",
                    "0",
                    "--http-port",
                    "0")));
    queries = server.ready(1);
    String collector = server.ready(2);
    Child nodeApplication =
        child(
            Child.start(
                "node",
                NODE,
                Map.of(
                    "SW_AGENT_NAME", "node-shop",
                    "SW_AGENT_INSTANCE", "node-1",
                    "SW_AGENT_COLLECTOR_BACKEND_SERVICES", collector),
                LISTENING,
                List.of("node", "app.js")));
    javaApplication =
        child(
            Child.start(
                "java",
                Path.of("."),
                Map.of(
                    "SW_AGENT_NAME", "java-shop",
                    "SW_AGENT_INSTANCE_NAME", "java-1",
                    "SW_AGENT_COLLECTOR_BACKEND_SERVICES", collector),
                LISTENING,
                javaCommand(
                    "-javaagent:" + jar(AGENT),
                    "-cp",
                    System.getProperty("java.class.path"),
                    FrontApplication.class.getName(),
                    data.resolve("tomcat").toString())));
    node = "http://127.0.0.1:" + nodeApplication.ready(1);
    java = "http://127.0.0.1:" + javaApplication.ready(1);
  }

  private static Child child(Child started) {
    children.add(0, started);
    return started;
  }

  @AfterAll
  static void endAll() {
    children.forEach(Child::close);
  }

  private static List<String> javaCommand(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx256m");
    command.addAll(List.of(arguments));
    return command;
  }

  private static String jar(Path path) {
    assertThat(path).as("built by the package phase").exists();
    return path.toAbsolutePath().normalize().toString();
  }

  /** Brings the Node agent and Express into target/, unless what is there is of the same lock. */
  private static void installPackages() throws IOException, InterruptedException {
    Path source = Path.of("src", "test", "node");
    Files.createDirectories(NODE);
    Path installed = NODE.resolve("installed-lock.json");
    for (String file : List.of("package.json", "package-lock.json", ".npmrc", "app.js")) {
      Files.copy(source.resolve(file), NODE.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    Path lock = NODE.resolve("package-lock.json");
    if (Files.exists(installed) && Files.mismatch(lock, installed) == -1) {
      return;
    }
    boolean windows = File.separatorChar == '\\';
    try (Child npm =
        Child.start("npm", NODE, Map.of(), "^$", List.of(windows ? "npm.cmd" : "npm", "ci"))) {
      assertThat(npm.exitStatus(300))
          .as(
              "npm ci in "
                  + NODE.toAbsolutePath()
                  + " (it needs Node.js and npm's registry): "
                  + npm.lines)
          .isZero();
    }
    Files.copy(lock, installed, StandardCopyOption.REPLACE_EXISTING);
  }

  private static String get(String url) throws IOException, InterruptedException {
    return HTTP.send(
            HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(60)).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8);
  }

  /** Asks again and again until the answer is as wished; the collector takes a moment. */
  private static JsonNode query(String path, Predicate<JsonNode> wished)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(90).toNanos();
    while (true) {
      JsonNode answer = JSON.readTree(get(queries + path));
      if (wished.test(answer)) {
        return answer;
      }
      assertThat(System.nanoTime()).as(path + " answers " + answer).isLessThan(deadline);
      Thread.sleep(200); // how often to ask; nothing is awaited by it
    }
  }

  private static JsonNode wholeTrace(String service, String endpoint, int segments)
      throws IOException, InterruptedException {
    JsonNode found =
        query(
            "/api/traces?service=" + service + "&endpoint=" + encoded(endpoint),
            answer ->
                answer.path("traces").size() == 1
                    && answer.path("traces").get(0).path("segments").asInt() == segments);
    String id = found.path("traces").get(0).path("traceId").asText();
    return query(
        "/api/trace?id=" + encoded(id), answer -> answer.path("segments").size() == segments);
  }

  /** Finds the only span of a service with this type and operation. */
  private static JsonNode span(JsonNode trace, String service, String type, String operation) {
    List<JsonNode> found = new ArrayList<>();
    for (JsonNode segment : trace.path("segments")) {
      for (JsonNode span : segment.path("spans")) {
        if (segment.path("service").asText().equals(service)
            && span.path("type").asText().equals(type)
            && span.path("operation").asText().equals(operation)) {
          found.add(span);
        }
      }
    }
    assertThat(found).as(service + " " + type + " " + operation + " in " + trace).hasSize(1);
    return found.get(0);
  }

  private static String segmentOf(JsonNode trace, JsonNode wanted) {
    for (JsonNode segment : trace.path("segments")) {
      for (JsonNode span : segment.path("spans")) {
        if (span.equals(wanted)) {
          return segment.path("segmentId").asText();
        }
      }
    }
    throw new AssertionError("not of this trace: " + wanted);
  }

  private static void assertCause(
      JsonNode trace, JsonNode entry, JsonNode exit, String service, String endpoint) {
    assertThat(entry.path("refs")).hasSize(1);
    JsonNode ref = entry.path("refs").get(0);
    assertThat(ref.path("type").asText()).isEqualTo("CrossProcess");
    assertThat(ref.path("traceId").asText()).isEqualTo(trace.path("traceId").asText());
    assertThat(ref.path("segmentId").asText()).isEqualTo(segmentOf(trace, exit));
    assertThat(ref.path("spanId").asInt()).isEqualTo(exit.path("id").asInt());
    assertThat(ref.path("service").asText()).isEqualTo(service);
    assertThat(ref.path("endpoint").asText()).isEqualTo(endpoint);
    assertThat(ref.path("address").asText()).isEqualTo(exit.path("peer").asText());
  }

  private static String tag(JsonNode span, String key) {
    for (JsonNode tag : span.path("tags")) {
      if (tag.path("key").asText().equals(key)) {
        return tag.path("value").asText();
      }
    }
    return "";
  }

  @Test
  void aTraceOfTheNodeAgentIsWhole() throws Exception {
    assertThat(get(node + "/middle?next=" + encoded(node + "/leaf"))).isEqualTo("middle>leaf");

    JsonNode trace = wholeTrace("node-shop", "GET:/leaf", 2);
    JsonNode entry = span(trace, "node-shop", "Entry", "GET:/middle");
    JsonNode exit = span(trace, "node-shop", "Exit", "/leaf");
    JsonNode leaf = span(trace, "node-shop", "Entry", "GET:/leaf");
    assertThat(exit.path("parentId").asInt()).isEqualTo(entry.path("id").asInt());
    assertThat(exit.path("peer").asText()).isEqualTo(node.substring("http://".length()));
    assertThat(entry.path("component").asText()).isEqualTo("Express");
    assertThat(entry.path("layer").asText()).isEqualTo("Http");
    assertThat(tag(leaf, "http.status_code")).isEqualTo("200");
    assertCause(trace, leaf, exit, "node-shop", UNTOLD);
  }

  @Test
  void anErrorOfTheNodeAgentIsFoundAsOne() throws Exception {
    assertThat(get(node + "/fails")).isEqualTo("fails");
    JsonNode found =
        query(
            "/api/traces?service=node-shop&error=true&tag=" + encoded("http.status_code=500"),
            answer -> answer.path("traces").size() == 1);
    assertThat(found.path("traces").get(0).path("endpoint").asText()).isEqualTo("GET:/fails");
  }

  @Test
  void aTraceGoesFromOurAgentToTheNodeAgentAndBack() throws Exception {
    String middle = node + "/middle?next=" + encoded(java + "/back");
    assertThat(get(java + "/front?next=" + encoded(middle))).isEqualTo("front>middle>back");

    JsonNode trace = wholeTrace("java-shop", "GET:/front", 3);
    JsonNode front = span(trace, "java-shop", "Entry", "GET:/front");
    JsonNode toNode = span(trace, "java-shop", "Exit", "GET:/middle");
    JsonNode inNode = span(trace, "node-shop", "Entry", "GET:/middle");
    JsonNode toJava = span(trace, "node-shop", "Exit", "/back");
    JsonNode back = span(trace, "java-shop", "Entry", "GET:/back");
    assertThat(toNode.path("parentId").asInt()).isEqualTo(front.path("id").asInt());
    assertCause(trace, inNode, toNode, "java-shop", UNTOLD);
    // The Node agent names the exit's own operation where the protocol wants the entry's.
    assertCause(trace, back, toJava, "node-shop", "/back");

    // The account of our agent is exact once its application has ended, and nothing was lost.
    javaApplication.end();
    JsonNode accounting =
        query(
            "/api/accounting",
            answer -> instance(answer, "java-shop").path("balanced").asBoolean(false));
    JsonNode account = instance(accounting, "java-shop");
    assertThat(account.path("made")).isEqualTo(account.path("stored"));
    assertThat(account.path("made").path("segments").asInt()).isEqualTo(2);
    assertThat(account.path("agentDropped")).isEmpty();
    assertThat(accounting.path("server").path("dropped")).isEmpty();
    assertThat(accounting.path("server").path("badMessages")).isEmpty();
  }

  @Test
  void whatTheNodeAgentSaysAboutItselfIsShown() throws Exception {
    JsonNode instances =
        query(
            "/api/instances?service=node-shop",
            answer -> answer.path("instances").path(0).path("properties").size() > 0);
    JsonNode instance = instances.path("instances").get(0);
    assertThat(instance.path("name").asText()).isEqualTo("node-1");
    assertThat(instance.path("language").asText()).isEqualToIgnoringCase("nodejs");
  }

  private static JsonNode instance(JsonNode accounting, String service) {
    for (JsonNode instance : accounting.path("instances")) {
      if (instance.path("service").asText().equals(service)) {
        return instance;
      }
    }
    return JSON.missingNode();
  }
}
