package io.skein.plugin.executors;

import static io.skein.testing.SpanAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.skein.testing.PluginContract;
import io.skein.testing.RecordedSpan;
import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@InEveryJvm
@Timeout(60)
class ExecutorsPluginTest extends PluginContract {
  private final Work.InPools pools;
  private final Work.InForks forks;
  private final Work.InStages stages;
  private final Work.InThreads threads;

  ExecutorsPluginTest(TracedJvm jvm) {
    super(jvm);
    pools = jvm.app(Work.InPools.class, PoolsApp.class);
    forks = jvm.app(Work.InForks.class, ForksApp.class);
    stages = jvm.app(Work.InStages.class, StagesApp.class);
    threads = jvm.app(Work.InThreads.class, ThreadsApp.class);
  }

  private void locals(RecordedSpan request, String... names) {
    for (String name : names) {
      assertThat(spans.takeLocal(name)).continuesInThread(request);
    }
  }

  @Test
  void anExecutedTaskContinuesTheTrace() throws Exception {
    pools.execute();
    locals(spans.takeEntry("request"), "task");
  }

  @Test
  void aSubmittedRunnableContinuesTheTrace() throws Exception {
    pools.submitRunnable();
    locals(spans.takeEntry("request"), "task");
  }

  @Test
  void aSubmittedCallableContinuesTheTrace() throws Exception {
    pools.submitCallable();
    locals(spans.takeEntry("request"), "task");
  }

  @Test
  void allInvokedTasksContinueTheTrace() throws Exception {
    pools.invokeAll();
    locals(spans.takeEntry("request"), "task 0", "task 1", "task 2");
  }

  @Test
  void nothingLeaksIntoTheNextTaskOfTheThread() throws Exception {
    assertThat(pools.laterTaskSeesATrace()).isFalse();
    locals(spans.takeEntry("request"), "task");
  }

  /** T17: a hand-over alone makes no segment. */
  @Test
  void aTaskThatTracesNothingReportsNothing() throws Exception {
    pools.taskThatTracesNothing();
    spans.takeEntry("request");
  }

  @Test
  void aTaskOutsideOfAnyTraceBeginsItsOwn() throws Exception {
    pools.taskOutsideOfAnyTrace();
    assertThat(spans.takeLocal("task")).isRoot();
  }

  @Test
  void theTraceGoesThroughTasksThatTraceNothing() throws Exception {
    pools.throughTwoPools();
    locals(spans.takeEntry("request"), "task");
  }

  @Test
  void eachTaskContinuesItsOwnRequest() throws Exception {
    pools.twoRequestsOneWorker();
    locals(spans.takeEntry("request one"), "task one");
    locals(spans.takeEntry("request two"), "task two");
  }

  @Test
  void anObjectHandedInTwiceKeepsTheOrder() throws Exception {
    pools.sameObjectInTwoTraces();
    locals(spans.takeEntry("request one"), "task");
    locals(spans.takeEntry("request two"), "task");
  }

  @Test
  void aRejectedTaskLeavesNothingBehind() throws Exception {
    assertThat(pools.rejected())
        .containsExactly("java.util.concurrent.RejectedExecutionException", "false");
    spans.takeEntry("request");
  }

  @Test
  void aTaskThatTheCallerRunsIsAPlainCall() throws Exception {
    pools.callerRuns();
    RecordedSpan request = spans.takeEntry("request");
    assertThat(spans.takeLocal("task")).isChildOf(request);
  }

  @Test
  void aTaskThatIsHandedInAgainByTheHandlerIsCarried() throws Exception {
    pools.discardOldest();
    locals(spans.takeEntry("request"), "task");
  }

  /** T25: what comes back is what was handed in. */
  @Test
  void shutdownNowReturnsTheApplicationsOwnObjects() throws Exception {
    assertThat(pools.shutdownNow())
        .as("own object, later sees a trace")
        .containsExactly(true, false);
    spans.takeEntry("request");
  }

  @Test
  void aRemovedTaskIsFoundAndForgotten() throws Exception {
    assertThat(pools.remove()).as("removed, later sees a trace").containsExactly(true, false);
    spans.takeEntry("request");
  }

  @Test
  void theQueueHoldsTheApplicationsOwnObjects() throws Exception {
    assertThat(pools.queueHoldsOwnObject()).isTrue();
    spans.takeEntry("request");
  }

