package io.skein.benchmarks.overhead.process;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The service in a JVM of its own, bound to its processor. */
public final class Service extends Child {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LONGEST_START = Duration.ofMinutes(3);

  private final int port;
  private final long began;

  private Service(List<String> command, Path log, int port, long began) throws IOException {
    super(command, log, Pattern.compile("overhead-statistics: (.*)"));
    this.port = port;
    this.began = began;
  }

  /**
   * What the service's own JVM tells: see its class of the same name.
   *
   * @param allocationOfEndedThreads whether they count; if not, {@code allocatedBytes} may decrease
   */
  public record Statistics(
      long allocatedBytes,
      boolean allocationOfEndedThreads,
      int loadedClasses,
      long collections,
      long compilationMillis) {}

  /**
   * Starts its process and returns at once.
   *
   * @param jvm its options, the agent among them
   */
  public static Service start(
      String processor, Path java, List<String> jvm, Path jar, int downstream, Path log)
      throws IOException {
    int port = freePort();
    List<String> command = new ArrayList<>(List.of("taskset", "-c", processor, java.toString()));
    command.addAll(jvm);
    command.addAll(
        List.of(
            "-jar",
            jar.toString(),
            "--server.port=" + port,
            "--overhead.downstream=http://127.0.0.1:" + downstream));
    return new Service(command, log, port, System.nanoTime());
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  public int port() {
    return port;
  }

  /** Asks until it answers a first request for work; milliseconds since its process was started. */
  public double awaitFirstAnswer() throws IOException, InterruptedException {
    while (true) {
      try {
        get("/work").readAllBytes();
        return (System.nanoTime() - began) / 1e6;
      } catch (IOException notYet) {
        if (!process.isAlive()) {
          throw new IOException("the service ended before it answered; see " + log, notYet);
        }
        if (System.nanoTime() - began > LONGEST_START.toNanos()) {
          throw new IOException("the service does not answer; see " + log, notYet);
        }
        Thread.sleep(5);
      }
    }
  }

  public Statistics statistics() throws IOException {
    say("statistics");
    return JSON.readValue(hear(), Statistics.class);
  }

  public ProcessorTime processorTime() throws IOException {
    return ProcessorTime.of(pid());
  }

  private InputStream get(String path) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
    connection.setConnectTimeout(10_000);
    connection.setReadTimeout(60_000);
    return connection.getInputStream();
  }
}
