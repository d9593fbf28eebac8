package io.skein.benchmarks.overhead.measure;

import io.skein.benchmarks.overhead.sink.Sink;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The service with one agent, or with none.
 *
 * @param agent its jar
 * @param flush the longest that its spans wait by its own settings before they are sent
 * @param settings where it reports to, as options of the JVM, for a sink
 */
public record Variant(
    String name,
    String title,
    @Nullable Path agent,
    Duration flush,
    Function<Sink.Ports, List<String>> settings) {
  /** The service alone, to which all others are compared. */
  public static final String NONE = "none";

  /** The service alone once more: how far two equal things are apart on this machine. */
  public static final String AGAIN = "none-again";

  public boolean hasAgent() {
    return agent != null;
  }

  public List<String> jvmOptions(Sink.Ports sink) {
    if (agent == null) {
      return List.of();
    }
    var options = new java.util.ArrayList<String>();
    options.add("-javaagent:" + agent);
    options.addAll(settings.apply(sink));
    return List.copyOf(options);
  }
}
