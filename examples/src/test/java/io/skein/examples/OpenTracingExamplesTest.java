package io.skein.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.examples.opentracing.ActiveSpans;
import io.skein.examples.opentracing.HttpRequests;
import io.skein.examples.opentracing.ScopeManagers;
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

/** The examples of OpenTracing, each in a JVM of its own, reporting to the packaged server. */
@Timeout(300)
class OpenTracingExamplesTest {
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
  @Tag("capability-25")
  @Tag("capability-27")
  @Tag("capability-28")
  @Tag("capability-31")
  @Tag("capability-33")
  @Tag("capability-34")
  @Tag("capability-35")
  @Tag("capability-36")
  @Tag("capability-38")
  @Tag("capability-39")
  @Tag("capability-40")
  @Tag("capability-41")
  @Tag("capability-42")
  @Tag("capability-43")
  @Tag("capability-46")
  @Tag("capability-47")
  @Tag("capability-57")
  void requestsContinueTheTraceOfTheirCaller() throws Exception {
    List<Trace> traces = Example.run(server, HttpRequests.class).traces(2);
    Trace within = Example.with(traces, "page");
    Trace alone = traces.get(0).id().equals(within.id()) ? traces.get(1) : traces.get(0);

    Trace.Span served = alone.span("GET:/orders");
    assertThat(served.type()).isEqualTo("Entry");
    assertThat(served.refs()).isEmpty();
    assertThat(served.error()).isFalse();
    assertThat(served.layer()).isEqualTo("Http");
    assertThat(alone.span("query").isChildOf(served)).isTrue();
    assertThat(alone.span("query").tag("rows")).isEqualTo("3");

    Trace.Span page = within.span("page");
    Trace.Span exit = within.span("GET:/orders?fails");
    assertThat(exit.type()).isEqualTo("Exit");
    assertThat(exit.peer()).startsWith("127.0.0.1:");
    assertThat(exit.isChildOf(page)).isTrue();
    assertThat(exit.tag("http.status_code")).isEqualTo("500");
    Trace.Span caused = within.span("GET:/orders");
    assertThat(caused.refersTo(exit, "CrossProcess")).isTrue();
    assertThat(caused.error()).isTrue();
    assertThat(within.span("query").isChildOf(caused)).isTrue();
  }

  @Test
  @Tag("capability-29")
  @Tag("capability-30")
  @Tag("capability-32")
  @Tag("capability-48")
  @Tag("capability-50")
  @Tag("capability-51")
  @Tag("capability-52")
  @Tag("capability-53")
  @Tag("capability-54")
  @Tag("capability-55")
  @Tag("capability-56")
  @Tag("capability-57")
  @Tag("capability-58")
  @Tag("capability-59")
  void theActiveSpanIsTheParent() throws Exception {
    List<Trace> traces = Example.run(server, ActiveSpans.class).traces(4);
    Trace block = Example.with(traces, "block");
    assertThat(block.span("block").tag("step")).isEqualTo("one");
    assertThat(block.span("child").isChildOf(block.span("block"))).isTrue();
    assertThat(Example.with(traces, "root of its own").spans()).hasSize(1);

    Trace.Span byHand = Example.with(traces, "by hand").span("by hand");
    assertThat(byHand.error()).isTrue();
    assertThat(byHand.logged("message")).isEqualTo("by hand");

    Trace later = Example.with(traces, "ended later");
    assertThat(later.span("ended later").tag("after")).isEqualTo("the scope");
    assertThat(later.span("child by name").isChildOf(later.span("ended later"))).isTrue();
  }

  @Test
  @Tag("capability-49")
  @Tag("capability-61")
  @Tag("capability-62")
  @Tag("capability-63")
  @Tag("capability-64")
  @Tag("capability-65")
  @Tag("capability-66")
  void eachScopeManagerLetsTheSpanFlowAsItSays() throws Exception {
    Example example = Example.run(server, Child.newestJdk(), ScopeManagers.class);
    boolean virtual = example.lines().contains("with virtual threads, too");
    List<Trace> traces = example.traces(virtual ? 10 : 7);
    for (int i = 0; virtual && i < 3; i++) {
      assertInOneTrace(traces, "virtual " + i, "in virtual " + i);
    }
    assertThat(Example.with(traces, "other thread, trace of its own").spans()).hasSize(1);
    assertThat(Example.with(traces, "detached, trace of its own").spans()).hasSize(1);
    assertInOneTrace(traces, "per thread", "other thread, given the span");
    assertInOneTrace(traces, "continuations", "continuation");
    assertInOneTrace(traces, "reactor", "after the delay");
    assertInOneTrace(traces, "per task", "the task in another thread");
    assertInOneTrace(traces, "inherited", "in a child thread");
  }

  private static void assertInOneTrace(List<Trace> traces, String parent, String child) {
    Trace trace = Example.with(traces, parent);
    assertThat(trace.spans()).hasSize(2);
    assertThat(trace.span(child).isChildOf(trace.span(parent))).as(child).isTrue();
  }
}
