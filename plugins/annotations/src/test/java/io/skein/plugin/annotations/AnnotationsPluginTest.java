package io.skein.plugin.annotations;

import static io.skein.testing.SpanAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Component;
import io.skein.api.Layer;
import io.skein.testing.PluginContract;
import io.skein.testing.RecordedSpan;
import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Marked methods and classes, without Reactor in use. */
@InEveryJvm(
    libraries = {"reactor-oldest", "reactor-newest"},
    alsoOnClassPath = io.skein.api.Trace.class)
@Timeout(60)
class AnnotationsPluginTest extends PluginContract {
  private static final String APP = "io.skein.plugin.annotations.MarkedApp$";

  private final Marked work;

  AnnotationsPluginTest(TracedJvm jvm) {
    super(jvm);
    work = jvm.app(Marked.class, MarkedApp.class);
  }

  // ---- @Trace

  @Test
  @Tag("capability-15")
  void aCallIsASpanCalledLikeTheMethod() throws Exception {
    work.plain();
    assertThat(spans.takeLocal("plain")).isChildOf(spans.takeEntry("request"));
  }

  @Test
  @Tag("capability-16")
  void aNameCanBeGiven() throws Exception {
    work.named();
    RecordedSpan awesome = spans.takeLocal("awesome");
    assertThat(awesome).isRoot();
    assertThat(spans.takeLocal("other")).isChildOf(awesome);
    spans.takeLocal("inside");
  }

  @Test
  @Tag("capability-20")
  void callsNest() throws Exception {
    work.nested();
    RecordedSpan awesome = spans.takeLocal("awesome");
    assertThat(awesome).isChildOf(spans.takeEntry("request"));
    RecordedSpan other = spans.takeLocal("other");
    assertThat(other).isChildOf(awesome);
    assertThat(spans.takeLocal("inside")).isChildOf(other);
  }

  @Test
  void methodsOfEveryKindAreSeen() throws Exception {
    work.ofEveryKind();
    RecordedSpan request = spans.takeEntry("request");
    for (String each : List.of("fixed", "hidden", "yes", "half", "count")) {
      assertThat(spans.takeLocal(each)).isChildOf(request);
    }
  }

  @Test
  void aMethodOfAnInterfaceIsSeen() throws Exception {
    work.interfaceMethod();
    assertThat(spans.takeLocal("greet")).isRoot();
  }

  @Test
  void anErrorIsRecordedAndThrownOn() throws Exception {
    assertThat(work.failing()).isEqualTo("no ink");
    assertThat(spans.takeLocalWithError("failing")).hasErrorLog("java.io.IOException", "no ink");
  }

  @Test
  @Tag("capability-17")
  void layerAndComponentAreSaid() throws Exception {
    work.described();
    assertThat(spans.takeLocal("described"))
        .hasLayer(Layer.CACHE)
        .hasComponent(Objects.requireNonNull(Component.byName("Caffeine")));
    assertThat(spans.takeLocal("numbered"))
        .hasComponent(Objects.requireNonNull(Component.byName("Flask")));
  }

  @Test
  void objectsPassUnchanged() throws Exception {
    assertThat(work.sameObjects()).containsOnly(true);
    spans.takeLocal("future");
    spans.takeLocal("steps");
  }

  // ---- @Tag

  @Test
  @Tag("capability-17")
  void tagsTellArgumentsAndResult() throws Exception {
    work.tagged();
    assertThat(spans.takeLocal("tagged"))
        .hasTag("first", "one")
        .hasTag("second", "2")
        .hasTag("result", "3")
        .hasTag("fixed", "a text")
        .hasTag("beyond", "null");
  }

