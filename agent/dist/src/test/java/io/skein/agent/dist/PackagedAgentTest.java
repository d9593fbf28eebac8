package io.skein.agent.dist;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.testing.Certificates;
import io.skein.testing.RecordedSegment;
import io.skein.testing.RecordedSpan;
import io.skein.testing.harness.JavaHome;
import io.skein.testing.harness.Receiver;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Starts the packaged jar as a user would, in every JDK there is. */
class PackagedAgentTest {
  private static final Path AGENT = Path.of("target", "skein-agent.jar").toAbsolutePath();
  private static final long LARGEST = 12L << 20;
  private static final int PATIENCE_SECONDS = 60;

  @TempDir Path directory;

  static List<JavaHome> jdks() {
    return JavaHome.all();
  }

  /** What a child JVM did. */
  private record Ended(int status, String out, String err) {
    List<String> lines(String level) {
      return err.lines().filter(line -> line.contains(" " + level + " ")).toList();
    }
  }

  private Ended run(
      JavaHome jdk, List<String> options, Map<String, String> variables, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(jdk.java().toString());
    command.addAll(options);
    command.add("-cp");
    command.add(
        new File(SampleMain.class.getProtectionDomain().getCodeSource().getLocation().getPath())
            .toString());
    command.add(SampleMain.class.getName());
    command.addAll(List.of(arguments));
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.startsWith("SKEIN_") || name.startsWith("SW_"));
    builder.environment().put("SKEIN_SPOOL_SIZE", "0"); // the next test is the same service
    builder.environment().putAll(variables);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("ended in time").isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  private static String agent(String arguments) {
    return "-javaagent:" + AGENT + (arguments.isEmpty() ? "" : "=" + arguments);
  }

