package io.skein.core.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Span;
import io.skein.core.Scope;
import io.skein.core.Snapshot;
import io.skein.core.SpanType;
import io.skein.core.Tracer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which segments are watched, in which thread, and until when. */
class AttachingTest {
  private static final String ENDPOINT = SampledTasks.ENDPOINT;

  private final SampledTasks it = new SampledTasks();
  private final Tracer tracer = it.tracer;
  private final List<Worker> workers = new ArrayList<>();

  private Worker worker() {
    Worker worker = new Worker();
    workers.add(worker);
    return worker;
  }

  @AfterEach
  void allPlacesAreFreeAgain() {
    workers.forEach(Worker::close);
    assertThat(it.profiler.watched()).isZero();
    assertThat(tracer.counters().failures()).isZero();
  }

  // ---- names

  @Test
  @Tag("capability-116")
  void theFirstSpanOfAnyTypeIsMatchedByItsName() {
    it.run(it.task());
    for (int kind = 0; kind < 3; kind++) {
      Span span =
          switch (kind) {
            case 0 -> tracer.startEntry(ENDPOINT);
            case 1 -> tracer.startLocal(ENDPOINT);
            default -> tracer.startExit(ENDPOINT, "a:1");
          };
      assertThat(it.profiler.watched()).isEqualTo(1);
      span.end();
      assertThat(it.profiler.watched()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"get:/orders/{id}", "GET:/orders/{id} ", "GET:/orders", "", "GET:/orders/{id}/x"})
  void anotherNameIsAnotherEndpoint(String name) {
    it.run(it.task());
    Span span = tracer.startEntry(name);
    assertThat(it.profiler.watched()).isZero();
    span.end();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET:/B\u00fccher/\u65e5\u672c\u8a9e",
        "\ud83d\ude00\ud83d\ude00",
        "\u202egnp.exe",
        "a\u0301",
        "GET:/{x}\n"
      })
  void aNameMayBeAnyUnicode(String name) {
    long now = it.machine.millis();
    it.run(new ProfileTask("t", name, now, 1, 0, 10, 1, now));
    Span span = tracer.startEntry(name);
    assertThat(it.profiler.watched()).isEqualTo(1);
    span.end();
    Span other = tracer.startEntry(name + "x");
    assertThat(it.profiler.watched()).isZero();
    other.end();
  }

  @Test
  void aLongNameIsMatchedAsItIsReportedCut() {
    String cut = "GET:/" + "x".repeat(145);
    long now = it.machine.millis();
    it.run(new ProfileTask("t", cut, now, 1, 0, 10, 1, now));
    Span span = tracer.startEntry(cut + "yyy");
    assertThat(it.profiler.watched()).isEqualTo(1);
    span.end();
  }

  @Test
  @Tag("capability-116")
  void aRenameOfSpanZeroIsMatchedToo() {
    it.run(it.task());
    Span span = tracer.startEntry("GET:/orders/17");
    it.beats(2);
    assertThat(it.snapshots()).isEmpty();
    span.operationName(ENDPOINT);
    assertThat(it.profiler.watched()).isEqualTo(1);
    span.operationName(ENDPOINT).operationName("later");
    assertThat(it.profiler.watched()).isEqualTo(1);
    it.beats(2);
    span.end();
    assertThat(it.snapshots()).hasSize(2);
  }

  @Test
  void aFrameworkInsideThatNamesTheSharedEntryIsMatched() {
    it.run(it.task());
    Span tomcat = tracer.startEntry("GET:/orders/17");
    Span mvc = tracer.startEntry("handler");
    assertThat(it.profiler.watched()).isZero();
    mvc.operationName(ENDPOINT);
    assertThat(it.profiler.watched()).isEqualTo(1);
    mvc.end();
    assertThat(it.profiler.watched()).isEqualTo(1);
    tomcat.end();
  }

  @Test
  void aSecondEntryThatTakesOverTheSpanIsMatched() {
    it.run(it.task());
    Span tomcat = tracer.startEntry("GET:/orders/17");
    Span mvc = tracer.startEntry(ENDPOINT);
    assertThat(it.profiler.watched()).isEqualTo(1);
    mvc.end();
    tomcat.end();
  }