  @Test
  void stepsLeadIntoObjects() throws Exception {
    work.steps();
    assertThat(spans.takeLocal("steps"))
        .hasTag("field", "o-1")
        .hasTag("private", "hidden o-1")
        .hasTag("index", "ink")
        .hasTag("size", "2")
        .hasTag("key", "yes")
        .hasTag("skywalkings way", "yes")
        .hasTag("array", "3")
        .hasTag("whole array", "[3, 4]")
        .hasTag("inherited", "from the base")
        .hasTag("nowhere", "null")
        .hasTag("too far", "null")
        .hasTag("returned", "o-1")
        .hasTag("broken", "arg[0");
  }

  @Test
  void hostileObjectsDoNoHarm() throws Exception {
    work.hostile();
    RecordedSpan span = spans.takeLocal("hostile");
    assertThat(span)
        .hasTag("throws", "null")
        .hasTag("method throws", "null")
        .hasTag("null", "null")
        .hasTag("recursion", "null");
    assertThat(span.tag("itself")).startsWith("[[[");
    assertThat(span.tag("endless")).startsWith("[element, element").hasSizeLessThan(2049);
    assertThat(span.tag("long")).startsWith("xxx").hasSizeLessThan(2049);
  }

  @Test
  void tagsWithoutATraceDescribeTheActiveSpan() throws Exception {
    work.tagsOfTheActiveSpan();
    assertThat(spans.takeEntry("request")).hasTag("who", "ann").hasTag("answer", "42");
  }

  // ---- futures

  @Test
  @Tag("capability-18")
  void aFutureLastsUntilItIsComplete() throws Exception {
    work.future();
    RecordedSpan future = spans.takeLocal("future");
    assertThat(future).isChildOf(spans.takeEntry("request")).hasTag("value", "done");
    assertThat(future.durationMillis()).isGreaterThanOrEqualTo(200);
  }

  @Test
  @Tag("capability-18")
  void aFutureThatFailsIsAnError() throws Exception {
    work.failedFuture();
    assertThat(spans.takeLocalWithError("future")).hasErrorLog("java.io.IOException", "no stock");
  }

  @Test
  void aFutureThatIsCancelledIsAnError() throws Exception {
    work.cancelledFuture();
    assertThat(spans.takeLocalWithError("future"))
        .hasErrorLog("java.util.concurrent.CancellationException", null);
  }

  @Test
  void aFutureMayBeCompleteAlready() throws Exception {
    work.completedFuture();
    assertThat(spans.takeLocal("future")).hasTag("value", "known");
  }

  @Test
  void aStageThatCannotBeWatchedEndsWithTheCall() throws Exception {
    work.strangeStage();
    assertThat(spans.takeLocal("stage")).isRoot();
  }

  @Test
  @Tag("capability-19")
  void whatAFutureDoesInOtherThreadsIsBelowIt() throws Exception {
    work.nestedFutures();
    RecordedSpan outer = spans.takeLocal("outer");
    assertThat(outer).isChildOf(spans.takeEntry("request"));
    assertThat(spans.takeLocal("inner")).continuesInThread(outer);
    RecordedSpan second = spans.takeLocal("second");
    // In the method's own thread, if the first stage was complete when this was registered.
    if (second.segmentId().equals(outer.segmentId())) {
      assertThat(second).isChildOf(outer);
    } else {
      assertThat(second).continuesInThread(outer);
    }
  }

  @Test
  @Tag("capability-19")
  void whatAFutureDoesInTheSameThreadIsInTheSameSegment() throws Exception {
    work.nestedInOneThread();
    RecordedSpan outer = spans.takeLocal("atOnce");
    assertThat(outer).isChildOf(spans.takeEntry("request"));
    assertThat(spans.takeLocal("inner")).isChildOf(outer);
  }

  // ---- publishers of the JDK

  @Test
  @Tag("capability-18")
  void aFlowIsASpanFromSubscriptionToEnd() throws Exception {
    work.flow();
    RecordedSpan request = spans.takeEntry("request");
    assertThat(spans.takeLocal("flow")).isChildOf(request).hasTag("argument", "8").hasNoLog();
    // What the subscriber does with the items is its own business.
    assertThat(spans.takeLocal("taken")).continuesInThread(request);
    assertThat(spans.takeLocalWithError("failingFlow"))
        .hasErrorLog("java.lang.IllegalStateException", "no flow");
  }

