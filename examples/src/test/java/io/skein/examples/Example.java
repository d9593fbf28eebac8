package io.skein.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.testing.server.Child;
import io.skein.testing.server.RunningServer;
import io.skein.testing.server.Trace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs an example as its reader would, in a JVM of its own, and asks the server what it got. */
final class Example {
  private final RunningServer server;
  private final String service;
  private final List<String> lines;

  private Example(RunningServer server, String service, List<String> lines) {
    this.server = server;
    this.service = service;
    this.lines = lines;
  }

  /**
   * Runs it to its end.
   *
   * @param jvm further arguments for its JVM
   */
  static Example run(RunningServer server, Class<?> program, String... jvm) throws Exception {
    return run(server, Path.of(System.getProperty("java.home")), program, jvm);
  }

  /** Runs it to its end with another JDK. */
  static Example run(RunningServer server, Path jdk, Class<?> program, String... jvm)
      throws Exception {
    return run(server, jdk, program, List.of(), jvm);
  }

  /** The same, with arguments for the program. */
  static Example run(
      RunningServer server, Path jdk, Class<?> program, List<String> given, String... jvm)
      throws Exception {
    String service = program.getSimpleName();
    List<String> arguments = new ArrayList<>(List.of(jvm));
    arguments.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    arguments.addAll(given);
    try (Child child =
        Child.start(
            service,
            Path.of("."),
            Map.of("SKEIN_SERVICE", service, "SKEIN_BACKEND", server.collector()),
            "^$",
            Child.java(jdk, arguments.toArray(String[]::new)))) {
      assertThat(child.exitStatus(120)).as("%s", child.lines()).isZero();
      assertThat(child.lines()).noneMatch(line -> line.contains("WARNING"));
      return new Example(server, service, child.lines());
    }
  }

  /** What it said. */
  List<String> lines() {
    return lines;
  }

  /** What it made; when there are more or fewer traces, that is a failure. */
  List<Trace> traces(int count) throws Exception {
    return server.traces(service, count);
  }

  /** The only trace of them that has a span with this name. */
  static Trace with(List<Trace> traces, String operation) {
    List<Trace> found =
        traces.stream()
            .filter(
                trace ->
                    trace.spans().stream().anyMatch(span -> span.operation().equals(operation)))
            .toList();
    assertThat(found).as("traces with %s", operation).hasSize(1);
    return found.get(0);
  }
}
