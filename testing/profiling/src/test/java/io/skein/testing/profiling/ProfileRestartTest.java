package io.skein.testing.profiling;

import static io.skein.testing.profiling.Setting.awaitLine;
import static io.skein.testing.profiling.Setting.begun;
import static io.skein.testing.profiling.Setting.flameGraph;
import static io.skein.testing.profiling.Setting.request;
import static io.skein.testing.profiling.Setting.shop;
import static io.skein.testing.profiling.Setting.task;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.skein.testing.server.Child;
import io.skein.testing.server.Machine;
import io.skein.testing.server.RunningServer;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A task whose time has not passed outlives both, and what was sampled meanwhile is not lost. */
@Timeout(300)
class ProfileRestartTest {

  @TempDir Path directory;

  @Test
  @Tag("capability-121")
  void aTaskOutlivesServerAndApplication() throws Exception {
    Path data = directory.resolve("data");
    RunningServer server = RunningServer.start(data);
    String collector = server.collector();
    String port = collector.substring(collector.lastIndexOf(':') + 1);
    try (Child first = shop(Child.newestJdk(), directory, "shop", "first", collector)) {
      String id = begun(server, first, "shop", "GET:/mixed", 0, 2);
      request(first, "/mixed");
      task(server, id, answer -> answer.path("segments").size() == 1);

      server.process().kill();
      server.process().exitStatus(30);
      request(first, "/mixed");
      awaitLine(first, id + " has ended, all samples are taken: 2 requests sampled");
      server = RunningServer.start(data, "--grpc-port", port);
      JsonNode answer = task(server, id, each -> finished(each, "first"));
      assertThat(answer.path("segments")).hasSize(2);
      for (JsonNode segment : answer.path("segments")) {
        assertThat(segment.path("snapshots").asInt()).isGreaterThanOrEqualTo(Machine.atLeast(24));
        assertThat(segment.path("gaps").asInt()).isZero();
      }
      first.end();

      try (Child second = shop(Child.newestJdk(), directory, "shop", "second", collector)) {
        awaitLine(second, id + ": sampling");
        request(second, "/mixed");
        second.end(); // before the task's time is over
        assertThat(second.lines())
            .anyMatch(line -> line.contains(id + " has ended, the process ends: 1 requests"));
      }
      answer = task(server, id, each -> finished(each, "second"));
      assertThat(answer.path("segments")).hasSize(3);
      assertThat(flameGraph(server, id).millis("Shop.rest:", "waiting"))
          .isGreaterThan(Machine.atLeast(360));
    } finally {
      server.close();
    }
  }

  private static boolean finished(JsonNode answer, String instance) {
    for (JsonNode each : answer.path("task").path("instances")) {
      if (each.path("name").asText().equals(instance)) {
        return each.path("finishedMillis").isNumber();
      }
    }
    return false;
  }
}
