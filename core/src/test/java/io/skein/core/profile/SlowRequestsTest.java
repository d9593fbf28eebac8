package io.skein.core.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Span;
import io.skein.core.Scope;
import io.skein.core.Snapshot;
import io.skein.core.SpanType;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests that are sampled because they take longer than is usual, without a task. */
class SlowRequestsTest {
  private static final String USUAL = "GET:/usual";

  private SampledTasks it = with(100);

  private static SampledTasks with(double percent) {
    return new SampledTasks(new ProfilerSettings(true, 5, 5, 500, 100_000, true, percent));
  }

  @AfterEach
  void allPlacesAreFreeAgain() {
    it.beats(10);
    assertThat(it.profiler.watched()).isZero();
    assertThat(it.tracer.counters().failures()).isZero();
  }

  /** Forty requests of 20 ms each, as the usual ones of an endpoint. */
  private void learn() {
    for (int i = 0; i < 40; i++) {
      Span span = it.tracer.startEntry(USUAL);
      it.beats(2);
      span.end();
      it.beats(5); // until somebody has looked
    }
    assertThat(it.snapshots()).isEmpty();
  }

  @Test
  void nobodyLooksUnlessItIsWanted() {
    SampledTasks off = new SampledTasks();
    assertThat(off.profiler.watcher()).isNull();
    assertThat(off.profiler.open()).isNull();
    assertThat(off.machine.started).isEmpty();
    off.profiler.slowRequests(true); // not more than the settings allow
    assertThat(off.profiler.watcher()).isNull();
  }

  @Test
  void aRequestThatTakesLongerThanUsualIsSampledFromThenOn() {
    learn();
    Span span = it.tracer.startEntry(USUAL);
    long begin = it.machine.millis();
    String segment = it.tracer.segmentId();
    it.beats(30);
    span.end();
    it.beats(10);
    List<ThreadSnapshot> taken = it.snapshots();
    // Slow from 50 ms on; found when somebody looks the next time, which is 50 ms later at most.
    assertThat(taken).hasSizeBetween(19, 25);
    assertThat(taken)
        .allSatisfy(
            each -> {
              assertThat(each.taskId()).isEqualTo(ThreadSnapshot.SLOW_TASK);
              assertThat(each.segmentId()).isEqualTo(segment);
              assertThat(each.timeMillis() - begin).isBetween(50L, 300L);
              assertThat(each.periodMillis()).isEqualTo(10);
            });
    for (int i = 0; i < taken.size(); i++) {
      assertThat(taken.get(i).sequence()).isEqualTo(i);
    }
  }

  @Test
  void anEndpointThatNothingIsKnownOfIsSlowFromOneSecondOn() {
    Span span = it.tracer.startEntry("GET:/new");
    it.beats(95);
    assertThat(it.snapshots()).isEmpty();
    it.beats(20);
    assertThat(it.snapshots().size()).isBetween(8, 15);
    span.end();
  }

  @Test
  void aRequestThatHasEndedIsNotSampledAnyMoreAlthoughItNeverKnew() {
    learn();
    Worker pooled = new Worker();
    Span span = pooled.call(() -> it.tracer.startEntry(USUAL));
    it.beats(20);
    assertThat(it.snapshots()).isNotEmpty();
    pooled.run(span::end);
    Span next = pooled.call(() -> it.tracer.startEntry(USUAL));
    it.beats(2);
    assertThat(it.snapshots()).isEmpty();
    pooled.run(next::end);
    pooled.close();
  }

  @Test
  void aThreadThatLeavesWhileItsStackIsFetchedIsNotAttributed() {
    learn();
    Span span = it.tracer.startEntry(USUAL);
    it.beats(12);
    it.snapshots();
    it.machine.stacks =
        thread -> {
          span.end();
          return StillMachine.stack("other", "work");
        };
    it.beats(1);
    assertThat(it.snapshots()).isEmpty();
    assertThat(it.profiler.counters().dropped(SnapshotLoss.MOVED_ON)).isEqualTo(1);
  }

  @Test
  void aTaskHasTheRequestsOfItsEndpointForItself() {
    it.run(it.task("t", it.machine.millis(), 5, 0, 10, 9));
    Span wanted = it.request();
    it.beats(200);
    wanted.end();
    List<ThreadSnapshot> taken = it.snapshots();
    assertThat(taken).extracting(ThreadSnapshot::taskId).containsOnly("t");
    assertThat(taken.size()).isBetween(199, 200);
    Span other = it.tracer.startEntry("GET:/other");
    it.beats(200);
    other.end();
    assertThat(it.snapshots())
        .isNotEmpty()
        .extracting(ThreadSnapshot::taskId)
        .containsOnly(ThreadSnapshot.SLOW_TASK);
  }

  @Test
  void aTaskTakesOverWhatIsSampledForItsSlownessWhenTheNameComesLate() {
    it.run(it.task("t", it.machine.millis(), 5, 0, 10, 9));
    Span span = it.tracer.startEntry("GET:/orders/17");
    it.beats(150);
    span.operationName(SampledTasks.ENDPOINT);
    it.beats(20);
    span.end();
    List<ThreadSnapshot> taken = it.snapshots();
    assertThat(taken.get(0).taskId()).isEqualTo(ThreadSnapshot.SLOW_TASK);
    assertThat(taken.get(taken.size() - 1).taskId()).isEqualTo("t");
    for (int i = 0; i < taken.size(); i++) {
      assertThat(taken.get(i).sequence()).isEqualTo(i);
    }
    assertThat(taken.stream().filter(each -> each.taskId().equals("t")).count()).isEqualTo(20);
  }