  @Test
  void aFlowThatIsCancelledSaysSo() throws Exception {
    work.cancelledFlow();
    RecordedSpan flow = spans.takeLocal("flow");
    assertThat(flow.logs()).hasSize(1);
    assertThat(flow.logs().get(0).field("event")).isEqualTo("cancelled");
    assertThat(spans.takeLocal("taken")).isRoot();
  }

  // ---- @TraceCrossThread

  @Test
  @Tag("capability-21")
  void anObjectContinuesTheTraceItWasMadeIn() throws Exception {
    work.crossThread();
    RecordedSpan request = spans.takeEntry("request");
    for (String each :
        List.of(
            "MarkedRunnable/run",
            "MarkedCallable/call",
            "MarkedSupplier/get",
            "MarkedConsumer/accept",
            "MarkedFunction/apply",
            "MarkedPair/apply")) {
      RecordedSpan run = spans.takeLocal("Thread/" + APP + each);
      assertThat(run).continuesInThread(request);
      assertThat(spans.takeLocal("work").parentId()).isEqualTo(run.id());
    }
  }

  @Test
  @Tag("capability-23")
  void thePlaceOfItsMakingCountsAndThereIsOneReference() throws Exception {
    work.crossThreadInAPool();
    RecordedSpan makes = spans.takeEntry("makes");
    spans.takeEntry("hands over");
    RecordedSpan run = spans.takeLocal("Thread/" + APP + "MarkedRunnable/run");
    assertThat(run).continuesInThread(makes);
    assertThat(spans.takeLocal("work")).isChildOf(run);
  }

  @Test
  @Tag("capability-24")
  void inTheSameThreadItIsAPlainCall() throws Exception {
    work.crossThreadInTheSameThread();
    RecordedSpan run = spans.takeLocal("Thread/" + APP + "MarkedRunnable/run");
    assertThat(run).isChildOf(spans.takeEntry("request"));
    assertThat(spans.takeLocal("work")).isChildOf(run);
  }

  @Test
  void madeOutsideOfATraceItBeginsOne() throws Exception {
    work.crossThreadOutsideOfATrace();
    RecordedSpan run = spans.takeLocal("Thread/" + APP + "MarkedRunnable/run");
    assertThat(run).isRoot();
    assertThat(spans.takeLocal("work")).isChildOf(run);
  }

  @Test
  void anObjectMayRunSeveralTimes() throws Exception {
    work.crossThreadTwice();
    RecordedSpan request = spans.takeEntry("request");
    for (int i = 0; i < 2; i++) {
      assertThat(spans.takeLocal("Thread/" + APP + "MarkedRunnable/run"))
          .continuesInThread(request);
      spans.takeLocal("work");
    }
  }

  // ---- SkyWalking's toolkit

  @Test
  void skywalkingsAnnotationsHaveSkywalkingsNames() throws Exception {
    work.skywalking();
    assertThat(spans.takeLocal(APP + "Old.unnamed(java.lang.String,[I,[[Ljava.lang.String;)"))
        .isRoot();
    assertThat(spans.takeLocal("old")).hasTag("in", "four").hasTag("out", "4");
  }

  @Test
  void skywalkingsWrappersCarryTheTrace() throws Exception {
    work.skywalkingWrappers();
    RecordedSpan request = spans.takeEntry("request");
    String wrappers = "Thread/org.apache.skywalking.apm.toolkit.trace.";
    RecordedSpan run = spans.takeLocal(wrappers + "RunnableWrapper/run");
    assertThat(run).continuesInThread(request);
    assertThat(spans.takeLocal("work")).isChildOf(run);
    assertThat(spans.takeLocal(wrappers + "CallableWrapper/call")).continuesInThread(request);
    assertThat(spans.takeLocal(wrappers + "SupplierWrapper/get")).continuesInThread(request);
  }
}