  @Test
  void otherSpansOfThatNameAreNot() {
    it.run(it.task());
    Span entry = tracer.startEntry("GET:/");
    Span local = tracer.startLocal(ENDPOINT);
    local.operationName("x").operationName(ENDPOINT);
    Span nested = tracer.startEntry(ENDPOINT);
    assertThat(it.profiler.watched()).isZero();
    nested.end();
    local.end();
    entry.end();
  }

  @Test
  void anotherThreadsRenameIsHeardByTheOwner() {
    it.run(it.task());
    Span span = tracer.startEntry("GET:/orders/17");
    worker().run(() -> span.operationName(ENDPOINT));
    Span inside = tracer.startLocal("inside"); // works off the note
    assertThat(it.profiler.watched()).isEqualTo(1);
    inside.end();
    span.end();
  }

  @Test
  @Tag("capability-110")
  void aSegmentThatBeganBeforeTheTaskIsNotMatchedByItsFirstName() {
    Span span = it.request();
    it.run(it.task());
    it.beats(2);
    assertThat(it.profiler.watched()).isZero();
    span.end();
  }

  // ---- times

  @Test
  @Tag("capability-118")
  void requestsThatAreFasterThanTheMinimumHaveNoSnapshots() {
    it.run(it.task("t", it.machine.millis(), 5, 100, 10, 9));
    Span fast = it.request();
    it.beats(10); // exactly 100 ms: not more than the minimum
    assertThat(it.snapshots()).isEmpty();
    fast.end();
    Span slow = it.request();
    it.beats(13);
    assertThat(it.snapshots()).hasSize(3);
    slow.end();
    assertThat(it.profiler.counters().requests()).isEqualTo(1);
  }

  @Test
  void theMinimumCountsFromTheStartAlsoWhenTheNameComesLate() {
    it.run(it.task("t", it.machine.millis(), 5, 100, 10, 9));
    Span span = tracer.startEntry("GET:/orders/17");
    it.beats(9);
    span.operationName(ENDPOINT);
    it.beats(2);
    assertThat(it.snapshots()).hasSize(1);
    span.end();
  }

  @Test
  void theMinimumOfAPartCountsFromTheStartOfItsRequest() {
    it.run(it.task("t", it.machine.millis(), 5, 100, 10, 9));
    Span span = it.request();
    it.beats(9);
    Snapshot place = tracer.capture();
    span.end();
    Worker other = worker();
    Scope scope = other.call(() -> tracer.continueFrom(place));
    Span part = other.call(() -> tracer.startLocal("part"));
    it.beats(2);
    List<ThreadSnapshot> taken = it.snapshots();
    assertThat(taken).hasSize(1);
    assertThat(taken.get(0).segmentId()).isNotEqualTo(place.segmentId());
    other.run(
        () -> {
          part.end();
          scope.close();
        });
  }

  // ---- places

