package io.skein.core.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Span;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Snapshots: when they are taken, what they hold, and what becomes of those that cannot be. */
class SamplingBeatTest {
  private SampledTasks it = new SampledTasks();

  @Test
  @Tag("capability-113")
  void oneSnapshotIsTakenInEachPeriodWithNumbersWithoutGaps() {
    ProfileTask task = it.run(it.task("t", it.machine.millis(), 5, 0, 50, 5));
    Span span = it.request();
    String segment = it.tracer.segmentId();
    long begin = it.machine.millis();
    for (int milli = 0; milli < 1000; milli++) {
      it.machine.pass(1);
      it.profiler.work();
    }
    List<ThreadSnapshot> taken = it.snapshots();
    assertThat(taken).hasSize(20);
    assertThat(taken)
        .extracting(ThreadSnapshot::sequence)
        .containsExactlyElementsOf(IntStream.range(0, 20).boxed().toList());
    assertThat(taken)
        .extracting(ThreadSnapshot::timeMillis)
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, 20).mapToObj(i -> begin + i * 50L).toList());
    assertThat(taken)
        .allSatisfy(
            each -> {
              assertThat(each.taskId()).isEqualTo(task.id());
              assertThat(each.segmentId()).isEqualTo(segment);
              assertThat(each.periodMillis()).isEqualTo(50);
              assertThat(each.state()).isEqualTo(ThreadSnapshot.State.RUNNING);
              assertThat(each.frames()).hasSize(2);
              assertThat(each.framesCut()).isZero();
            });
    span.end();
  }

  @Test
  @Tag("capability-113")
  void aLateBeatMovesNoneOfTheOthersAndMissedOnesAreNotMadeUpFor() {
    it.run(it.task());
    Span span = it.request();
    List<Long> times = new ArrayList<>();
    for (int step : new int[] {10, 10, 13, 7, 4, 6, 47, 3, 10, 10}) {
      it.machine.pass(step);
      it.profiler.work();
    }
    long begin = it.machine.millis() - 120;
    it.snapshots().forEach(each -> times.add(each.timeMillis() - begin));
    // Due at 10, 20 ... 120; at 33 and at 97 it was late. 60, 70 and 80 were missed.
    assertThat(times).containsExactly(10L, 20L, 33L, 40L, 50L, 97L, 100L, 110L, 120L);
    assertThat(it.profiler.counters().missedBeats()).isEqualTo(3);
    span.end();
  }

  @Test
  @Tag("capability-114")
  void whatIsDroppedTakesNoNumberAndIsCounted() {
    it.run(it.task());
    Span span = it.request();
    it.beats(1);
    it.machine.stacks =
        thread -> {
          throw new SecurityException("not you");
        };
    it.beats(2);
    it.machine.stacks =
        thread -> {
          throw new StackOverflowError();
        };
    it.beats(1);
    it.machine.stacks = thread -> Stacks.NONE; // alive, and yet nothing
    it.beats(1);
    it.machine.stacks = thread -> null;
    it.beats(1);
    it.machine.stacks = thread -> new StackTraceElement[] {StillMachine.stack("a")[0], null};
    it.beats(1);
    it.machine.stacks = thread -> StillMachine.stack("b");
    it.machine.states =
        thread -> {
          throw new IllegalStateException("no state");
        };
    it.beats(1);
    it.machine.states = thread -> Thread.State.RUNNABLE;
    it.beats(1);
    assertThat(it.snapshots()).extracting(ThreadSnapshot::sequence).containsExactly(0, 1);
    ProfilerCounters counters = it.profiler.counters();
    assertThat(counters.dropped(SnapshotLoss.FAILED)).isEqualTo(7);
    assertThat(counters.made()).isEqualTo(9);
    assertThat(counters.drained()).isEqualTo(2);
    span.end();
  }

  @Test
  @Tag("capability-105")
  void aThreadThatMovedOnWhileItsStackWasFetchedIsNotAttributed() {
    it.run(it.task("t", it.machine.millis(), 5, 0, 10, 9));
    Worker pooled = new Worker();
    Span[] spans = {pooled.call(it::request)};
    String first = pooled.call(it.tracer::segmentId);
    it.machine.stacks =
        thread -> {
          // The request ends, and the thread has begun the next of the same endpoint.
          pooled.run(spans[0]::end);
          spans[0] = pooled.call(it::request);
          return StillMachine.stack("of", "the", "next");
        };
    it.beats(1);
    assertThat(it.snapshots()).isEmpty();
    assertThat(it.profiler.counters().dropped(SnapshotLoss.MOVED_ON)).isEqualTo(1);
    it.machine.stacks = thread -> StillMachine.stack("work");
    it.beats(1);
    String second = pooled.call(it.tracer::segmentId);
    assertThat(it.snapshots()).extracting(ThreadSnapshot::segmentId).containsExactly(second);
    assertThat(second).isNotEqualTo(first);
    assertThat(it.profiler.counters().requests()).isEqualTo(1);
    pooled.run(spans[0]::end);
    pooled.close();
  }

  @Test
  void aThreadThatLeftAndCameBackMeanwhileIsNotAttributed() {
    it.run(it.task());
    Span root = it.tracer.startDetached(SampledTasks.ENDPOINT, null, 0, null);
    io.skein.core.Scope[] scope = {it.tracer.activate(root)};
    it.machine.stacks =
        thread -> {
          scope[0].close();
          scope[0] = it.tracer.activate(root);
          return StillMachine.stack("between");
        };
    it.beats(1);
    assertThat(it.snapshots()).isEmpty();
    assertThat(it.profiler.counters().dropped(SnapshotLoss.MOVED_ON)).isEqualTo(1);
    scope[0].close();
    root.end();
  }

  @Test
  void theTaskMayEndWhileAStackIsFetchedAndNothingComesAfterItsEnd() {
    ProfileTask task = it.run(it.task());
    Span span = it.request();
    it.machine.stacks =
        thread -> {
          it.profiler.end(task.id());
          return StillMachine.stack("late");
        };
    it.beats(1);
    assertThat(it.profiler.unreportedFinish()).isEqualTo(task.id());
    assertThat(it.snapshots()).isEmpty();
    assertThat(it.profiler.counters().dropped(SnapshotLoss.MOVED_ON)).isEqualTo(1);
    span.end();
  }

  @Test
  void theQueueIsBoundedByNumberAndGoesOnWhenItIsDrained() {
    it = new SampledTasks(new ProfilerSettings(true, 5, 5, 500, 10, false, 1));
    it.run(it.task());
    Span span = it.request();
    it.beats(15);
    assertThat(it.profiler.counters().dropped(SnapshotLoss.QUEUE_FULL)).isEqualTo(5);
    assertThat(it.profiler.drain(4, each -> {})).isEqualTo(4);
    it.beats(1);
    List<ThreadSnapshot> rest = it.snapshots();
    assertThat(rest)
        .extracting(ThreadSnapshot::sequence)
        .containsExactly(4, 5, 6, 7, 8, 9, 10); // no gap, though five are missing in time
    span.end();
  }

  @Test
  void theQueueIsBoundedByMemoryAndEqualFramesCountOnce() {
    it = new SampledTasks(new ProfilerSettings(true, 5, 5, 10_000, 1_000_000, false, 1));
    it.run(it.task());
    Span span = it.request();
    int[] call = {0};
    it.machine.stacks =
        thread -> {
          call[0]++;
          return stackOf(10_000, "m" + call[0]);
        };
    it.beats(100);
    int different = it.snapshots().size();
    assertThat(different).isBetween(30, 35); // 16 MB of 10,000 frames of 52 bytes each
    assertThat(it.profiler.counters().dropped(SnapshotLoss.QUEUE_FULL)).isEqualTo(100 - different);
    it.machine.stacks = thread -> stackOf(10_000, "same");
    it.beats(100);
    assertThat(it.snapshots()).hasSize(100);
    span.end();
  }

  @Test
  void aSnapshotThatIsLargerThanTheQueueFitsWhenItIsAlone() {
    SnapshotQueue queue = new SnapshotQueue(10, 1000);
    Run run = Run.ofSlowRequests(10, 0);
    ThreadSnapshot snapshot =
        new ThreadSnapshot("t", "s", 0, 0, Stacks.NONE, 0, ThreadSnapshot.State.UNKNOWN, 10);
    assertThat(queue.offer(snapshot, run, 5000)).isTrue();
    assertThat(queue.offer(snapshot, run, 1)).isFalse();
    assertThat(queue.poll()).isNotNull();
    assertThat(queue.offer(snapshot, run, 1)).isTrue();
  }

  @Test
  void neighboursShareTheirFrames() {
    it.run(it.task());
    Span span = it.request();
    it.machine.stacks = thread -> StillMachine.stack("leaf", "work", "handle", "run");
    it.beats(2);
    it.machine.stacks = thread -> StillMachine.stack("other", "leaf", "work", "handle", "run");
    it.beats(1);
    List<ThreadSnapshot> taken = it.snapshots();
    assertThat(taken.get(1).frames()).isSameAs(taken.get(0).frames());
    StackTraceElement[] third = taken.get(2).frames();
    assertThat(third[0].getMethodName()).isEqualTo("other");
    for (int i = 0; i < 4; i++) {
      assertThat(third[i + 1]).isSameAs(taken.get(0).frames()[i]);
    }
    span.end();
  }

  @Test
  void ofADeepStackBothEndsAreKeptAndWhatIsBetweenIsMarked() {
    it.run(it.task());
    Span span = it.request();
    StackTraceElement[] deep = stackOf(10_000, "m");
    it.machine.stacks = thread -> deep.clone();
    it.beats(1);
    ThreadSnapshot taken = it.snapshots().get(0);
    StackTraceElement[] frames = taken.frames();
    assertThat(frames).hasSize(500);
    assertThat(taken.framesCut()).isEqualTo(9501);
    assertThat(Arrays.copyOf(frames, 475)).isEqualTo(Arrays.copyOf(deep, 475));
    assertThat(frames[475]).isEqualTo(ThreadSnapshot.cut(9501));
    assertThat(ThreadSnapshot.isCut(frames[475].getClassName())).isTrue();
    assertThat(Arrays.copyOfRange(frames, 476, 500))
        .isEqualTo(Arrays.copyOfRange(deep, 9976, 10_000));
    span.end();
  }

  @Test
  void aStackOfExactlyTheLimitIsWhole() {
    assertThat(Stacks.cut(stackOf(500, "m"), 500)).hasSize(500);
    assertThat(Stacks.missing(500, 500)).isZero();
    StackTraceElement[] oneMore = Stacks.cut(stackOf(501, "m"), 500);
    assertThat(oneMore).hasSize(500).contains(ThreadSnapshot.cut(2));
    StackTraceElement[] least = Stacks.cut(stackOf(100, "m"), ProfilerSettings.MIN_DEPTH);
    assertThat(least).hasSize(8).contains(ThreadSnapshot.cut(93));
    assertThat(least[7]).isEqualTo(stackOf(100, "m")[99]);
  }

  @Test
  void whatTheConsumerThrowsLosesNoAccount() {
    it.run(it.task());
    Span span = it.request();
    it.beats(3);
    try {
      it.profiler.drain(
          10,
          each -> {
            throw new IllegalStateException("broken");
          });
    } catch (IllegalStateException expected) {
      assertThat(it.snapshots()).hasSize(2);
    }
    assertThat(it.profiler.counters().drained()).isEqualTo(3);
    assertThat(it.profiler.counters().queued()).isZero();
    span.end();
  }

  private static StackTraceElement[] stackOf(int depth, String method) {
    StackTraceElement[] stack = new StackTraceElement[depth];
    for (int i = 0; i < depth; i++) {
      stack[i] = new StackTraceElement("shop.Deep", method, "Deep.java", i);
    }
    return stack;
  }
}