  @Test
  void aPriorityQueueComparesTheApplicationsOwnObjects() throws Exception {
    assertThat(pools.priorities()).containsExactly(1, 2, 3);
    locals(spans.takeEntry("request"), "task 1", "task 2", "task 3");
  }

  @Test
  void exceptionsPassUntouched() throws Exception {
    assertThat(pools.exceptions()).as("future, uncaught handler").containsExactly(true, true);
    spans.takeEntry("request");
  }

  @Test
  void aTaskScheduledOnceContinuesTheTrace() throws Exception {
    pools.schedule();
    locals(spans.takeEntry("request"), "runnable", "callable", "at once");
  }

  @Test
  void aPeriodicTaskDoesNotContinueTheTrace() throws Exception {
    assertThat(pools.periodicSeesATrace()).isFalse();
    spans.takeEntry("request");
  }

  @Test
  void aForkJoinPoolContinuesTheTrace() throws Exception {
    forks.submit();
    locals(spans.takeEntry("request"), "runnable", "callable", "executed");
  }

  @Test
  void everyForkedTaskContinuesTheTrace() throws Exception {
    forks.tree();
    RecordedSpan request = spans.takeEntry("request");
    for (int leaf = 0; leaf < 8; leaf++) {
      assertThat(spans.takeLocal("leaf")).continuesInThread(request);
    }
  }

  @Test
  void manyForksThatTraceNothingReportNothing() throws Exception {
    assertThat(forks.deepRecursion()).isEqualTo(1 << 16);
    spans.takeEntry("request");
  }

  @Test
  void aParallelStreamContinuesTheTrace() throws Exception {
    forks.parallelStream();
    RecordedSpan request = spans.takeEntry("request");
    for (int step = 0; step < 16; step++) {
      assertThat(spans.takeLocal("step")).continuesInThread(request);
    }
  }

  @Test
  void asynchronousStagesContinueTheTrace() throws Exception {
    stages.supplyAsync();
    locals(spans.takeEntry("request"), "common", "own", "run");
  }

  @Test
  void everyKindOfStageContinuesTheTrace() throws Exception {
    stages.everyKind();
    locals(
        spans.takeEntry("request"),
        "thenApply",
        "thenApplyAsync",
        "thenAccept",
        "thenRun",
        "thenCompose",
        "whenComplete",
        "handle",
        "thenCombine",
        "thenAcceptBoth",
        "runAfterBoth",
        "applyToEither",
        "acceptEither",
        "runAfterEither",
        "exceptionally",
        "exceptionallyCompose");
  }

  @Test
  void aStageBelongsToTheTraceThatRegisteredIt() throws Exception {
    stages.registrantsTraceWins();
    locals(spans.takeEntry("registers"), "stage");
    RecordedSpan completes = spans.takeEntry("completes");
    assertThat(spans.takeLocal("after")).isChildOf(completes);
  }

  /** T19: continuing a segment in itself is no continuation. */
  @Test
  void aStageThatRunsAtOnceStaysInTheSegment() throws Exception {
    stages.completedFutureStaysInTheSegment();
    RecordedSpan request = spans.takeEntry("request");
    assertThat(spans.takeLocal("stage")).isChildOf(request);
  }

  @Test
  void aDelayedExecutorContinuesTheTrace() throws Exception {
    stages.delayedExecutor();
    locals(spans.takeEntry("request"), "executed", "run");
  }

  @Test
  void anExceptionOfAStagePassesUntouched() throws Exception {
    assertThat(stages.exception()).isTrue();
    spans.takeEntry("request");
  }

  @Test
  void virtualThreadsContinueTheTrace() throws Exception {
    assumeThat(jvm.javaFeature()).as("virtual threads came with JDK 21").isGreaterThanOrEqualTo(21);
    threads.virtual();
    locals(spans.takeEntry("request"), "per task", "factory", "started", "stage");
  }

  @Test
  void aPoolsWorkerInAVirtualThreadKeepsNoTrace() throws Exception {
    assumeThat(jvm.javaFeature()).as("virtual threads came with JDK 21").isGreaterThanOrEqualTo(21);
    assertThat(threads.virtualWorkerKeepsTheTrace()).isFalse();
    locals(spans.takeEntry("request"), "task");
  }

  /** See the plugin: such threads are too often made for longer than the request. */
  @Test
  void aPlatformThreadDoesNotContinueTheTrace() throws Exception {
    assertThat(threads.platformSeesATrace()).isFalse();
    spans.takeEntry("request");
  }
}