  @Test
  @Tag("capability-103")
  @Tag("capability-117")
  void theSixthAtATimeIsNotSampledAndOneThatComesLaterIs() {
    it.run(it.task("t", it.machine.millis(), 5, 0, 10, 9));
    List<Span> spans = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      spans.add(worker().call(it::request));
    }
    assertThat(it.profiler.watched()).isEqualTo(5);
    assertThat(it.profiler.counters().refused()).isEqualTo(1);
    it.beats(1);
    assertThat(it.snapshots()).hasSize(5);
    Span first = spans.get(0);
    workers.get(0).run(first::end);
    Span later = workers.get(0).call(it::request);
    it.beats(1);
    assertThat(it.snapshots()).hasSize(5);
    assertThat(it.profiler.counters().requests()).isEqualTo(6);
    workers.get(0).run(later::end);
    for (int i = 1; i < 6; i++) {
      Span span = spans.get(i);
      workers.get(i).run(span::end);
    }
  }

  @Test
  @Tag("capability-103")
  void aSampleIsTakenByTheFirstSnapshotAndNotByARequestThatWasTooFast() {
    it.run(it.task("t", it.machine.millis(), 5, 20, 10, 1));
    for (int i = 0; i < 100; i++) {
      Span fast = it.request();
      it.beats(1);
      fast.end();
    }
    Span slow = it.request();
    Worker other = worker();
    Span second = other.call(it::request);
    it.beats(5);
    assertThat(it.snapshots()).extracting(ThreadSnapshot::segmentId).hasSize(3).containsOnly(id());
    assertThat(it.profiler.watched()).isEqualTo(1); // the other one is let go of
    slow.end();
    other.run(second::end);
  }

  private String id() {
    return tracer.segmentId();
  }

  // ---- ends

  @Test
  @Tag("capability-117")
  void theEndOfTheStackReleasesAlsoWithAsynchronousSpansOpen() {
    it.run(it.task());
    Span span = it.request();
    Span exit = tracer.startExit("call", "a:1").prepareForAsync();
    exit.end();
    assertThat(it.profiler.watched()).isEqualTo(1);
    span.end();
    assertThat(it.profiler.watched()).isZero();
    assertThat(it.segments).isEmpty();
    exit.asyncEnd();
    assertThat(it.segments).hasSize(1);
  }

  @Test
  @Tag("capability-117")
  void anExceptionReleases() {
    it.run(it.task());
    Span span = it.request();
    Span inside = tracer.startLocal("inside");
    span.end(new IllegalStateException("thrown through both"));
    assertThat(it.profiler.watched()).isZero();
    inside.end();
  }

  @Test
  void aScopeThatIsLeftWithSpansOpenReleases() {
    it.run(it.task());
    Span before = tracer.startEntry("before");
    Snapshot place = tracer.capture();
    before.end();
    Scope scope = tracer.continueFrom(place);
    it.request();
    tracer.startLocal("inside");
    assertThat(it.profiler.watched()).isEqualTo(1);
    scope.close();
    assertThat(it.profiler.watched()).isZero();
  }

  @Test
  void aSegmentThatNobodyWantsIsNotSampledAnyMore() {
    it.run(it.task());
    Span span = it.request();
    it.beats(1);
    tracer.wanted(span, false);
    it.beats(1);
    assertThat(it.profiler.watched()).isZero();
    assertThat(it.profiler.counters().dropped(SnapshotLoss.UNWANTED)).isEqualTo(1);
    span.end();
    assertThat(it.segments).isEmpty();
  }

  @Test
  void theEndOfTheTaskReleasesEverything() {
    ProfileTask task = it.run(it.task());
    Span span = it.request();
    it.profiler.end(task.id());
    assertThat(it.profiler.watched()).isZero();
    span.end();
  }

  @Test
  void whatWasWatchedForAnEndedTaskDoesNotDisturbTheNext() {
    ProfileTask task = it.run(it.task());
    Span old = it.request();
    it.profiler.end(task.id());
    it.machine.pass(600_000);
    it.run(it.task("next", it.machine.millis(), 5, 0, 10, 5));
    Worker other = worker();
    Span span = other.call(it::request);
    old.end();
    assertThat(it.profiler.watched()).isEqualTo(1);
    other.run(span::end);
  }

  @Test
  void aThreadThatDiesInsideOfItsSegmentIsGivenUp() throws Exception {
    it.run(it.task());
    Thread dying = new Thread(it::request);
    dying.start();
    dying.join();
    it.machine.stacks = Thread::getStackTrace;
    assertThat(it.profiler.watched()).isEqualTo(1);
    it.beats(1);
    assertThat(it.profiler.watched()).isZero();
    assertThat(it.profiler.counters().dropped(SnapshotLoss.GONE)).isEqualTo(1);
    assertThat(it.snapshots()).isEmpty();
  }

  // ---- parts

  @Test
  void whatGoesOnInOtherThreadsIsSampledAsSegmentsOfItsOwnOverSeveralHops() {
    it.run(it.task("t", it.machine.millis(), 5, 0, 10, 1));
    Span span = it.request();
    Snapshot place = tracer.capture();
    List<Runnable> ends = new ArrayList<>();
    for (int hop = 0; hop < 3; hop++) {
      Worker next = worker();
      Snapshot from = place;
      Scope scope = next.call(() -> tracer.continueFrom(from));
      Span part = next.call(() -> tracer.startLocal("hop"));
      place = next.call(tracer::capture);
      ends.add(
          () ->
              next.run(
                  () -> {
                    part.end();
                    scope.close();
                  }));
    }
    it.beats(2);
    List<ThreadSnapshot> taken = it.snapshots();
    assertThat(taken).hasSize(8);
    assertThat(taken.stream().map(ThreadSnapshot::segmentId).distinct()).hasSize(4);
    assertThat(taken.subList(0, 4)).extracting(ThreadSnapshot::sequence).containsOnly(0);
    assertThat(taken.subList(4, 8)).extracting(ThreadSnapshot::sequence).containsOnly(1);
    assertThat(it.profiler.counters().requests()).isEqualTo(1);
    span.end();
    assertThat(it.profiler.watched()).isEqualTo(3);
    ends.forEach(Runnable::run);
  }

  @Test
  void aRequestHasSoManyPartsAtATime() {
    it.run(it.task());
    Span span = it.request();
    Snapshot place = tracer.capture();
    List<Runnable> ends = new ArrayList<>();
    for (int part = 0; part < 8; part++) {
      Worker other = worker();
      Scope its = other.call(() -> tracer.continueFrom(place));
      Span work = other.call(() -> tracer.startLocal("part"));
      ends.add(
          () ->
              other.run(
                  () -> {
                    work.end();
                    its.close();
                  }));
    }
    assertThat(it.profiler.watched()).isEqualTo(1 + 5);
    assertThat(it.profiler.counters().refusedParts()).isEqualTo(3);
    ends.forEach(Runnable::run);
    assertThat(it.profiler.watched()).isEqualTo(1);
    Worker next = workers.get(0);
    Scope scope = next.call(() -> tracer.continueFrom(place));
    Span inside = next.call(() -> tracer.startLocal("one more, later"));
    assertThat(it.profiler.watched()).isEqualTo(2);
    next.run(inside::end);
    next.run(scope::close);
    span.end();
  }

  @Test
  void theLastSampleWaitsAMomentForWhatGoesOnElsewhere() {
    it.run(it.task("t", it.machine.millis(), 5, 0, 10, 1));
    Span span = it.request();
    Snapshot place = tracer.capture();
    it.beats(1);
    span.end();
    it.beats(100); // a call of a second, in which no thread works for the request
    Worker other = worker();
    Scope scope = other.call(() -> tracer.continueFrom(place));
    Span part = other.call(() -> tracer.startLocal("continuation"));
    it.beats(1);
    assertThat(it.snapshots().stream().map(ThreadSnapshot::segmentId).distinct()).hasSize(2);
    other.run(part::end);
    other.run(scope::close);
    assertThat(it.profiler.watcher()).isNotNull();
    it.machine.pass(1);
    it.profiler.work();
    it.machine.pass(10_000);
    it.profiler.work();
    assertThat(it.profiler.watcher()).isNull();
  }

  @Test
  void anEndedTasksRequestsAreNotGoneOnWith() {
    ProfileTask task = it.run(it.task());
    Span span = it.request();
    Snapshot place = tracer.capture();
    it.profiler.end(task.id());
    it.machine.pass(600_000);
    it.run(it.task("next", it.machine.millis(), 5, 0, 10, 5));
    Worker other = worker();
    Scope scope = other.call(() -> tracer.continueFrom(place));
    Span part = other.call(() -> tracer.startLocal("continuation"));
    assertThat(it.profiler.watched()).isZero();
    other.run(part::end);
    other.run(scope::close);
    span.end();
  }

  // ---- shared segments

  @Test
  void aSegmentThatBecomesSharedIsSampledInItsThreadUntilTheThreadLeavesIt() {
    it.run(it.task());
    Span span = it.request();
    Span detached = tracer.startDetached("detached", SpanType.LOCAL, 0, List.of(span));
    it.beats(1);
    assertThat(it.snapshots()).hasSize(1);
    span.end();
    assertThat(it.profiler.watched()).isZero();
    it.beats(1);
    assertThat(it.snapshots()).isEmpty();
    detached.end();
    assertThat(it.segments).hasSize(1);
  }

  @Test
  void aSharedSegmentIsSampledInOneThreadAfterTheOtherWithOneSeriesOfNumbers() {
    it.run(it.task());
    Span root = tracer.startDetached(ENDPOINT, SpanType.ENTRY, 0, null);
    assertThat(it.profiler.watched()).isZero();
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Worker next = worker();
      Scope scope = next.call(() -> tracer.activate(root));
      it.beats(2);
      for (ThreadSnapshot each : it.snapshots()) {
        numbers.add(each.sequence());
      }
      next.run(scope::close);
      assertThat(it.profiler.watched()).isZero();
      it.beats(1);
    }
    assertThat(numbers).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(it.profiler.counters().requests()).isEqualTo(1);
    root.end();
  }

  @Test
  void twoThreadsInOneSegmentDoNotMixTheirSnapshots() {
    it.run(it.task());
    Span root = tracer.startDetached(ENDPOINT, SpanType.ENTRY, 0, null);
    Worker one = worker();
    Worker two = worker();
    Scope first = one.call(() -> tracer.activate(root));
    Scope second = two.call(() -> tracer.activate(root));
    assertThat(it.profiler.watched()).isEqualTo(1);
    List<Thread> fetched = new ArrayList<>();
    it.machine.stacks =
        thread -> {
          fetched.add(thread);
          return StillMachine.stack("work");
        };
    it.beats(1);
    two.run(second::close);
    it.beats(1);
    assertThat(fetched).containsExactly(one.thread, one.thread);
    one.run(first::close);
    root.end();
  }

  @Test
  void anActivationInsideOfAnotherDoesNotEndTheOuterOne() {
    it.run(it.task());
    Span root = tracer.startDetached(ENDPOINT, SpanType.ENTRY, 0, null);
    Scope outer = tracer.activate(root);
    Span inside = tracer.startLocal("inside");
    Scope inner = tracer.activate(inside);
    inner.close();
    assertThat(it.profiler.watched()).isEqualTo(1);
    inside.end();
    outer.close();
    assertThat(it.profiler.watched()).isZero();
    root.end();
  }

  @Test
  void theOwnersThreadThatActivatesItsOwnSpanStaysWatched() {
    it.run(it.task());
    Span span = it.request();
    Scope scope = tracer.activate(span);
    it.beats(1);
    scope.close();
    it.beats(1);
    assertThat(it.snapshots()).hasSize(2);
    span.end();
  }

  @Test
  void aDetachedRootThatIsRenamedWhileActiveIsMatched() {
    it.run(it.task());
    Span root = tracer.startDetached("GET", SpanType.ENTRY, 0, null);
    Scope scope = tracer.activate(root);
    assertThat(it.profiler.watched()).isZero();
    root.operationName(ENDPOINT);
    assertThat(it.profiler.watched()).isEqualTo(1);
    scope.close();
    root.operationName("x").operationName(ENDPOINT); // no thread works in it now
    assertThat(it.profiler.watched()).isZero();
    root.end();
  }

  @Test
  void aDetachedSpanBelowASnapshotIsAPart() {
    it.run(it.task());
    Span span = it.request();
    Snapshot place = tracer.capture();
    Span part = tracer.startDetached("part", SpanType.LOCAL, 0, List.of(place));
    Worker other = worker();
    Scope scope = other.call(() -> tracer.activate(part));
    assertThat(it.profiler.watched()).isEqualTo(2);
    it.beats(1);
    assertThat(it.snapshots().stream().map(ThreadSnapshot::segmentId).distinct()).hasSize(2);
    assertThat(it.profiler.counters().requests()).isEqualTo(1);
    other.run(scope::close);
    part.end();
    span.end();
  }

  @Test
  void aSegmentThatIsReportedUnfinishedIsNotSampledAnyMore() {
    it.run(it.task());
    Span span = it.request();
    Scope scope = tracer.activate(span);
    tracer.reportUnfinished(true);
    assertThat(it.profiler.watched()).isZero();
    scope.close();
    span.end();
  }
}
