package io.skein.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.examples.agent.AnnotatedMethods;
import io.skein.examples.agent.ServletService;
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

/** The examples that run with the packaged agent, reporting to the packaged server. */
@Timeout(300)
class AgentExamplesTest {
  private static final String AGENT =
      "-javaagent:" + RunningServer.built("agent/dist/target/skein-agent.jar");

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
  @Tag("capability-15")
  @Tag("capability-16")
  @Tag("capability-17")
  @Tag("capability-18")
  @Tag("capability-19")
  @Tag("capability-20")
  @Tag("capability-21")
  void annotatedMethodsAreSpans() throws Exception {
    Trace trace = Example.run(server, AnnotatedMethods.class, AGENT).traces(1).get(0);
    trace = server.trace(trace.id(), 2);
    Trace.Span request = trace.span("request");

    Trace.Span awesome = trace.span("awesome");
    assertThat(awesome.isChildOf(request)).isTrue();
    assertThat(awesome.layer()).isEqualTo("Cache");
    assertThat(awesome.component()).isEqualTo("Jedis");
    List<Trace.Span> others =
        trace.spans().stream().filter(s -> s.operation().equals("someOtherMethod")).toList();
    assertThat(others).hasSize(2).anyMatch(span -> span.isChildOf(awesome));

    Trace.Span twice = trace.span("twice");
    assertThat(List.of(twice.tag("in"), twice.tag("out"), twice.tag("unit")))
        .containsExactly("21", "42", "pieces");

    Trace.Span later = trace.span("answerLater");
    assertThat(later.isChildOf(request)).isTrue();
    assertThat(later.durationMillis()).isGreaterThanOrEqualTo(200);
    assertThat(trace.span("question").isChildOf(later)).isTrue();
    assertThat(trace.span("question").durationMillis()).isGreaterThanOrEqualTo(200);

    Trace.Span work =
        trace.spans().stream()
            .filter(span -> span.operation().startsWith("Thread/"))
            .findFirst()
            .orElseThrow();
    assertThat(work.refersTo(request, "CrossThread")).isTrue();
    assertThat(others).anyMatch(span -> span.isChildOf(work));
  }

  @Test
  @Tag("capability-1")
  void spansByHandAreInTheRequestsSegment() throws Exception {
    Example example = Example.run(server, ServletService.class, AGENT);
    assertThat(example.lines()).contains("stock of 7: 3");
    Trace trace = example.traces(1).get(0);
    // The program's own call, the request, and the request that it makes.
    trace = server.trace(trace.id(), 3);
    Trace.Span entry =
        trace.spans().stream()
            .filter(span -> span.operation().equals("GET:/orders") && span.type().equals("Entry"))
            .findFirst()
            .orElseThrow();
    assertThat(entry.tag("article")).isEqualTo("7");
    assertThat(entry.component()).isEqualTo("Tomcat");
    Trace.Span price = trace.span("price");
    assertThat(price.isChildOf(entry)).isTrue();
    List<Trace.Span> calls =
        trace.spans().stream().filter(span -> span.operation().equals("GET:/stock")).toList();
    assertThat(calls).hasSize(2);
    Trace.Span exit = calls.get(calls.get(0).type().equals("Exit") ? 0 : 1);
    Trace.Span served = calls.get(calls.get(0).type().equals("Exit") ? 1 : 0);
    assertThat(exit.isChildOf(price)).isTrue();
    assertThat(served.refersTo(exit, "CrossProcess")).isTrue();
  }
}
