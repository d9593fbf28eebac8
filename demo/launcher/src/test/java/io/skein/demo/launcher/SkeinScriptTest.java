package io.skein.demo.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a newcomer reads when something is missing. Each test runs the real script with a search
 * path of its own; nothing is built, because each ends before that, or with a Maven that fails.
 */
class SkeinScriptTest {
  private static final List<String> BASICS =
      List.of(
          "bash",
          "awk",
          "sed",
          "grep",
          "find",
          "head",
          "sort",
          "cut",
          "tee",
          "mkdir",
          "dirname",
          "readlink",
          "cat",
          "touch",
          "pwd",
          "env");

  @TempDir Path path;
  private final Path home = Path.of("../..").toAbsolutePath().normalize();

  record Outcome(int status, String text) {}

  @BeforeEach
  void copyTheProjectsFrame() throws IOException {
    for (String tool : BASICS) {
      Path found = onPath(tool);
      if (found != null) {
        tool(tool, "exec " + found + " \"$@\"");
      }
    }
    // A tree without anything built, so that the script wants to build.
    Files.createDirectories(path.resolve("home/scripts"));
    Files.copy(home.resolve("skein"), path.resolve("home/skein"));
    Files.copy(home.resolve("pom.xml"), path.resolve("home/pom.xml"));
    Files.copy(home.resolve("scripts/common.sh"), path.resolve("home/scripts/common.sh"));
    assertThat(path.resolve("home/skein").toFile().setExecutable(true)).isTrue();
  }

  private static Path onPath(String tool) {
    for (String directory : System.getenv("PATH").split(":", -1)) {
      Path candidate = Path.of(directory, tool);
      if (Files.isExecutable(candidate)) {
        return candidate;
      }
    }
    return null;
  }

  private void tool(String name, String... lines) throws IOException {
    Path file = path.resolve(name);
    Files.writeString(file, "#!" + onPath("bash") + "\n" + String.join("\n", lines) + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private Outcome skein(String javaHome, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(path.resolve("home/skein").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().put("PATH", path.toString());
    if (!javaHome.isEmpty()) {
      builder.environment().put("JAVA_HOME", javaHome);
    }
    Process process = builder.start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(text).doesNotContain("Exception in thread", "unbound variable", "not found\n");
    return new Outcome(process.exitValue(), text);
  }

  private static String thisJdk() {
    return System.getProperty("java.home");
  }

  @Test
  void helpAndVersionNeedNothing() throws Exception {
    assertThat(skein("", "--help").text()).contains("demo", "server", "run", "doctor");
    assertThat(skein("", "--version").text()).startsWith("skein 0.");
    assertThat(skein("", "run", "--help").text()).contains("--service", "--backend");
    assertThat(skein("").status()).isEqualTo(2);
  }

  @Test
  void unknownCommandIsNamed() throws Exception {
    Outcome outcome = skein("", "dmeo");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.text()).contains("there is no command \"dmeo\"", "./skein --help");
  }

  @Test
  void missingJavaIsToldWithTheRemedy() throws Exception {
    Outcome outcome = skein("", "demo");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.text())
        .contains("no Java found", "JDK")
        .containsAnyOf("apt-get", "JAVA_HOME=");
  }

  @Test
  void wrongJavaHomeIsTold() throws Exception {
    Outcome outcome = skein("/nowhere/jdk", "demo");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.text()).contains("JAVA_HOME is /nowhere/jdk", "unset it");
  }

  @Test
  void tooOldJavaIsToldWithItsVersion() throws Exception {
    tool(
        "java",
        "echo '    java.home = /opt/java8' >&2",
        "echo '    java.specification.version = 1.8' >&2");
    Outcome outcome = skein("", "demo");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.text()).contains("Java 8 at /opt/java8 is too old", "17 or newer");
  }

  @Test
  void javaWithoutCompilerIsTold() throws Exception {
    tool(
        "java",
        "echo '    java.home = /opt/jre' >&2",
        "echo '    java.specification.version = 21' >&2");
    Outcome outcome = skein("", "demo");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.text()).contains("Java 21 at /opt/jre has no compiler");
  }

  @Test
  void missingMavenIsToldWithTheRemedy() throws Exception {
    Outcome outcome = skein(thisJdk(), "demo");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.text()).contains("Maven (mvn) is not on the PATH", "apt-get install maven");
  }

  @Test
  void missingNodeIsToldBeforeAnythingIsBuilt() throws Exception {
    tool("mvn", "echo must not run; exit 9");
    Outcome outcome = skein(thisJdk(), "server");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.text())
        .contains("Node.js with npm is not on the PATH")
        .doesNotContain("must");
  }

  @Test
  void tooOldNodeIsTold() throws Exception {
    tool("mvn", "exit 9");
    tool("npm", "exit 9");
    tool("node", "echo v18.19.0");
    assertThat(skein(thisJdk(), "server").text()).contains("18.19.0 is too old", "20.19 or newer");
    tool("node", "echo v20.9.1");
    assertThat(skein(thisJdk(), "server").text()).contains("20.9.1 is too old", "20.19 or newer");
    tool("node", "echo v22.1.0");
    assertThat(skein(thisJdk(), "server").text()).contains("skein: building");
  }

  @Test
  void firstBuildWithoutNetworkIsToldInPlainWords() throws Exception {
    tool(
        "mvn",
        "echo '[INFO] Building Skein 0.1.0 [1/2]'",
        "echo '[ERROR] Plugin x or one of its dependencies could not be resolved: Could not transfer"
            + " artifact x from/to central: repo.example: Temporary failure in name resolution'",
        "exit 1");
    Outcome outcome = skein(thisJdk(), "run", "--", "java", "-version");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.text())
        .contains("is there a network?", "skein-build.log", "[1/2] Skein")
        .doesNotContain("[ERROR]");
  }

  @Test
  void failedBuildShowsItsFirstErrorsAndItsLog() throws Exception {
    tool("mvn", "echo '[ERROR] Foo.java:[3,5] cannot find symbol'", "exit 1");
    Outcome outcome = skein(thisJdk(), "run", "--", "java", "-version");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.text())
        .contains("the build failed", "cannot find symbol", "skein-build.log");
  }

  @Test
  void takenPortIsToldWithTheOptionThatChangesIt() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(Ports.isTaken(taken.getLocalPort())).isTrue();
      assertThatThrownBy(() -> Ports.requireFree(taken.getLocalPort(), "--http-port", "UI"))
          .isInstanceOf(DemoFailure.class)
          .hasMessageContainingAll(String.valueOf(taken.getLocalPort()), "--http-port=PORT");
    }
  }

  @Test
  void freePortsAreFreeAndDifferent() {
    List<Integer> ports = Ports.free(3);
    assertThat(ports).doesNotHaveDuplicates().hasSize(3).noneMatch(Ports::isTaken);
  }
}
