package io.skein.testing.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.skein.testing.server.RunningServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Somebody sets the clock of a machine under load, an hour forward, two back, one forward: of the
 * agent's or of the server's, which is killed and started again meanwhile. Nothing is lost, nothing
 * waits until the clock is there again, nothing new is removed as if it were old.
 */
@Timeout(600)
class ClockJumpTest {
  // In a second. Each look at a clock that can be set costs libfaketime some, so it is no hurry.
  private static final long RATE = 100;
  private static final int[] MINUTES = {60, -60, 0};
  private static final long AROUND_MILLIS = TimeUnit.MINUTES.toMillis(5);

  @TempDir Path directory;
  private final List<AutoCloseable> running = new ArrayList<>();
  private int port;

  @AfterEach
  void endEverything() throws Exception {
    for (AutoCloseable each : running) {
      each.close();
    }
  }

  enum Whose {
    AGENTS,
    SERVERS
  }

  @ParameterizedTest
  @EnumSource(Whose.class)
  void aClockThatIsSetUnderLoadDisturbsNothing(Whose whose) throws Exception {
    FakeClock clock = FakeClock.in(directory.resolve("clock"));
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    Map<String, String> ofAgent = whose == Whose.AGENTS ? clock.environment() : Map.of();
    Map<String, String> ofServer = whose == Whose.SERVERS ? clock.environment() : Map.of();
    RunningServer server = server(ofServer);
    Application application = started("load", RATE, ofAgent);
    for (int minutes : MINUTES) {
      clock.set(minutes);
      if (minutes < 0) {
        server.close(); // kill -9
        server = server(ofServer);
      }
      assertGoesOn(server, application, whose, minutes);
    }
    application.end();
    Application.Account account = application.account();
    assertThat(account.dropped()).isZero();
    if (account.spooled() > 0) {
      started("next", 10, ofAgent); // it had only so long at its end, and left the rest to this one
    }
    Books books = Books.settled(server, "load", account.made());
    books.assertAllStored(account.made());
    books.assertEquation();
    assertThat(server.get("/api/status").path("removedByRetention").path("segments").asLong())
        .isZero();
    assertDurations(server);
  }

  private Application started(String instance, long rate, Map<String, String> environment)
      throws IOException {
    String[] settings =
        environment.entrySet().stream()
            .flatMap(entry -> Stream.of(entry.getKey(), entry.getValue()))
            .toArray(String[]::new);
    Application application =
        new Application.Plan("shop", instance, "127.0.0.1:" + port, directory.resolve("spool"))
            .start(rate, 600_000, "return", settings);
    running.add(application);
    return application;
  }

  private RunningServer server(Map<String, String> environment) throws IOException {
    RunningServer started =
        RunningServer.start(
            directory.resolve("data"), environment, "--grpc-port", Integer.toString(port));
    running.add(started);
    return started;
  }

  /** What is made from now on is delivered, and found at the time that the clocks say. */
  private static void assertGoesOn(
      RunningServer server, Application application, Whose whose, int minutes) throws Exception {
    long made = application.made();
    long millis = Books.millisUntilDelivered(server, "load", made + RATE);
    System.out.printf(
        "the %s clock is %d minutes off: %d segments and %d more delivered after %d ms%n",
        whose, minutes, made, RATE, millis);
    long offset = TimeUnit.MINUTES.toMillis(minutes);
    long now = System.currentTimeMillis();
    if (whose == Whose.SERVERS) {
      assertThat(server.get("/api/status").path("nowMillis").asLong() - now)
          .isCloseTo(offset, within(AROUND_MILLIS));
    }
    long at = now + (whose == Whose.AGENTS ? offset : 0);
    server.await(
        "/api/traces?service=shop&from=" + (at - AROUND_MILLIS) + "&to=" + (at + AROUND_MILLIS),
        answer -> !answer.path("traces").isEmpty());
  }

  /** What was under way when the clock was set forward took an hour, by the clock; nothing else. */
  private static void assertDurations(RunningServer server)
      throws IOException, InterruptedException {
    JsonNode slow = server.get("/api/traces?service=shop&minMillis=60000&limit=100").path("traces");
    assertThat(slow.size()).as("of one thread, %s", slow).isLessThanOrEqualTo(2);
    for (JsonNode trace : server.get("/api/traces?service=shop&limit=200").path("traces")) {
      assertThat(trace.path("durationMillis").asLong()).isBetween(0L, 3_700_000L);
    }
  }
}
