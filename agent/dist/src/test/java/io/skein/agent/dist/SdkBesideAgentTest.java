package io.skein.agent.dist;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.testing.RecordedSegment;
import io.skein.testing.harness.JavaHome;
import io.skein.testing.harness.Receiver;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One program, with the SDK in it, without and with the packaged agent. */
class SdkBesideAgentTest {
  private static final Path AGENT = Path.of("target", "skein-agent.jar").toAbsolutePath();

  private final List<RecordedSegment> segments = new CopyOnWriteArrayList<>();
  private final List<String> malformed = new CopyOnWriteArrayList<>();

  @TempDir Path directory;

  static List<JavaHome> jdks() {
    return JavaHome.all();
  }

  /** Ours, without the agent's entry class, which is to be found in the agent's jar. */
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> !entry.contains("premain"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** What the program printed, its log included. */
  private String run(JavaHome jdk, boolean withAgent) throws Exception {
    Path output = directory.resolve("output");
    try (Receiver receiver = new Receiver(segments::add, malformed::add)) {
      ProcessBuilder builder =
          new ProcessBuilder(
                  jdk.java().toString(),
                  withAgent ? "-javaagent:" + AGENT + "=service=agent" : "-Xshare:auto",
                  "-cp",
                  classPath(),
                  SdkMain.class.getName())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile());
      builder
          .environment()
          .keySet()
          .removeIf(name -> name.startsWith("SKEIN_") || name.startsWith("SW_"));
      builder.environment().put("SKEIN_SPOOL_SIZE", "0");
      builder.environment().put("SKEIN_BACKEND", receiver.address());
      builder.environment().put("SKEIN_SERVICE", "sdk");
      Process process = builder.start();
      try {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended in time").isTrue();
      } finally {
        process.destroyForcibly();
      }
      assertThat(process.exitValue()).isZero();
    }
    assertThat(malformed).isEmpty();
    return Files.readString(output);
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void withoutAnAgentTheSdkTraces(JavaHome jdk) throws Exception {
    assertThat(run(jdk, false)).contains("active true, 1 segments (1 spans)");
    assertThat(segments).hasSize(2).allMatch(segment -> segment.service().equals("sdk"));
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void withAnAgentTheSdkStandsAsideAndTheAgentTraces(JavaHome jdk) throws Exception {
    String output = run(jdk, true);
    assertThat(output.lines().filter(line -> line.contains("active false, 0 segments")))
        .as(output)
        .hasSize(2);
    assertThat(output.lines().filter(line -> line.contains("the SDK stands aside"))).hasSize(1);
    assertThat(segments).hasSize(2).allMatch(segment -> segment.service().equals("agent"));
    assertThat(segments)
        .allMatch(segment -> segment.spans().get(0).operationName().equals("by hand"));
  }
}
