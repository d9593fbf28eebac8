package io.skein.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.skein.examples.manual.AcrossThreads;
import io.skein.examples.manual.Errors;
import io.skein.examples.manual.ManualSpans;
import io.skein.sdk.Skein;
import io.skein.testing.server.Child;
import io.skein.testing.server.RunningServer;
import io.skein.testing.server.Trace;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The examples of the manual API, each in a JVM of its own, reporting to the packaged server. */
@Timeout(300)
class ManualExamplesTest {
  @TempDir static Path data;

  private static RunningServer server;

  @BeforeAll
  static void startServer() throws Exception {
    server = RunningServer.start(data);
  }

  @AfterAll
  static void endServer() {
    server.close();
  }

  @Test
  @Tag("capability-3")
  @Tag("capability-4")
  @Tag("capability-5")
  @Tag("capability-6")
  @Tag("capability-8")
  @Tag("capability-9")
  @Tag("capability-10")
  @Tag("capability-11")
  @Tag("capability-12")
  @Tag("capability-13")
  @Tag("capability-14")
  @Tag("capability-70")
  @Tag("capability-82")
  void threeSpansOneAfterTheOtherAreThreeTraces() throws Exception {
    List<Trace> traces = Example.run(server, ManualSpans.class).traces(3);
    assertThat(traces.stream().map(Trace::id).distinct()).hasSize(3);

    Trace.Span entry = Example.with(traces, "https://github.com/apache/skywalking").spans().get(0);
    assertThat(entry.type()).isEqualTo("Entry");
    assertThat(entry.id()).isZero();
    assertThat(entry.parentId()).isEqualTo(-1);
    assertThat(entry.component()).isEqualTo("Flask");
    assertThat(entry.layer()).isEqualTo("Http");

    Trace.Span exit = Example.with(traces, "https://github.com/").spans().get(0);
    assertThat(exit.type()).isEqualTo("Exit");
    assertThat(exit.peer()).isEqualTo("localhost:8080");
    assertThat(exit.tag("Singer")).isEqualTo("Nakajima Miyuki");
    assertThat(exit.tags("Singer")).isEqualTo(1);
    assertThat(exit.tags("Song")).isEqualTo(2);

    Trace work = Example.with(traces, "some work inside");
    Trace.Span local = work.span("some work inside");
    assertThat(local.type()).isEqualTo("Local");
    assertThat(local.peer()).isEmpty();
    assertThat(local.logged("event")).isEqualTo("half way");
    assertThat(work.span("a part of it").isChildOf(local)).isTrue();
    assertThat(work.span("a part of it").tag("answer")).isEqualTo("42");
  }

  @Test
  @Tag("capability-72")
  void theInstanceTellsAboutItself() throws Exception {
    Example.run(server, Restless.class);
    JsonNode instance =
        server
            .await(
                "/api/instances?service=Restless",
                answer -> !answer.path("instances").path(0).path("properties").isEmpty())
            .path("instances")
            .path(0);
    assertThat(instance.path("language").asText()).isEqualToIgnoringCase("java");
    assertThat(instance.path("properties").toString()).contains("Process No.");
  }

  @Test
  @Tag("capability-4")
  @Tag("capability-26")
  void anExceptionIsRecordedAndGoesOn() throws Exception {
    List<Trace> traces = Example.run(server, Errors.class).traces(2);
    for (String name : List.of("reserve", "reserve by hand")) {
      Trace.Span span = Example.with(traces, name).span(name);
      assertThat(span.error()).isTrue();
      assertThat(span.logged("event")).isEqualTo("error");
      assertThat(span.logged("error.kind")).isEqualTo("java.lang.IllegalStateException");
      assertThat(span.logged("message")).startsWith("nothing left");
      assertThat(span.logged("stack")).contains("at io.skein.examples.manual.Errors");
    }
    assertThat(Example.with(traces, "reserve by hand").span("reserve by hand").logged("stack"))
        .contains("sold out");
  }

  @Test
  @Tag("capability-21")
  @Tag("capability-22")
  @Tag("capability-23")
  @Tag("capability-24")
  @Tag("capability-93")
  void theTraceGoesAcrossThreads() throws Exception {
    Example example = Example.run(server, Child.newestJdk(), AcrossThreads.class);
    boolean virtual = example.lines().contains("with a virtual thread, too");
    List<Trace> traces = example.traces(virtual ? 4 : 3);

    Trace request = Example.with(traces, "request");
    Trace.Span entry = request.span("request");
    List<Trace.Span> work = named(request, "some work");
    assertThat(work).hasSize(2);
    assertThat(work).filteredOn(span -> span.isChildOf(entry)).hasSize(1);
    assertThat(work).filteredOn(span -> span.isChildOf(entry)).allMatch(s -> s.refs().isEmpty());
    assertThat(work).filteredOn(span -> span.refersTo(entry, "CrossThread")).hasSize(1);

    Trace pool = Example.with(traces, "request with a pool");
    assertThat(named(pool, "some work"))
        .hasSize(2)
        .allMatch(span -> span.refersTo(pool.span("request with a pool"), "CrossThread"));

    Trace asynchronous = Example.with(traces, "asynchronous request");
    assertThat(asynchronous.span("asynchronous request").durationMillis())
        .isGreaterThanOrEqualTo(200);

    if (virtual) {
      Trace thread = Example.with(traces, "request with a virtual thread");
      assertThat(named(thread, "some work"))
          .hasSize(1)
          .allMatch(
              span -> span.refersTo(thread.span("request with a virtual thread"), "CrossThread"));
    }
  }

  /** Does nothing but start and end. */
  static final class Restless {
    private Restless() {}

    public static void main(String[] args) {
      Skein.start().close();
    }
  }

  private static List<Trace.Span> named(Trace trace, String operation) {
    return trace.spans().stream().filter(span -> span.operation().equals(operation)).toList();
  }
}
