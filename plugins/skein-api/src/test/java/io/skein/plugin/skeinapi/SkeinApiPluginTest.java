package io.skein.plugin.skeinapi;

import static io.skein.testing.SpanAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.skein.api.Component;
import io.skein.api.Layer;
import io.skein.api.Tracing;
import io.skein.core.SpanType;
import io.skein.testing.PluginContract;
import io.skein.testing.RecordedSpan;
import io.skein.testing.Sw8Header;
import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The API under the agent: everything it offers, beside spans that the agent makes by itself. */
@InEveryJvm(libraries = "tomcat", alsoOnClassPath = Tracing.class)
@Timeout(60)
class SkeinApiPluginTest extends PluginContract {
  private final ManualWork work;

  SkeinApiPluginTest(TracedJvm jvm) {
    super(jvm);
    work = jvm.app(ManualWork.class, ManualWorkApp.class);
  }

  // ---- one context with the agent's own spans

  @Test
  void theApiKnowsThatTheAgentIsThere() {
    assertThat(work.present()).isTrue();
  }

  @Test
  @Tag("capability-1")
  void aSpanByHandIsInTheSegmentOfTheRequest() throws Exception {
    String traceId = work.askTomcat();
    RecordedSpan request = spans.takeEntry("GET:/priced");
    assertThat(request).hasComponent(Component.TOMCAT).hasTag("tenant", "blue");
    assertThat(spans.takeLocal("price")).isChildOf(request);
    assertThat(request.traceId()).isEqualTo(traceId);
  }

  @Test
  void spansByHandAndOfPluginsNestInEachOther() throws Exception {
    work.insideAProbe();
    RecordedSpan request = spans.takeEntry("request");
    RecordedSpan byHand = spans.takeLocal("by hand");
    assertThat(byHand).isChildOf(request);
    assertThat(spans.takeLocal("by the agent")).isChildOf(byHand);
  }

  @Test
  void copiesOfTheApiInOtherLoadersShareTheContext() throws Exception {
    work.moreCopies();
    RecordedSpan request = spans.takeEntry("request");
    assertThat(spans.takeLocal("first copy")).isChildOf(request);
    assertThat(spans.takeLocal("second copy")).isChildOf(request);
  }

  // ---- spans

  @Test
  @Tag("capability-3")
  @Tag("capability-10")
  @Tag("capability-12")
  void blocksNest() {
    work.blocks();
    RecordedSpan request = spans.takeEntry("request");
    assertThat(request).isRoot().hasComponent(Component.GRPC);
    assertThat(request.id()).isZero();
    assertThat(spans.takeExit("Stock/reserve"))
        .isChildOf(request)
        .hasPeer("stock:9090")
        .hasComponent(Component.GRPC)
        .hasLayer(Layer.RPC);
    assertThat(spans.takeLocal("price")).isChildOf(request).hasTag("article", "17");
  }

  @Test
  @Tag("capability-13")
  void eachEmptyingOfTheThreadIsASegmentOfItsOwn() {
    work.oneAfterTheOther();
    RecordedSpan one = spans.takeEntry("one");
    RecordedSpan two = spans.takeEntry("two");
    RecordedSpan three = spans.takeEntry("three");
    assertThat(one).isRoot().hasLayer(Layer.HTTP);
    assertThat(List.of(one.segmentId(), two.segmentId(), three.segmentId()))
        .doesNotHaveDuplicates();
    assertThat(List.of(one.traceId(), two.traceId(), three.traceId())).doesNotHaveDuplicates();
  }

  @Test
  @Tag("capability-6")
  void aSpanIsDescribedByItsBuilderAndWhileItIsActive() {
    work.describe();
    assertThat(spans.takeLocal("second name"))
        .hasLayer(Layer.CACHE)
        .hasComponent(Objects.requireNonNull(Component.byName("Caffeine")))
        .hasTag("from", "builder");
  }

  @Test
  @Tag("capability-8")
  @Tag("capability-9")
  @Tag("capability-11")
  void tagsFollowTheRuleOfTheirKey() {
    work.tags();
    RecordedSpan span = spans.takeLocal("tagged");
    assertThat(span).hasTag("Singer", "Teshima").hasTag("price", "4");
    assertThat(span.tags())
        .containsSubsequence(Map.entry("step", "pick"), Map.entry("step", "pack"));
  }

  @Test
  @Tag("capability-4")
  @Tag("capability-26")
  void anErrorIsRecordedAndThrownOn() {
    assertThat(work.failingRun()).isEqualTo("no ink");
    assertThat(spans.takeLocalWithError("fails")).hasErrorLog("java.io.IOException", "no ink");
  }

