package io.skein.testing.bridges;

import static io.skein.testing.SpanAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.skein.api.Component;
import io.skein.api.Tracing;
import io.skein.contextmanager.ContextManager;
import io.skein.opentracing.SkeinTracer;
import io.skein.testing.PluginContract;
import io.skein.testing.RecordedSpan;
import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Spans of other APIs and of plugins under the agent, each below the other. */
@InEveryJvm(
    libraries = "application",
    alsoOnClassPath = {Tracing.class, SkeinTracer.class, ContextManager.class})
@Timeout(120)
class BridgesTest extends PluginContract {
  private final BridgedApp app;

  BridgesTest(TracedJvm jvm) {
    super(jvm);
    app = jvm.app(BridgedApp.class, BridgedWork.class);
  }

  private static boolean goesOnFrom(RecordedSpan child, RecordedSpan parent) {
    return child.refs().stream()
        .anyMatch(
            ref ->
                ref.segmentId().equals(parent.segmentId())
                    && ref.spanId() == parent.id()
                    && ref.traceId().equals(child.traceId()));
  }

  @Test
  void openTracingIsBetweenTheSpansOfPlugins() throws Exception {
    assertThat(app.get("/orders")).isEqualTo("7");
    RecordedSpan call = spans.takeExit("GET:/orders");
    RecordedSpan served = spans.takeEntry("GET:/orders");
    RecordedSpan price = spans.takeLocal("price");
    RecordedSpan inner = spans.takeExit("GET:/stock");
    RecordedSpan stock = spans.takeEntry("GET:/stock");
    assertThat(goesOnFrom(served, call)).isTrue();
    assertThat(served).hasComponent(Component.TOMCAT).hasTag("tenant", "blue");
    assertThat(price).isChildOf(served).hasTag("articles", "3");
    assertThat(inner).isChildOf(price).hasComponent(Component.JDK_HTTP);
    assertThat(goesOnFrom(stock, inner)).isTrue();
    assertThat(stock.traceId()).isEqualTo(call.traceId());
  }

  @Test
  void pluginContinuesWhatOpenTracingInjected() throws Exception {
    assertThat(app.getByHand("/stock")).contains("7");
    RecordedSpan call = spans.takeExit("by hand /stock");
    RecordedSpan served = spans.takeEntry("GET:/stock");
    assertThat(goesOnFrom(served, call)).isTrue();
    assertThat(served.refs().get(0).address()).isEqualTo(call.peer());
  }

  @Test
  void requestThatIsServedTwiceIsOneEntry() throws Exception {
    assertThat(app.get("/filtered")).isEqualTo("filtered");
    RecordedSpan call = spans.takeExit("GET:/filtered");
    RecordedSpan served = spans.takeEntry("GET:/filtered");
    assertThat(goesOnFrom(served, call)).isTrue();
    assertThat(spans.takeLocal("filter")).isChildOf(served).hasTag("http.status_code", "200");
  }

  @Test
  void pluginHandsTheActiveSpanOver() throws Exception {
    app.handOver();
    RecordedSpan request = spans.takeLocal("request");
    RecordedSpan bridged = spans.takeLocal("opentracing in the pool");
    RecordedSpan plugin = spans.takeLocal("plugin in the pool");
    assertThat(goesOnFrom(bridged, request)).isTrue();
    assertThat(goesOnFrom(plugin, request)).isTrue();
  }

  @Test
  @Tag("capability-63")
  void virtualThreadsHaveEachTheirOwnSpan() throws Exception {
    assumeThat(jvm.javaFeature()).isGreaterThanOrEqualTo(21);
    assertThat(app.mixUpsInVirtualThreads()).isZero();
    for (int i = 0; i < 100; i++) {
      RecordedSpan span = spans.takeLocal("virtual " + i);
      assertThat(span).isRoot();
      assertThat(spans.takeLocal("inside virtual " + i)).isChildOf(span);
    }
  }

  @Test
  void facadesSpansAreAmongThoseOfPlugins() throws Exception {
    String traceId = app.facade("/stock");
    RecordedSpan facade = spans.takeLocal("facade");
    RecordedSpan call = spans.takeExit("GET:/stock");
    RecordedSpan served = spans.takeEntry("GET:/stock");
    assertThat(facade.traceId()).isEqualTo(traceId);
    assertThat(call).isChildOf(facade);
    assertThat(goesOnFrom(served, call)).isTrue();
  }
}