  @Test
  void theProcessorTimeStaysWithinItsShare() {
    it = with(1);
    it.machine.stacks =
        thread -> {
          it.machine.cpu.addAndGet(500_000); // half a millisecond for each
          return StillMachine.stack("work");
        };
    Span span = it.tracer.startEntry("GET:/for-ever");
    it.beats(100 * 60);
    span.end();
    // In a minute 600 ms, and what was saved in the second before.
    assertThat(it.machine.cpu.get()).isLessThan(630_000_000L);
    assertThat(it.machine.cpu.get()).isGreaterThan(50_000_000L);
    Span[] five = new Span[5];
    Worker[] workers = new Worker[5];
    for (int i = 0; i < 5; i++) {
      workers[i] = new Worker();
      five[i] = workers[i].call(() -> it.tracer.startEntry("GET:/for-ever"));
    }
    long before = it.machine.cpu.get();
    it.beats(100 * 60);
    assertThat(it.machine.cpu.get() - before).isBetween(300_000_000L, 710_000_000L);
    assertThat(it.profiler.counters().missedBeats()).isPositive();
    for (int i = 0; i < 5; i++) {
      workers[i].run(five[i]::end);
      workers[i].close();
    }
  }

  @Test
  void oneThatDoesNotEndIsLookedAtEverMoreSeldom() {
    Span span = it.tracer.startEntry("GET:/stream");
    it.beats(100 * 600); // ten minutes
    span.end();
    List<ThreadSnapshot> taken = it.snapshots();
    assertThat(taken.size()).isBetween(600, 1300);
    assertThat(taken.get(taken.size() - 1).periodMillis()).isGreaterThan(300);
    for (int i = 1; i < taken.size(); i++) {
      assertThat(taken.get(i).timeMillis() - taken.get(i - 1).timeMillis())
          .isEqualTo(taken.get(i - 1).periodMillis());
    }
  }

  @Test
  void whatGoesOnElsewhereIsSampledWithIt() {
    Span span = it.tracer.startEntry("GET:/new");
    it.beats(120);
    Snapshot place = it.tracer.capture();
    Worker other = new Worker();
    Scope scope = other.call(() -> it.tracer.continueFrom(place));
    Span part = other.call(() -> it.tracer.startLocal("part"));
    it.snapshots();
    it.beats(5);
    assertThat(it.snapshots().stream().map(ThreadSnapshot::segmentId).distinct()).hasSize(2);
    other.run(part::end);
    other.run(scope::close);
    other.close();
    span.end();
  }

  @Test
  void aSharedSegmentIsFoundInTheThreadInWhichItIsActive() {
    Span root = it.tracer.startDetached("GET:/new", SpanType.ENTRY, 0, null);
    it.beats(200);
    assertThat(it.snapshots()).isEmpty(); // no thread
    Worker other = new Worker();
    Scope scope = other.call(() -> it.tracer.activate(root));
    it.beats(20);
    assertThat(it.snapshots()).hasSizeGreaterThan(10);
    other.run(scope::close);
    it.beats(10);
    assertThat(it.snapshots()).isEmpty();
    root.end();
    other.close();
  }

  @Test
  void anOwnedSegmentThatBecomesSharedIsStillFound() {
    Span span = it.tracer.startEntry("GET:/new");
    it.beats(50);
    Scope scope = it.tracer.activate(span);
    it.beats(70);
    assertThat(it.snapshots()).isNotEmpty();
    scope.close();
    it.beats(10);
    assertThat(it.snapshots()).isNotEmpty();
    span.end();
  }

  @Test
  void itCanBeSwitchedOffAndOnAgain() {
    Span span = it.tracer.startEntry("GET:/new");
    it.beats(120);
    it.profiler.slowRequests(false);
    assertThat(it.profiler.watched()).isZero();
    assertThat(it.profiler.watcher()).isNull();
    assertThat(it.profiler.work()).isEqualTo(-1);
    span.end();
    it.profiler.slowRequests(true);
    it.snapshots();
    Span next = it.tracer.startEntry("GET:/new");
    it.beats(120);
    assertThat(it.snapshots()).isNotEmpty();
    next.end();
  }

  @Test
  void requestsThatEveryoneKnowsToBeSlowAreSampledFromOneSecondOn() {
    UsualTimes times = new UsualTimes();
    for (int i = 0; i < 1000; i++) {
      times.add("slow", 5000);
      times.add("fast", 3);
      times.add("mixed", i % 20 == 0 ? 60_000 : 100);
    }
    assertThat(times.slowMillis("slow")).isEqualTo(1000);
    assertThat(times.slowMillis("fast")).isEqualTo(50);
    assertThat(times.slowMillis("mixed")).isBetween(150L, 190L);
    for (int i = 0; i < 1000; i++) {
      times.add("mixed", 400); // it has become slower, and that is usual now
    }
    assertThat(times.slowMillis("mixed")).isBetween(600L, 730L);
  }

  @Test
  void endpointsWithNumbersInTheirNamesDoNotFillTheMemory() {
    UsualTimes times = new UsualTimes();
    for (int i = 0; i < 100_000; i++) {
      times.add("GET:/orders/" + i, 10);
    }
    assertThat(times.size()).isEqualTo(UsualTimes.MAX_ENDPOINTS);
    assertThat(times.slowMillis("GET:/orders/99999")).isEqualTo(50);
    assertThat(times.slowMillis("GET:/never-seen")).isEqualTo(50);
  }

  @Test
  void oddTimesAreTakenAsTheNearestThatMakeSense() {
    UsualTimes times = new UsualTimes();
    for (int i = 0; i < 30; i++) {
      times.add("x", i % 2 == 0 ? Long.MAX_VALUE : -5);
    }
    assertThat(times.slowMillis("x")).isEqualTo(1000);
  }
}