  @Test
  void anErrorCanBeSaidInABlock() {
    work.failingBlock();
    assertThat(spans.takeLocalWithError("fails"))
        .hasErrorLog("java.lang.IllegalStateException", "out of paper");
  }

  @Test
  void eventsAndFieldsAreLogged() {
    work.logs();
    RecordedSpan span = spans.takeLocal("logs");
    assertThat(span.logs()).hasSize(2);
    assertThat(span.logs().get(0).field("event")).isEqualTo("started");
    assertThat(span.logs().get(1).field("event")).isEqualTo("picked");
    assertThat(span.logs().get(1).field("shelf")).isEqualTo("7");
  }

  @Test
  @Tag("capability-5")
  void aSpanThatNobodyStartedIsNoSpan() {
    work.neverStarted();
    assertThat(spans.takeLocal("started")).isRoot();
  }

  @Test
  void nestedEntriesAreOneSpan() {
    work.sharedEntry();
    assertThat(spans.takeEntry("inner")).isRoot().hasTag("who", "inner");
  }

  // ---- between threads

  @Test
  void anotherThreadContinuesFromASnapshot() throws Exception {
    work.captureAndContinue();
    RecordedSpan request = spans.takeEntry("request");
    assertThat(spans.takeLocal("continued")).continuesInThread(request);
    assertThat(spans.takeLocal("afterwards")).isRoot();
  }

  @Test
  void aSnapshotKnowsItsTrace() {
    assertThat(work.snapshotKnowsItsTrace()).isTrue();
    spans.takeEntry("request");
  }

  @Test
  void anEmptySnapshotChangesNothing() throws Exception {
    work.emptySnapshot();
    assertThat(spans.takeLocal("root")).isRoot();
  }

  @Test
  @Tag("capability-21")
  @Tag("capability-22")
  void everyWrapperCarriesTheTrace() throws Exception {
    work.wrappersInAThread();
    RecordedSpan request = spans.takeEntry("request");
    for (String each : List.of("runnable", "callable", "supplier", "consumer", "function")) {
      assertThat(spans.takeLocal(each)).continuesInThread(request);
    }
  }

  @Test
  void aWrapperRunsInAPoolLater() throws Exception {
    work.wrappersInAPool();
    assertThat(spans.takeLocal("work")).continuesInThread(spans.takeEntry("request"));
  }

  /** T25: both have captured, and there is one reference. */
  @Test
  void aWrapperThatTheAgentCarriesTooHasOneReference() throws Exception {
    work.wrappersOfTheApiAndOfTheAgent();
    RecordedSpan request = spans.takeEntry("request");
    assertThat(spans.takeLocal("in the pool")).continuesInThread(request);
    assertThat(spans.takeLocal("in the future")).continuesInThread(request);
  }

  @Test
  @Tag("capability-23")
  void theWrappersPlaceCountsWhenBothHaveOne() throws Exception {
    work.wrapperIsOlderThanHandOver();
    RecordedSpan makes = spans.takeEntry("makes");
    spans.takeEntry("hands over");
    assertThat(spans.takeLocal("work")).continuesInThread(makes);
  }

  @Test
  @Tag("capability-22")
  void aWrapperRunsInAVirtualThread() throws Exception {
    assumeThat(jvm.javaFeature()).as("virtual threads came with JDK 21").isGreaterThanOrEqualTo(21);
    work.wrapperInVirtualThreads();
    assertThat(spans.takeLocal("virtual")).continuesInThread(spans.takeEntry("request"));
  }

  /** T19: a segment is not continued in itself. */
  @Test
  @Tag("capability-24")
  void aWrapperInTheSameThreadIsAPlainCall() {
    work.wrapperInTheSameThread();
    assertThat(spans.takeLocal("work")).isChildOf(spans.takeEntry("request"));
  }

  @Test
  void aWrapperWithANameIsASpan() throws Exception {
    work.wrapperWithAName();
    RecordedSpan wrapper = spans.takeLocal("Thread/pack");
    assertThat(wrapper).continuesInThread(spans.takeEntry("request"));
    assertThat(spans.takeLocal("work")).isChildOf(wrapper);
  }

  @Test
  void anExecutorServiceThatCarriesMakesOneReference() throws Exception {
    work.carryingExecutorService();
    RecordedSpan request = spans.takeEntry("request");
    assertThat(spans.takeLocal("submitted")).continuesInThread(request);
    assertThat(spans.takeLocal("invoked")).continuesInThread(request);
  }