  private static String nobodyListens() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "127.0.0.1:" + free.getLocalPort();
    }
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void startsWithoutABackendAndWithoutAWarningOfTheJvm(JavaHome jdk) throws Exception {
    Ended ended =
        run(jdk, List.of(agent("backend=" + nobodyListens())), Map.of("SKEIN_SERVICE", "sample"));
    assertThat(ended.status()).isZero();
    assertThat(ended.out()).isEqualTo("task ran\nmain ended\n");
    assertThat(ended.err().lines())
        .allMatch(line -> line.startsWith("[skein] "), "is a line of ours");
    assertThat(ended.err()).contains("traces service \"sample\"").doesNotContain("left out");
    assertThat(ended.lines("WARN")).allMatch(line -> line.contains("unreachable"));
    assertThat(ended.lines("INFO")).anyMatch(line -> line.contains("plugins: "));
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void theApplicationSeesNothingOfTheAgent(JavaHome jdk) throws Exception {
    Ended ended = run(jdk, List.of(agent("backend=" + nobodyListens())), Map.of(), "look");
    assertThat(ended.out().lines().filter(line -> line.endsWith("true"))).isEmpty();
    assertThat(ended.out().lines().filter(line -> line.endsWith("false"))).hasSize(4);
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void classDataSharingStaysOn(JavaHome jdk) throws Exception {
    Ended ended =
        run(
            jdk,
            List.of(
                "-Xshare:on",
                "-Xlog:class+load:file=" + directory.resolve("loaded"),
                agent("backend=" + nobodyListens())),
            Map.of());
    assertThat(ended.status()).isZero();
    try (Stream<String> lines = Files.lines(directory.resolve("loaded"), StandardCharsets.UTF_8)) {
      assertThat(lines.filter(line -> line.contains("shared objects file")).count())
          .isGreaterThan(300);
    }
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void theWayTheApplicationEndsIsItsOwn(JavaHome jdk) throws Exception {
    List<String> options = List.of(agent("backend=" + nobodyListens()));
    Ended exited = run(jdk, options, Map.of(), "exit");
    assertThat(exited.status()).isEqualTo(3);
    assertThat(exited.err()).contains("ended: made 0 segments (0 spans) = delivered 0 segments");
    Ended failed = run(jdk, options, Map.of(), "throw");
    assertThat(failed.status()).isEqualTo(1);
    assertThat(failed.err())
        .contains("IllegalStateException: uncaught")
        .doesNotContain("at io.skein.agent.engine");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void anAsynchronousSpanThatNeverEndsIsReportedAtTheEnd(JavaHome jdk) throws Exception {
    List<RecordedSegment> segments = new CopyOnWriteArrayList<>();
    List<String> malformed = new CopyOnWriteArrayList<>();
    Ended ended;
    try (Receiver receiver = new Receiver(segments::add, malformed::add)) {
      ended = run(jdk, List.of(agent("backend=" + receiver.address())), Map.of(), "unanswered");
    }
    assertThat(ended.status()).isZero();
    assertThat(ended.err())
        .contains(
            "made 1 segments (1 spans) = delivered 1 segments (1 spans)",
            "; with unfinished asynchronous spans: 1 segments");
    assertThat(malformed).isEmpty();
    assertThat(segments).hasSize(1);
    RecordedSpan span = segments.get(0).spans().get(0);
    assertThat(span.operationName()).isEqualTo("GET:/silent");
    assertThat(span.tag("async")).isEqualTo("unfinished");
  }

  @Test
  void switchedOffItDoesNothing() throws Exception {
    Ended ended = run(jdks().get(0), List.of(agent("")), Map.of("SKEIN_ENABLED", "false"));
    assertThat(ended.status()).isZero();
    assertThat(ended.err().lines())
        .singleElement()
        .asString()
        .contains("switched off by skein.enabled");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void tracesTravelEncryptedBetweenTwoThatKnowEachOther(JavaHome jdk) throws Exception {
    Certificates certificates = new Certificates(directory);
    Certificates.Issued authority = certificates.authority("authority");
    Certificates.Issued server = certificates.issue(authority, "server", "ip:127.0.0.1");
    Certificates.Issued own = certificates.issue(authority, "own", "dns:shop");
    List<RecordedSegment> segments = new CopyOnWriteArrayList<>();
    Ended ended;
    try (Receiver receiver = Receiver.withTls(server, authority, segments::add, malformed -> {})) {
      ended =
          run(
              jdk,
              List.of(
                  agent(
                      "backend="
                          + receiver.address()
                          + ",tls.certificate="
                          + own.certificate()
                          + ",tls.key="
                          + own.key())),
              Map.of("SW_AGENT_SSL_TRUSTED_CA_PATH", authority.certificate().toString()),
              "unanswered");
    }
    assertThat(ended.err())
        .contains(" by TLS, plugins: ", "= delivered 1 segments (1 spans)")
        .doesNotContain(" WARN ", " ERROR ");
    assertThat(segments).hasSize(1);
  }

  @Test
  void whatIsToBeEncryptedNeverTravelsInTheClear() throws Exception {
    List<RecordedSegment> segments = new CopyOnWriteArrayList<>();
    Ended ended;
    try (Receiver receiver = new Receiver(segments::add, malformed -> {})) {
      ended =
          run(
              jdks().get(0),
              List.of(agent("tls.ca=/nowhere/ca.pem")),
              Map.of("SKEIN_BACKEND", receiver.address()),
              "unanswered");
    }
    assertThat(ended.out()).endsWith("main ended\n");
    assertThat(ended.lines("WARN"))
        .singleElement()
        .asString()
        .contains("unreachable (TLS: there is no file /nowhere/ca.pem): holding the first");
    assertThat(ended.err()).contains("made 1 segments (1 spans) = delivered 0 segments (0 spans)");
    assertThat(segments).isEmpty();
  }

  @Test
  void aSecondAgentStaysOut() throws Exception {
    Ended ended =
        run(
            jdks().get(0),
            List.of(agent("backend=" + nobodyListens()), agent("backend=" + nobodyListens())),
            Map.of());
    assertThat(ended.out()).endsWith("main ended\n");
    assertThat(ended.err()).contains("runs in this JVM already");
  }

  @Test
  void aMistakeInTheSettingsIsToldAndTheApplicationRuns() throws Exception {
    Ended ended =
        run(
            jdks().get(0),
            List.of(
                "-Dskein.servce=x",
                agent("backend=not a backend,limit.spans=lots,plugins.exclude=nothing-like-it")),
            Map.of("SKEIN_LOG_LEVEL", "LOUD"));
    assertThat(ended.out()).endsWith("main ended\n");
    assertThat(ended.err())
        .contains(
            "did you mean skein.service?",
            "skein.limit.spans = \"lots\" is not a whole number",
            "skein.backend = \"not a backend\"",
            "skein.log.level = \"LOUD\" is not a level",
            "there is no plugin nothing-like-it");
  }

  @Test
  void aSettingsFileThatIsMissingIsOneLineAndTheApplicationRuns() throws Exception {
    Ended ended = run(jdks().get(0), List.of(agent("config=/nowhere/skein.properties")), Map.of());
    assertThat(ended.out()).endsWith("main ended\n");
    assertThat(ended.err().lines())
        .singleElement()
        .asString()
        .contains("not started, the application runs without it")
        .contains("/nowhere/skein.properties: there is no such file");
  }

  @Test
  void theLogCanGoToAFileAndTheServiceNameToOneOfSkyWalkings() throws Exception {
    Path log = directory.resolve("agent.log");
    Ended ended =
        run(
            jdks().get(0),
            List.of("-Dskywalking.agent.service_name=from-skywalking", agent("log.file=" + log)),
            Map.of("SW_AGENT_COLLECTOR_BACKEND_SERVICES", nobodyListens()));
    assertThat(ended.err()).isEmpty();
    assertThat(Files.readString(log)).contains("traces service \"from-skywalking\"");
  }

  @Test
  void aJarOfTheRightShapeAndSize() throws Exception {
    assertThat(Files.size(AGENT)).isLessThan(LARGEST);
    try (ZipFile jar = new ZipFile(AGENT.toFile())) {
      assertThat(jar.stream().map(ZipEntry::getName).filter(name -> name.endsWith(".class")))
          .containsExactly("io/skein/agent/premain/SkeinAgent.class");
      assertThat(jar.stream().map(ZipEntry::getName).filter(name -> !name.endsWith("/")))
          .allMatch(
              name ->
                  name.startsWith("skein/")
                      || name.startsWith("META-INF/")
                      || name.startsWith("io/skein/"));
      assertThat(jar.getEntry("META-INF/LICENSE")).isNotNull();
    }
  }
}
