package io.skein.benchmarks.overhead.measure;

import io.skein.benchmarks.overhead.sink.Sink;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The service with one agent, or with none.
 *
 * @param agent its jar
 * @param flush the longest that its spans wait by its own settings before they are sent
 * @param toServer whether it reports to Skein's server, which stores, and not to the sink
 * @param settings where it reports to, as options of the JVM, for a receiver
 */
public record Variant(
    String name,
    String title,
    @Nullable Path agent,
    Duration flush,
    boolean toServer,
    Function<Sink.Ports, List<String>> settings) {
  /** The service alone, to which all others are compared. */
  public static final String NONE = "none";

  /** The service alone once more: how far two equal things are apart on this machine. */
  public static final String AGAIN = "none-again";

  public static Variant withoutAgent(String name, String title) {
    return new Variant(name, title, null, Duration.ZERO, false, receiver -> List.of());
  }

  public boolean hasAgent() {
    return agent != null;
  }

  public List<String> jvmOptions(Sink.Ports receiver) {
    if (agent == null) {
      return List.of();
    }
    List<String> options = new ArrayList<>();
    options.add("-javaagent:" + agent);
    options.addAll(settings.apply(receiver));
    return List.copyOf(options);
  }
}
