package io.skein.benchmarks.overhead.measure;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The agents that are compared. Each reports all its spans, and is otherwise as its makers set it;
 * README.md beside the harness says for each why that is fair.
 */
public final class Variants {
  private final Path home;

  /**
   * All that {@link #ALL} names.
   *
   * @param home the project's directory
   */
  public Variants(Path home) {
    this.home = home;
  }

  public static final List<String> ALL =
      List.of(Variant.NONE, Variant.AGAIN, "skein", "otel", "otel-traces", "elastic", "datadog");

  /** Not compared unless asked for: the server works on the processors of the load. */
  private static final String TO_SERVER = "skein-server";

  public List<Variant> named(List<String> names) throws IOException {
    List<Variant> chosen = new ArrayList<>();
    for (String name : names) {
      chosen.add(named(name));
    }
    return chosen;
  }

  private Variant named(String name) throws IOException {
    return switch (name) {
      case Variant.NONE -> Variant.withoutAgent(name, "no agent");
      case Variant.AGAIN -> Variant.withoutAgent(name, "no agent, again");
      case "skein" -> skein(name, "Skein", false);
      case TO_SERVER -> skein(name, "Skein, to its server", true);
      case "otel" -> openTelemetry(name, "OpenTelemetry", List.of());
      // Its metrics and its copy of the log are work that agents for tracing alone do not do.
      case "otel-traces" ->
          openTelemetry(
              name,
              "OpenTelemetry, traces only",
              List.of("-Dotel.metrics.exporter=none", "-Dotel.logs.exporter=none"));
      case "elastic" -> elastic();
      case "datadog" -> datadog();
      default ->
          throw new IOException(
              "no variant is called "
                  + name
                  + "; there are "
                  + String.join(", ", ALL)
                  + ", "
                  + TO_SERVER);
    };
  }

  private Variant skein(String name, String title, boolean toServer) throws IOException {
    Path jar = home.resolve("agent/dist/target/skein-agent.jar");
    if (!Files.exists(jar)) {
      throw new IOException(jar + " is not built");
    }
    return new Variant(
        name,
        title,
        jar,
        Duration.ofMillis(500),
        toServer,
        sink -> List.of("-Dskein.service=overhead", "-Dskein.backend=127.0.0.1:" + sink.grpc()));
  }

  private Variant openTelemetry(String name, String title, List<String> more) throws IOException {
    Path jar = peer("opentelemetry-javaagent");
    return new Variant(
        name,
        title + " " + version(jar),
        jar,
        Duration.ofSeconds(5),
        false,
        sink -> {
          List<String> options = new ArrayList<>();
          options.add("-Dotel.service.name=overhead");
          options.add("-Dotel.exporter.otlp.endpoint=http://127.0.0.1:" + sink.http());
          options.addAll(more);
          return options;
        });
  }

  private Variant elastic() throws IOException {
    Path jar = peer("elastic-apm-agent");
    return new Variant(
        "elastic",
        "Elastic " + version(jar),
        jar,
        Duration.ofSeconds(10),
        false,
        sink ->
            List.of(
                "-Delastic.apm.service_name=overhead",
                "-Delastic.apm.server_url=http://127.0.0.1:" + sink.http()));
  }

  private Variant datadog() throws IOException {
    Path jar = peer("dd-java-agent");
    return new Variant(
        "datadog",
        "Datadog " + version(jar),
        jar,
        Duration.ofSeconds(1),
        false,
        sink ->
            List.of(
                "-Ddd.service=overhead", "-Ddd.trace.agent.url=http://127.0.0.1:" + sink.http()));
  }

  private Path peer(String artifact) throws IOException {
    Path found = null;
    Path directory = home.resolve("benchmarks/overhead/target/peers");
    if (Files.isDirectory(directory)) {
      try (DirectoryStream<Path> jars =
          Files.newDirectoryStream(directory, artifact + "-[0-9]*.jar")) {
        for (Path jar : jars) {
          found = newer(found, jar);
        }
      }
    }
    if (found == null) {
      throw new IOException(
          "no " + artifact + " in " + directory + "; benchmarks/overhead/run brings it");
    }
    return found;
  }

  private static Path newer(@Nullable Path one, Path other) throws IOException {
    return one == null
            || Files.getLastModifiedTime(one).compareTo(Files.getLastModifiedTime(other)) < 0
        ? other
        : one;
  }

  private static String version(Path jar) {
    return jar.getFileName().toString().replaceAll("^.*?-([0-9][^-]*.*)\\.jar$", "$1");
  }
}
