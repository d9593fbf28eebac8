package io.skein.testing.conformance;

import static io.skein.testing.server.RunningServer.encoded;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.skein.testing.server.Child;
import io.skein.testing.server.RunningServer;
import io.skein.testing.server.Trace;
import java.io.File;
import java.io.IOException;
import java.net.URI;
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

  private static final Path NODE = Path.of("target", "node");
  private static final String LISTENING = "listening on port (\\d+)";

  /** The Node agent reads the parent's endpoint from the header and leaves it out of its refs. */
  private static final String UNTOLD = "";

  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir static Path data;

  private static final List<Child> children = new ArrayList<>();
  private static RunningServer server;
  private static String node;
  private static String java;
  private static Child javaApplication;

  @BeforeAll
  static void startAll() throws Exception {
    installPackages();
    server = RunningServer.start(data.resolve("traces"));
    String collector = server.collector();
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
                Child.java(
                    "-javaagent:" + RunningServer.built("agent/dist/target/skein-agent.jar"),
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
    if (server != null) {
      server.close();
    }
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
                  + npm.lines())
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

  private static Trace wholeTrace(String service, String endpoint, int segments)
      throws IOException, InterruptedException {
    JsonNode found =
        server.await(
            "/api/traces?service=" + service + "&endpoint=" + encoded(endpoint),
            answer ->
                answer.path("traces").size() == 1
                    && answer.path("traces").get(0).path("segments").asInt() == segments);
    return server.trace(found.path("traces").get(0).path("traceId").asText(), segments);
  }

  private static void assertCause(
      Trace trace, Trace.Span entry, Trace.Span exit, String service, String endpoint) {
    assertThat(entry.refersTo(exit, "CrossProcess")).as("%s", entry.refs()).isTrue();
    JsonNode ref = entry.refs().get(0);
    assertThat(ref.path("traceId").asText()).isEqualTo(trace.id());
    assertThat(ref.path("service").asText()).isEqualTo(service);
    assertThat(ref.path("endpoint").asText()).isEqualTo(endpoint);
    assertThat(ref.path("address").asText()).isEqualTo(exit.peer());
  }

  @Test
  void aTraceOfTheNodeAgentIsWhole() throws Exception {
    assertThat(get(node + "/middle?next=" + encoded(node + "/leaf"))).isEqualTo("middle>leaf");

    Trace trace = wholeTrace("node-shop", "GET:/leaf", 2);
    Trace.Span entry = trace.span("node-shop", "Entry", "GET:/middle");
    Trace.Span exit = trace.span("node-shop", "Exit", "/leaf");
    Trace.Span leaf = trace.span("node-shop", "Entry", "GET:/leaf");
    assertThat(exit.isChildOf(entry)).isTrue();
    assertThat(exit.peer()).isEqualTo(node.substring("http://".length()));
    assertThat(entry.component()).isEqualTo("Express");
    assertThat(entry.layer()).isEqualTo("Http");
    assertThat(leaf.tag("http.status_code")).isEqualTo("200");
    assertCause(trace, leaf, exit, "node-shop", UNTOLD);
  }

  @Test
  void anErrorOfTheNodeAgentIsFoundAsOne() throws Exception {
    assertThat(get(node + "/fails")).isEqualTo("fails");
    JsonNode found =
        server.await(
            "/api/traces?service=node-shop&error=true&tag=" + encoded("http.status_code=500"),
            answer -> answer.path("traces").size() == 1);
    assertThat(found.path("traces").get(0).path("endpoint").asText()).isEqualTo("GET:/fails");
  }

  @Test
  void aTraceGoesFromOurAgentToTheNodeAgentAndBack() throws Exception {
    String middle = node + "/middle?next=" + encoded(java + "/back");
    assertThat(get(java + "/front?next=" + encoded(middle))).isEqualTo("front>middle>back");

    Trace trace = wholeTrace("java-shop", "GET:/front", 3);
    Trace.Span front = trace.span("java-shop", "Entry", "GET:/front");
    Trace.Span toNode = trace.span("java-shop", "Exit", "GET:/middle");
    Trace.Span inNode = trace.span("node-shop", "Entry", "GET:/middle");
    Trace.Span toJava = trace.span("node-shop", "Exit", "/back");
    Trace.Span back = trace.span("java-shop", "Entry", "GET:/back");
    assertThat(toNode.isChildOf(front)).isTrue();
    assertCause(trace, inNode, toNode, "java-shop", UNTOLD);
    // The Node agent names the exit's own operation where the protocol wants the entry's.
    assertCause(trace, back, toJava, "node-shop", "/back");

    // The account of our agent is exact once its application has ended, and nothing was lost.
    javaApplication.end();
    JsonNode accounting =
        server.await(
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
        server.await(
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
    return MissingNode.getInstance();
  }
}
