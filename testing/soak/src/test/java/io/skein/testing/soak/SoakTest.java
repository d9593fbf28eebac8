package io.skein.testing.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.skein.testing.server.Child;
import io.skein.testing.server.RunningServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An application with the packaged agent on the newest JDK, deployed again and again, and the
 * packaged server with a small budget, so that it removes old traces too. The server is killed and
 * started again in the first quarter, and its connections are cut all the time. Afterwards nothing
 * in either process has grown, no request has failed, and the traces still arrive.
 *
 * <pre>
 *   mvn -pl testing/soak -am verify -Dskein.soak.minutes=60 -Dtest=SoakTest -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 */
class SoakTest {
  private static final Pattern PROGRESS =
      Pattern.compile("requests (\\d+) failures (\\d+) deployments (\\d+)");
  private static final Path TEST_JDK = Path.of(System.getProperty("java.home"));

  // A partition ends with a sixteenth of the budget; one is being sealed, one written.
  private static final int MAX_PARTITIONS = 18;
  // Lucene's, while it writes and merges a piece of its index.
  private static final int FILES_BEING_WRITTEN = 40;

  @TempDir Path directory;

  private Child server;
  private String queries = "";
  private int port;

  @Test
  void nothingGrows() throws Exception {
    assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "files are counted in /proc");
    double minutes = Double.parseDouble(System.getProperty("skein.soak.minutes", "1"));
    Path jdk = Child.newestJdk();
    List<Sample> ofServer = new ArrayList<>();
    List<Sample> ofApplication = new ArrayList<>();
    String progress;
    long killed = 0;
    startServer();
    try (CuttingProxy proxy = new CuttingProxy(port);
        Child application = startApplication(jdk, proxy.port(), minutes)) {
      application.ready(1);
      long start = System.nanoTime();
      long end = start + (long) (minutes * 60e9);
      // About a hundred samples of a long run; of a short one as many as there is time for.
      long every = Math.max(TimeUnit.SECONDS.toNanos(1), (end - start) / 120);
      long next = start;
      long cut = start;
      while (System.nanoTime() < end) {
        double part = (double) (System.nanoTime() - start) / (end - start);
        if (part > 0.06 * (killed + 1) && killed < 2) {
          restartServer();
          killed++;
        }
        if (System.nanoTime() - cut > (end - start) / 20) {
          proxy.cut();
          cut = System.nanoTime();
        }
        double minute = (System.nanoTime() - start) / 60e9;
        ofApplication.add(Sample.of(jdk, application.pid(), minute));
        ofServer.add(Sample.of(TEST_JDK, server.pid(), minute));
        next = Math.max(next + every, System.nanoTime());
        TimeUnit.NANOSECONDS.sleep(Math.min(every, Math.max(0, next - System.nanoTime())));
      }
      progress = last(application);
      long before = spans();
      awaitMoreSpansThan(before);
      application.end();
      System.out.println(tables(ofApplication, ofServer));
      System.out.println(progress + ", " + proxy.cuts() + " cuts, " + killed + " kills");
      System.out.println("accounts: " + get("/api/accounting").path("server"));
    } finally {
      server.close();
    }
    Matcher matcher = PROGRESS.matcher(progress);
    assertThat(matcher.find()).isTrue();
    assertThat(Long.parseLong(matcher.group(1)))
        .as("requests")
        .isGreaterThan((long) (60 * minutes));
    assertThat(Long.parseLong(matcher.group(2))).as("failed of %s", progress).isZero();
    assertThat(Long.parseLong(matcher.group(3))).as("deployments").isGreaterThan(5);
    assertThat(killed).isEqualTo(2);
    List<String> grown = new ArrayList<>(new Trend("application", ofApplication).growth());
    grown.addAll(new Trend("server", ofServer).growth());
    assertThat(grown).isEmpty();
    assertThat(ofServer)
        .as("open files of %s partitions at most", MAX_PARTITIONS)
        .allMatch(sample -> sample.partitionFiles() <= MAX_PARTITIONS + FILES_BEING_WRITTEN);
  }

  private static String tables(List<Sample> application, List<Sample> server) {
    return "\n"
        + new Trend("application with agent", application).table()
        + "\n"
        + new Trend("server", server).table();
  }

  private static String last(Child application) {
    List<String> lines = application.lines();
    for (int i = lines.size() - 1; i >= 0; i--) {
      if (lines.get(i).startsWith("requests ")) {
        return lines.get(i);
      }
    }
    throw new AssertionError("the application says nothing: " + lines);
  }

  // ---- the processes

  private Child startApplication(Path jdk, int backend, double minutes) throws IOException {
    Path tomcat = Files.createDirectories(directory.resolve("tomcat"));
    return Child.start(
        "application",
        directory,
        Map.of("SKEIN_SERVICE", "soak", "SKEIN_BACKEND", "127.0.0.1:" + backend),
        "listening on port (\\d+)",
        Child.java(
            jdk,
            "-XX:+UseSerialGC",
            "-Xms160m",
            "-Xmx160m",
            "-XX:+AlwaysPreTouch",
            "-javaagent:" + RunningServer.built("agent/dist/target/skein-agent.jar"),
            "-cp",
            System.getProperty("java.class.path"),
            SoakApplication.class.getName(),
            tomcat.toString(),
            System.getProperty("skein.soak.rate", "40"),
            minutes < 5 ? "2" : "10"));
  }

  private void startServer() throws IOException {
    server =
        Child.start(
            "server",
            directory,
            Map.of(),
            "ready in .* open (http://127.0.0.1:\\d+)/, .* 127.0.0.1:(\\d+)",
            Child.java(
                TEST_JDK,
                "-XX:+UseSerialGC",
                "-Xms160m",
                "-Xmx160m",
                "-XX:+AlwaysPreTouch",
                "-jar",
                RunningServer.built("server/app/target/skein-server.jar").toString(),
                "--data",
                directory.resolve("data").toString(),
                "--disk",
                "64MB",
                "--grpc-port",
                Integer.toString(port),
                "--http-port",
                "0"));
    queries = server.ready(1);
    port = Integer.parseInt(server.ready(2));
  }

  private void restartServer() throws Exception {
    server.close(); // by force: it has no time to say goodbye
    TimeUnit.SECONDS.sleep(1);
    startServer();
  }

  // ---- what the server says

  private JsonNode get(String path) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(queries + path)).build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(path).isEqualTo(200);
    return new ObjectMapper().readTree(answer.body());
  }

  /** Spans that were ever stored; retention removes some meanwhile. */
  private long spans() throws IOException, InterruptedException {
    JsonNode status = get("/api/status");
    return status.path("spans").asLong() + status.path("removedByRetention").path("spans").asLong();
  }

  private void awaitMoreSpansThan(long before) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (spans() <= before) {
      assertThat(System.nanoTime()).as("no spans arrive any more").isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(200);
    }
  }
}