  @Test
  void futuresThatCarryMakeOneReference() throws Exception {
    work.carriedFutures();
    RecordedSpan request = spans.takeEntry("request");
    assertThat(spans.takeLocal("supplied")).continuesInThread(request);
    RecordedSpan applied = spans.takeLocal("applied");
    // In the caller's thread, if the first stage is done before the second is registered.
    if (applied.segmentId().equals(request.segmentId())) {
      assertThat(applied).isChildOf(request);
    } else {
      assertThat(applied).continuesInThread(request);
    }
  }

  // ---- asynchronous

  @Test
  void aSpanEndsInAnotherThread() throws Exception {
    work.asyncEndedElsewhere();
    RecordedSpan request = spans.takeEntry("request");
    assertThat(spans.takeExit("Stock/reserve")).isChildOf(request).hasTag("answer", "yes");
  }

  @Test
  void aStageLastsUntilItIsComplete() throws Exception {
    work.stage();
    RecordedSpan request = spans.takeEntry("request");
    RecordedSpan stage = spans.takeLocal("stage");
    assertThat(stage).isChildOf(request);
    assertThat(stage.durationMillis()).isGreaterThanOrEqualTo(200);
  }

  @Test
  void aStageThatFailsIsAnError() throws Exception {
    work.failingStage();
    assertThat(spans.takeLocalWithError("stage"))
        .hasErrorLog("java.lang.IllegalStateException", "no stock");
  }

  // ---- correlation, headers, ids

  @Test
  void correlationTravels() throws Exception {
    assertThat(work.correlation()).containsExactly("true", "blue", "dGVuYW50:Ymx1ZQ==", "null");
    spans.takeEntry("request");
    spans.takeExit("call");
  }

  @Test
  void anotherProcessContinuesFromHeaders() {
    Map<String, String> headers = work.inject();
    spans.takeEntry("request");
    RecordedSpan call = spans.takeExit("call");
    assertThat(headers).containsOnlyKeys("sw8", "sw8-correlation", "sw8-x");
    work.continueHeaders(headers);
    RecordedSpan continued = spans.takeEntry("continued");
    assertThat(continued.traceId()).isEqualTo(call.traceId());
    assertThat(continued).continues(Sw8Header.parse(header(headers)));
    work.detachedFromHeaders(headers);
    assertThat(spans.takeEntry("detached")).continues(Sw8Header.parse(header(headers)));
  }

  private static String header(Map<String, String> headers) {
    return Objects.requireNonNull(headers.get("sw8"));
  }

  @Test
  void aBatchHasSeveralParents() {
    Map<String, String> first = new HashMap<>(work.inject());
    Map<String, String> second = new HashMap<>(work.inject());
    for (int i = 0; i < 2; i++) {
      spans.takeEntry("request");
      spans.takeExit("call");
    }
    work.twoParents(first, second);
    RecordedSpan batch = spans.takeEntry("batch");
    assertThat(batch.refs()).hasSize(2);
    assertThat(batch.traceId()).isEqualTo(batch.refs().get(0).traceId());
  }

  @Test
  @Tag("capability-2")
  void theIdsAreThoseOfTheSpans() {
    List<String> ids = work.ids();
    spans.takeEntry("request");
    RecordedSpan inside = spans.takeLocal("inside");
    assertThat(ids)
        .containsExactly(
            inside.traceId(),
            inside.segmentId(),
            String.valueOf(inside.id()),
            "null",
            "null",
            "-1");
  }

  @Test
  void oneSpanRefersToAnotherOnesPlace() throws Exception {
    work.link();
    RecordedSpan producer = spans.takeEntry("producer");
    RecordedSpan waits = spans.takeEntry("waits");
    assertThat(waits.refs()).hasSize(1);
    assertThat(waits.refs().get(0).segmentId()).isEqualTo(producer.segmentId());
  }

  // ---- detached spans

  @Test
  void spansMayLiveWithoutAThread() throws Exception {
    work.detached();
    RecordedSpan root = spans.takeEntry("root");
    RecordedSpan child = spans.takeExit("child");
    assertThat(child).isChildOf(root).hasPeer("other:1");
    RecordedSpan below = spans.takeLocal("below");
    assertThat(below).isChildOf(child);
    assertThat(below.type()).isEqualTo(SpanType.LOCAL);
  }

  @Test
  void noMethodMindsNonsense() {
    work.nonsense();
    work.neverStarted();
    spans.takeLocal("started"); // the last one: what the nonsense has made came before
    spans.clear();
  }
}
