package io.skein.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.server.collector.Collector;
import io.skein.server.collector.CollectorSettings;
import io.skein.server.storage.InMemoryTraceStore;
import io.skein.server.storage.StoredTrace;
import io.skein.wire.model.TraceSegment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A program of its own with the SDK: everything from outside, and nothing lost at its end. */
@Timeout(120)
class JobTest {
  private final InMemoryTraceStore store = new InMemoryTraceStore();
  private Collector collector;

  @BeforeEach
  void startCollector() throws IOException {
    collector = new Collector(CollectorSettings.on("127.0.0.1", 0), store, InstantSource.system());
    collector.start();
  }

  @AfterEach
  void endCollector() {
    collector.close();
    store.close();
  }

  private record Ended(int status, String output) {
    String after(String prefix) {
      return output
          .lines()
          .filter(line -> line.startsWith(prefix))
          .map(line -> line.substring(prefix.length()))
          .findFirst()
          .orElseThrow(() -> new AssertionError(output));
    }
  }

  private static Ended run(Map<String, String> environment, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx64m", "-cp", System.getProperty("java.class.path")));
    command.add(Job.class.getName());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(k -> k.startsWith("SKEIN_") || k.startsWith("SW_"));
    builder.environment().put("SKEIN_SPOOL_SIZE", "0"); // the next test is the same service
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return new Ended(process.exitValue(), output);
    } finally {
      process.destroyForcibly();
    }
  }

  private Map<String, String> environment() {
    return Map.of(
        "SKEIN_SERVICE", "nightly",
        "SW_AGENT_INSTANCE_NAME", "nightly-1",
        "SKEIN_BACKEND", "127.0.0.1:" + collector.port());
  }

  private TraceSegment only(String traceId) {
    StoredTrace trace = store.trace(traceId, 100);
    assertThat(trace).as("everything is sent before the program has ended").isNotNull();
    assertThat(trace.segments()).hasSize(1);
    return trace.segments().get(0).segment();
  }

  @Test
  void whatAProgramMadeIsThereWhenItHasEnded() throws Exception {
    Ended job = run(environment());
    assertThat(job.status()).isZero();
    assertThat(job.after("active ")).isEqualTo("true");
    TraceSegment segment = only(job.after("trace "));
    assertThat(segment.service()).isEqualTo("nightly");
    assertThat(segment.instance()).isEqualTo("nightly-1");
    assertThat(segment.spans()).hasSize(2);
    assertThat(job.output()).contains("traces service \"nightly\" (instance nightly-1)");
  }

  @Test
  void alsoWhenItExitsInTheMiddle() throws Exception {
    Ended job = run(environment(), "7");
    assertThat(job.status()).isEqualTo(7);
    assertThat(only(job.after("trace ")).spans()).hasSize(2);
  }

  @Test
  void aProgramWhoseBackendIsAwayEndsInTime() throws Exception {
    long begun = System.nanoTime();
    Ended job = run(Map.of("SKEIN_BACKEND", "127.0.0.1:1", "SKEIN_SHUTDOWN", "500ms"));
    assertThat(job.status()).isZero();
    assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun)).isLessThan(30);
  }

  @Test
  void aProgramWithWrongSettingsRunsUntraced() throws Exception {
    Ended job = run(Map.of("SKEIN_CONFIG", "/no/such/file"), "3");
    assertThat(job.status()).isEqualTo(3);
    assertThat(job.after("active ")).isEqualTo("false");
    assertThat(job.after("trace ")).isEqualTo("null");
    assertThat(job.output()).contains("/no/such/file: there is no such file");
  }
}
