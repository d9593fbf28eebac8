package io.skein.benchmarks.overhead.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.skein.benchmarks.overhead.sink.Counts;
import io.skein.benchmarks.overhead.sink.Sink;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Skein's packaged server, which stores what it receives, instead of the sink. */
public final class ServerProcess extends Child implements Receiver {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern READY =
      Pattern.compile(".* open (http://127\\.0\\.0\\.1:\\d+/, .* 127\\.0\\.0\\.1:\\d+)");
  private static final Pattern ADDRESSES = Pattern.compile("http://[^/]*:(\\d+)/.*:(\\d+)");

  private final Sink.Ports ports;

  public ServerProcess(Path java, Path home, Path data, Path log) throws IOException {
    super(
        List.of(
            java.toString(),
            "@" + home.resolve("scripts/server.jvm"),
            "-jar",
            home.resolve("server/app/target/skein-server.jar").toString(),
            "--data",
            data.toString(),
            "--http-port",
            "0",
            "--grpc-port",
            "0"),
        log,
        READY);
    // It does not watch its standard input as our own processes do.
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
    Matcher addresses = ADDRESSES.matcher(hear());
    if (!addresses.matches()) {
      throw new IOException("the server did not tell where it listens; see " + log);
    }
    ports =
        new Sink.Ports(Integer.parseInt(addresses.group(1)), Integer.parseInt(addresses.group(2)));
  }

  @Override
  public Sink.Ports ports() {
    return ports;
  }

  /** Spans count when they are stored. */
  @Override
  public Counts counts() throws IOException {
    URI accounting = URI.create("http://127.0.0.1:" + ports.http() + "/api/accounting");
    try (InputStream answer = accounting.toURL().openStream()) {
      JsonNode server = JSON.readTree(answer).path("server");
      if (!server.path("storedSpans").isIntegralNumber()) {
        throw new IOException("the server does not tell how many spans it has stored");
      }
      return new Counts(server.path("storedSpans").asLong(), 0, 0, 0, 0);
    }
  }
}
