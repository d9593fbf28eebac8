package io.skein.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.examples.contextmanager.StaticFacade;
import io.skein.testing.server.RunningServer;
import io.skein.testing.server.Trace;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The example of the static facade, in a JVM of its own, reporting to the packaged server. */
@Timeout(300)
class ContextManagerExampleTest {
  @TempDir Path data;

  @Test
  @Tag("capability-71")
  @Tag("capability-81")
  @Tag("capability-88")
  @Tag("capability-89")
  @Tag("capability-90")
  @Tag("capability-91")
  @Tag("capability-92")
  @Tag("capability-93")
  void oneTraceHasTheRequestItsThreadsAndWhatTheyCalled() throws Exception {
    try (RunningServer server = RunningServer.start(data)) {
      Example example = Example.run(server, StaticFacade.class);
      String id = example.traces(1).get(0).id();
      Trace trace = server.trace(id, 4);
      assertThat(example.lines())
          .contains("outside of a trace: N/A", "inside of a trace: " + trace.id());

      Trace.Span entry = trace.span("/entry");
      assertThat(entry.tag("url")).isEqualTo("http://localhost/entry");
      assertThat(entry.tag("http.method")).isEqualTo("GET");
      assertThat(entry.tag("http.status_code")).isEqualTo("200");
      assertThat(trace.span("/local").isChildOf(entry)).isTrue();
      assertThat(trace.span("/exit").isChildOf(trace.span("/local"))).isTrue();
      assertThat(trace.span("/exit").peer()).isEqualTo("www.google.com");
      assertThat(trace.span("/thread/local").refersTo(entry, "CrossThread")).isTrue();
      Trace.Span call = trace.span("/thread/exit");
      assertThat(call.refersTo(entry, "CrossThread")).isTrue();
      assertThat(call.tag("http.status_code")).isEqualTo("204");
      assertThat(trace.span("/served").refersTo(call, "CrossProcess")).isTrue();
    }
  }
}
