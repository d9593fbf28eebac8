package io.skein.benchmarks.overhead.process;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.skein.benchmarks.overhead.sink.Counts;
import io.skein.benchmarks.overhead.sink.Sink;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** The sink in a JVM of its own, so that its garbage does not hold up the load. */
public final class SinkProcess extends Child implements Receiver {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Sink.Ports ports;

  public SinkProcess(Path java, Path log) throws IOException {
    super(
        List.of(
            java.toString(),
            "-Xms512m",
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            Sink.class.getName()),
        log,
        Pattern.compile("overhead-sink: (.*)"));
    ports = JSON.readValue(hear(), Sink.Ports.class);
  }

  @Override
  public Sink.Ports ports() {
    return ports;
  }

  @Override
  public Counts counts() throws IOException {
    URL counts = URI.create("http://127.0.0.1:" + ports.http() + "/counts").toURL();
    try (InputStream answer = counts.openStream()) {
      return JSON.readValue(answer, Counts.class);
    }
  }
}
