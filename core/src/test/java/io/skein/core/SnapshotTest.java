package io.skein.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Span;
import io.skein.core.Recorder.Headers;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SnapshotTest {
  private final Recorder recorder = new Recorder();
  private final Tracer tracer = recorder.settings.build();

  @Test
  void theFirstSpanInAScopeHangsBelowTheCapturedSpan() {
    Span entry = tracer.startEntry("GET:/");
    Span local = tracer.startLocal("submit");
    Snapshot snapshot = tracer.capture();
    local.end();
    entry.end();
    Segment parent = recorder.take();
    Spans.inAnotherThread(
        () ->
            Spans.within(
                tracer.continueFrom(snapshot),
                () -> {
                  assertThat(tracer.activeSpan()).isNull();
                  assertThat(tracer.traceId()).isEqualTo(parent.traceId());
                  Span task = tracer.startLocal("task");
                  tracer.startExit("exit", "a:1").end();
                  task.end();
                }));

    Segment child = recorder.only();
    assertThat(child.traceId()).isEqualTo(parent.traceId());
    assertThat(child.segmentId()).isNotEqualTo(parent.segmentId());
    SpanRecord task = Spans.named(child, "task");
    assertThat(task.refCount()).isEqualTo(1);
    assertThat(Spans.named(child, "exit").refCount()).isZero();
    SegmentRef ref = task.ref(0);
    assertThat(ref.refType()).isEqualTo(SegmentRef.RefType.CROSS_THREAD);
    assertThat(ref.traceId()).isEqualTo(parent.traceId());
    assertThat(ref.parentSegmentId()).isEqualTo(parent.segmentId());
    assertThat(ref.parentSpanId()).isEqualTo(Spans.named(parent, "submit").id());
    assertThat(ref.parentService()).isEqualTo("orders");
    assertThat(ref.parentInstance()).isEqualTo("orders-1");
    assertThat(ref.parentEndpoint()).isEqualTo("GET:/");
    assertThat(ref.networkAddress()).isEmpty();
  }

  @Test
  @DisplayName("T17 a hand-over in which no span is started reports nothing")
  void withoutASpanNothingIsReported() {
    Span entry = tracer.startEntry("GET:/");
    Snapshot snapshot = tracer.capture();
    Spans.inAnotherThread(() -> Spans.within(tracer.continueFrom(snapshot), () -> {}));
    entry.end();

    assertThat(recorder.only().spanCount()).isEqualTo(1);
  }

  @Test
  void severalRootsInOneScopeAreSeveralSegmentsOfTheTrace() {
    Span entry = tracer.startEntry("GET:/");
    Snapshot snapshot = tracer.capture();
    entry.end();
    String traceId = recorder.take().traceId();
    Spans.within(
        tracer.continueFrom(snapshot),
        () -> {
          tracer.startExit("first", "a:1").end();
          tracer.startExit("second", "a:1").end();
        });

    assertThat(recorder.segments).hasSize(2);
    assertThat(recorder.segments).allMatch(segment -> segment.traceId().equals(traceId));
    assertThat(recorder.segments).allMatch(segment -> segment.span(0).refCount() == 1);
  }

  @Test
  @DisplayName("T18 several snapshots are several refs, and the first gives the trace its id")
  void severalSnapshotsAreSeveralRefs() {
    Snapshot first = capturedIn("first");
    Snapshot second = capturedIn("second");
    Span task = tracer.startLocal("task");
    tracer.link(task, first);
    tracer.link(task, second);
    tracer.link(task, second);
    tracer.link(null, first);
    tracer.link(task, null);
    task.end();

    Segment segment = recorder.only();
    assertThat(segment.traceId()).isEqualTo(first.traceId());
    assertThat(segment.span(0).refCount()).isEqualTo(2);
    assertThat(segment.span(0).ref(0).traceId()).isEqualTo(first.traceId());
    assertThat(segment.span(0).ref(1).traceId()).isEqualTo(second.traceId());
  }

  @Test
  @DisplayName("T18 a trace id that somebody has been told does not change any more")
  void aToldTraceIdDoesNotChange() {
    Snapshot snapshot = capturedIn("other");
    Span task = tracer.startLocal("task");
    String told = tracer.traceId();
    tracer.link(task, snapshot);
    task.end();

    assertThat(recorder.only().traceId()).isEqualTo(told);
    assertThat(recorder.only().span(0).ref(0).traceId()).isEqualTo(snapshot.traceId());
  }

  @Test
  @DisplayName("T18 a snapshot may be continued where no span is active")
  void aSnapshotMayBeContinuedWithoutAnActiveSpan() {
    Snapshot snapshot = capturedIn("parent");
    Spans.within(tracer.continueFrom(snapshot), () -> tracer.startLocal("task").end());

    assertThat(recorder.only().span(0).refCount()).isEqualTo(1);
  }

  @Test
  @DisplayName("T19 continuing a segment in itself changes nothing")
  void continuingInItselfIsNoContinuation() {
    Span entry = tracer.startEntry("GET:/");
    Snapshot snapshot = tracer.capture();
    Spans.within(
        tracer.continueFrom(snapshot),
        () -> {
          Span local = tracer.startLocal("caller runs");
          tracer.link(local, snapshot);
          local.end();
        });
    entry.end();

    assertThat(recorder.only().spanCount()).isEqualTo(2);
    assertThat(recorder.only().span(0).parentId()).isZero();
    assertThat(recorder.only().span(0).refCount()).isZero();
  }

  @Test
  void whatTheThreadWasDoingComesBackAfterTheScope() {
    Snapshot snapshot = capturedIn("other");
    Span mine = tracer.startEntry("mine");
    String traceId = tracer.traceId();
    Spans.within(
        tracer.continueFrom(snapshot),
        () -> {
          assertThat(tracer.traceId()).isEqualTo(snapshot.traceId());
          tracer.startLocal("theirs").end();
        });
    assertThat(recorder.take().traceId()).isEqualTo(snapshot.traceId());
    assertThat(tracer.traceId()).isEqualTo(traceId);
    tracer.startLocal("mine again").end();
    mine.end();

    assertThat(recorder.only().spanCount()).isEqualTo(2);
    assertThat(recorder.only().traceId()).isEqualTo(traceId);
  }

  @Test
  void whatWasSetAsideMayEndMeanwhile() {
    Snapshot snapshot = capturedIn("other");
    Span mine = tracer.startEntry("mine");
    Scope scope = tracer.continueFrom(snapshot);
    mine.end();
    assertThat(recorder.take().span(0).operationName()).isEqualTo("mine");
    scope.close();

    assertThat(tracer.activeSpan()).isNull();
    assertThat(tracer.capture()).isNull();
  }

  @Test
  void theInnermostOfSeveralScopesCounts() {
    Snapshot outer = capturedIn("outer");
    Snapshot inner = capturedIn("inner");
    Spans.within(
        tracer.continueFrom(outer),
        () -> {
          Spans.within(tracer.continueFrom(inner), () -> tracer.startLocal("a").end());
          tracer.startLocal("b").end();
        });

    assertThat(recorder.segments.get(0).traceId()).isEqualTo(inner.traceId());
    assertThat(recorder.segments.get(0).span(0).refCount()).isEqualTo(1);
    assertThat(recorder.segments.get(1).traceId()).isEqualTo(outer.traceId());
  }

  @Test
  void scopesClosedInTheWrongOrderTwiceOrElsewhereDoNoHarm() {
    Snapshot snapshot = capturedIn("other");
    Span mine = tracer.startEntry("mine");
    String traceId = tracer.traceId();
    Scope outer = tracer.continueFrom(snapshot);
    Scope inner = tracer.continueFrom(capturedInAnotherThread());
    Spans.inAnotherThread(inner::close);
    Span open = tracer.startLocal("left open");
    outer.close();
    inner.close();
    outer.close();

    assertThat(tracer.traceId()).isEqualTo(traceId);
    assertThat(recorder.take().span(0).operationName()).isEqualTo("left open");
    open.end();
    mine.end();
    assertThat(recorder.only().span(0).operationName()).isEqualTo("mine");
  }

  @Test
  @DisplayName("T20 where the caller does not record, nothing in its threads is recorded")
  void anIgnoredSnapshotIgnoresTheOtherThread() {
    Tracer never = recorder.settings.sampler(Sampler.never()).build();
    Span entry = never.startEntry("GET:/");
    never.putCorrelation("tenant", "a");
    Snapshot snapshot = never.capture();
    entry.end();
    assertThat(snapshot.recorded()).isFalse();
    assertThat(snapshot.traceId()).isNull();
    never.sampler(Sampler.always());
    Spans.inAnotherThread(
        () ->
            Spans.within(
                never.continueFrom(snapshot),
                () -> {
                  Span task = never.startLocal("task");
                  assertThat(task.recording()).isFalse();
                  assertThat(never.correlation("tenant")).isEqualTo("a");
                  Span exit = never.startExit("exit", "a:1");
                  assertThat(Headers.from(never, exit).get("sw8")).isEqualTo("0-------");
                  exit.end();
                  task.end();
                }));

    assertThat(recorder.count()).isZero();
    assertThat(never.counters().ignoredByCaller()).isEqualTo(1);
  }

  @Test
  @DisplayName("T21 a snapshot is a copy: what the parent does later does not change it")
  void aSnapshotIsACopy() {
    Span entry = tracer.startEntry("before");
    tracer.putCorrelation("a", "1");
    Snapshot snapshot = tracer.capture();
    tracer.putCorrelation("a", "2");
    tracer.putCorrelation("b", "3");
    tracer.skipAnalysis();
    entry.operationName("after");
    entry.end();
    recorder.take();
    Spans.within(
        tracer.continueFrom(snapshot),
        () -> {
          Span task = tracer.startLocal("task");
          assertThat(tracer.correlation("a")).isEqualTo("1");
          assertThat(tracer.correlation("b")).isNull();
          tracer.putCorrelation("a", "4");
          task.end();
        });

    assertThat(recorder.only().span(0).skipAnalysis()).isFalse();
    assertThat(recorder.only().span(0).ref(0).parentEndpoint()).isEqualTo("before");
    Spans.within(
        tracer.continueFrom(snapshot),
        () -> assertThat(tracer.correlation("a")).as("others share it").isEqualTo("1"));
  }

  @Test
  @DisplayName(
      "T21 a snapshot may be used by several threads at once, also after its segment has gone")
  void aSnapshotMayBeUsedByManyThreads() throws Exception {
    Snapshot snapshot = capturedIn("parent");
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      Future<?>[] tasks = new Future<?>[100];
      for (int i = 0; i < tasks.length; i++) {
        tasks[i] =
            pool.submit(
                () ->
                    Spans.within(
                        tracer.continueFrom(snapshot), () -> tracer.startLocal("task").end()));
      }
      for (Future<?> task : tasks) {
        task.get();
      }
    } finally {
      pool.shutdownNow();
    }

    assertThat(recorder.segments).hasSize(100);
    assertThat(recorder.segments.stream().map(Segment::segmentId).distinct()).hasSize(100);
    assertThat(recorder.segments.stream().map(Segment::traceId).distinct())
        .containsExactly(snapshot.traceId());
  }

  @Test
  @DisplayName("T22 correlation and skipAnalysis travel with the snapshot")
  void correlationAndSkipAnalysisTravel() {
    Span entry = tracer.startEntry("GET:/");
    tracer.putCorrelation("tenant", "a");
    tracer.skipAnalysis();
    Snapshot snapshot = tracer.capture();
    entry.end();
    assertThat(recorder.take().span(0).skipAnalysis()).isTrue();
    Spans.within(
        tracer.continueFrom(snapshot),
        () -> {
          assertThat(tracer.correlation("tenant")).isEqualTo("a");
          Span task = tracer.startLocal("task");
          assertThat(tracer.correlation("tenant")).isEqualTo("a");
          task.end();
        });

    assertThat(recorder.only().span(0).skipAnalysis()).isTrue();
  }

  @Test
  @DisplayName("T22 merged correlation never exceeds its limit")
  void mergedCorrelationStaysWithinItsLimit() {
    Span other = tracer.startEntry("other");
    tracer.putCorrelation("a", "theirs");
    tracer.putCorrelation("b", "2");
    tracer.putCorrelation("c", "3");
    Snapshot snapshot = tracer.capture();
    other.end();
    Span task = tracer.startLocal("task");
    tracer.putCorrelation("a", "mine");
    tracer.putCorrelation("d", "4");
    tracer.link(task, snapshot);

    assertThat(tracer.correlation("a")).isEqualTo("mine");
    assertThat(tracer.correlation("d")).isEqualTo("4");
    assertThat(tracer.correlation("b")).isEqualTo("2");
    assertThat(tracer.correlation("c")).isNull();
    task.end();
  }

  @Test
  @DisplayName("T23 the parent endpoint is the first entry's present name, else the first span's")
  void theParentEndpointIsTheFirstEntrysName() {
    Span local = tracer.startLocal("first");
    Span exit = tracer.startExit("exit", "a:1");
    assertThat(Sw8.decode(Headers.from(tracer, exit).get("sw8")).ref.parentEndpoint())
        .isEqualTo("first");
    exit.end();
    Span entry = tracer.startEntry("entry");
    Span nested = tracer.startLocal("nested");
    Span second = tracer.startEntry("second entry");
    entry.operationName("renamed");
    exit = tracer.startExit("exit", "a:1");
    assertThat(Sw8.decode(Headers.from(tracer, exit).get("sw8")).ref.parentEndpoint())
        .isEqualTo("renamed");
    exit.end();
    Snapshot snapshot = tracer.capture();
    second.end();
    nested.end();
    entry.end();
    local.end();
    recorder.take();
    Spans.within(tracer.continueFrom(snapshot), () -> tracer.startLocal("task").end());

    assertThat(recorder.only().span(0).ref(0).parentEndpoint()).isEqualTo("renamed");
  }

  @Test
  @DisplayName("T14 a late child of a finished parent is a segment of its own, across threads")
  void aLateChildIsASegmentOfItsOwn() {
    Span local = tracer.startLocal("no peer, no entry");
    Snapshot snapshot = tracer.capture();
    local.end();
    recorder.take();
    Spans.within(tracer.continueFrom(snapshot), () -> tracer.startExit("late", "a:1").end());

    assertThat(recorder.only().span(0).ref(0).refType()).isEqualTo(SegmentRef.RefType.CROSS_THREAD);
  }

  @Test
  void aSnapshotPassesThroughThreadsThatTraceNothing() {
    Snapshot snapshot = capturedIn("parent");
    Snapshot[] passedOn = new Snapshot[1];
    Spans.within(
        tracer.continueFrom(snapshot),
        () -> {
          tracer.putCorrelation("k", "v");
          passedOn[0] = tracer.capture();
        });
    Spans.within(
        tracer.continueFrom(passedOn[0]),
        () -> {
          assertThat(tracer.correlation("k")).isEqualTo("v");
          tracer.startLocal("task").end();
        });

    assertThat(recorder.only().traceId()).isEqualTo(snapshot.traceId());
  }

  @Test
  void aRequestWithAHeaderBelongsToItsCallerNotToTheHandOver() {
    Snapshot snapshot = capturedIn("some other work of this thread");
    Recorder gateway = new Recorder();
    Tracer caller = gateway.settings.service("gateway").processId("f".repeat(32)).build();
    Span exit = caller.startExit("GET:/", "orders:80");
    Headers headers = Headers.from(caller, exit);
    exit.end();
    Spans.within(
        tracer.continueFrom(snapshot),
        () -> tracer.startEntry("GET:/", headers, Headers.READER).end());

    assertThat(recorder.only().traceId()).isEqualTo(gateway.only().traceId());
    assertThat(recorder.only().span(0).refCount()).isEqualTo(1);
  }

  private Snapshot capturedIn(String name) {
    Span entry = tracer.startEntry(name);
    Snapshot snapshot = tracer.capture();
    entry.end();
    recorder.segments.clear();
    return snapshot;
  }

  private Snapshot capturedInAnotherThread() {
    Snapshot[] snapshot = new Snapshot[1];
    Spans.inAnotherThread(() -> snapshot[0] = capturedIn("elsewhere"));
    return snapshot[0];
  }

  /** Captures in one place share an object; in another place, or after a change, they do not. */
  @Test
  void aSnapshotThatIsTakenAgainKnowsWhatHasChanged() {
    Span entry = tracer.startEntry("GET:/");
    Snapshot first = tracer.capture();
    assertThat(tracer.capture()).isSameAs(first);

    Span local = tracer.startLocal("inside");
    assertThat(tracer.capture().spanId()).isEqualTo(1);
    local.end();
    entry.operationName("GET:/orders/{id}");
    assertThat(tracer.capture().toRef().parentEndpoint()).isEqualTo("GET:/orders/{id}");
    tracer.putCorrelation("tenant", "a");
    assertThat(Correlation.get(tracer.capture().correlation, "tenant")).isEqualTo("a");
    tracer.skipAnalysis();
    assertThat(tracer.capture().skipAnalysis).isTrue();
    assertThat(first.spanId()).isZero();
    assertThat(first.toRef().parentEndpoint()).isEqualTo("GET:/");
    entry.end();
    recorder.only();
  }
}
