package io.skein.core.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks: when they begin and end, which are refused, and what is told of them. */
class ProfilerTasksTest {
  private static final long MINUTE = 60_000;

  private final SampledTasks it = new SampledTasks();
  private final Profiler profiler = it.profiler;

  @Test
  void nothingIsAskedAndNoThreadStartedWithoutATask() {
    assertThat(profiler.watcher()).isNull();
    it.request().end();
    assertThat(it.machine.started).isEmpty();
    assertThat(profiler.work()).isEqualTo(-1);
  }

  @Test
  @Tag("capability-109")
  @Tag("capability-111")
  void aTaskThatIsDueBeginsAtOnceAndEndsAfterItsMinutes() {
    it.run(it.task("a", it.machine.millis(), 2, 0, 10, 9));
    assertThat(it.machine.started).hasSize(1);
    assertThat(profiler.watcher()).isNotNull();
    it.machine.pass(2 * MINUTE - 1);
    profiler.work();
    assertThat(profiler.watcher()).isNotNull();
    assertThat(profiler.unreportedFinish()).isNull();
    it.machine.pass(1);
    assertThat(profiler.work()).isEqualTo(-1);
    assertThat(profiler.watcher()).isNull();
    assertThat(profiler.unreportedFinish()).isEqualTo("a");
    assertThat(it.log)
        .containsExactly(
            "profile task a: sampling \"GET:/orders/{id}\" every 10 ms for 2 min",
            "profile task a has ended, its time is over: 0 requests sampled, 0 snapshots");
  }

  @Test
  @Tag("capability-109")
  void aTaskWaitsForItsStartWithoutAThreadUntilItIsNear() {
    assertThat(profiler.offer(it.task("a", it.machine.millis() + MINUTE, 1, 0, 10, 1))).isNull();
    assertThat(it.machine.started).isEmpty();
    it.machine.pass(29_000);
    it.snapshots();
    assertThat(it.machine.started).isEmpty();
    it.machine.pass(1_000);
    it.snapshots();
    assertThat(it.machine.started).hasSize(1);
    assertThat(profiler.work()).isEqualTo(30_000_000_000L);
    assertThat(profiler.watcher()).isNull();
    it.machine.pass(29_999);
    assertThat(profiler.work()).isEqualTo(1_000_000);
    assertThat(profiler.watcher()).isNull();
    it.machine.pass(1);
    profiler.work();
    assertThat(profiler.watcher()).isNotNull();
  }

  @Test
  void aClockThatIsSetMeanwhileChangesNeitherStartNorEnd() {
    profiler.offer(it.task("a", it.machine.millis() + 1000, 1, 0, 10, 1));
    it.machine.millis.addAndGet(-3_600_000);
    it.machine.pass(1000);
    profiler.work();
    assertThat(profiler.watcher()).isNotNull();
    it.machine.millis.addAndGet(7_200_000);
    it.machine.pass(MINUTE - 1);
    profiler.work();
    assertThat(profiler.watcher()).isNotNull();
    it.machine.pass(1);
    profiler.work();
    assertThat(profiler.watcher()).isNull();
  }

  @ParameterizedTest
  @ValueSource(longs = {-5, -4, -1, 0, 1, 5})
  void aClockThatIsMinutesWrongNeitherRefusesNorShortensATask(long minutes) {
    ProfileTask task = it.task("a", it.machine.millis() + minutes * MINUTE, 1, 0, 10, 1);
    assertThat(profiler.offer(task)).isNull();
    it.machine.pass(Math.max(0, minutes) * MINUTE);
    it.snapshots();
    profiler.work();
    assertThat(profiler.watcher()).isNotNull();
    it.machine.pass(MINUTE - 1);
    profiler.work();
    assertThat(profiler.watcher()).isNotNull();
    it.machine.pass(1);
    profiler.work();
    assertThat(profiler.watcher()).isNull();
  }

  @Test
  void aTaskThatComesLongAfterItsEndIsRefused() {
    ProfileTask task = it.task("a", it.machine.millis() - 7 * MINUTE, 1, 0, 10, 1);
    assertThat(profiler.offer(task))
        .isEqualTo("its time was over 6 minutes ago, by this machine's clock");
    assertThat(it.machine.started).isEmpty();
  }

  @Test
  void aLateTaskRunsForTheTimeThatIsLeft() {
    it.run(it.task("a", it.machine.millis() - 14 * MINUTE, 15, 0, 10, 1));
    it.machine.pass(6 * MINUTE - 1);
    profiler.work();
    assertThat(profiler.watcher()).isNotNull();
    it.machine.pass(1);
    profiler.work();
    assertThat(profiler.watcher()).isNull();
  }

  @Test
  @Tag("capability-120")
  void aTaskOutsideOfTheBoundsIsRefusedWithTheBound() {
    long now = it.machine.millis();
    assertThat(profiler.offer(it.task("a", now, 16, 0, 10, 1)))
        .isEqualTo("durationMinutes is \"16\" and has to be from 1 to 15");
    assertThat(profiler.offer(it.task("b", now, 1, 0, 9, 1)))
        .isEqualTo("periodMillis is \"9\" and has to be at least 10");
    assertThat(profiler.offer(it.task("c", now, 1, 0, 10, 10)))
        .isEqualTo("maxSamples is \"10\" and has to be from 1 to 9");
    assertThat(profiler.offer(it.task("d", now, 1, -1, 10, 1)))
        .isEqualTo("minDurationMillis is \"-1\" and has to be at least 0");
    assertThat(profiler.watcher()).isNull();
  }

  @Test
  void aTaskThatMeetsAnotherIsRefusedAndNeverComesBack() {
    long now = it.machine.millis();
    it.run(it.task("a", now, 2, 0, 10, 1));
    profiler.offer(it.task("b", now + 10 * MINUTE, 2, 0, 10, 1));
    assertThat(profiler.offer(it.task("c", now + 11 * MINUTE, 1, 0, 10, 1)))
        .isEqualTo("it overlaps task b of endpoint \"GET:/orders/{id}\"");
    ProfileTask around = it.task("d", now + 9 * MINUTE, 5, 0, 10, 1);
    assertThat(profiler.offer(around)).contains("overlaps task b");
    ProfileTask meetsTheFirst = it.task("e", now + MINUTE, 1, 0, 10, 1);
    assertThat(profiler.offer(meetsTheFirst)).contains("overlaps task a");
    it.machine.pass(2 * MINUTE);
    profiler.work();
    assertThat(profiler.offer(meetsTheFirst)).isEqualTo("it is known already");
  }

  @Test
  @Tag("capability-107")
  void aTaskThatCameBeforeIsKnown() {
    ProfileTask task = it.run(it.task());
    assertThat(profiler.offer(task)).isEqualTo("it is known already");
    assertThat(profiler.end(task.id())).isTrue();
    assertThat(profiler.offer(task)).isEqualTo("it is known already");
    assertThat(profiler.end(task.id())).isFalse();
  }

  @Test
  void theStopMayComeBeforeTheTask() {
    assertThat(profiler.end("a")).isFalse();
    assertThat(profiler.offer(it.task("a", it.machine.millis(), 1, 0, 10, 1)))
        .isEqualTo("it is known already");
    assertThat(profiler.unreportedFinish()).isNull();
  }

  @Test
  void aTaskStoppedBeforeItsStartNeverBeginsAndIsTold() {
    profiler.offer(it.task("a", it.machine.millis() + 5000, 1, 0, 10, 1));
    assertThat(profiler.end("a")).isTrue();
    it.machine.pass(10_000);
    assertThat(profiler.work()).isEqualTo(-1);
    assertThat(profiler.unreportedFinish()).isEqualTo("a");
  }

  @Test
  @Tag("capability-112")
  void ofTwoBackToBackTheFirstIsToldFirst() {
    long now = it.machine.millis();
    it.run(it.task("a", now, 1, 0, 10, 1));
    assertThat(profiler.offer(it.task("b", now + MINUTE, 1, 0, 10, 1))).isNull();
    it.machine.pass(MINUTE);
    profiler.work();
    assertThat(profiler.watcher()).isNotNull();
    assertThat(profiler.unreportedFinish()).isEqualTo("a");
    it.machine.pass(MINUTE);
    profiler.work();
    assertThat(profiler.unreportedFinish()).isEqualTo("a"); // it failed to be told
    profiler.finishReported("b"); // out of turn: nothing
    assertThat(profiler.unreportedFinish()).isEqualTo("a");
    profiler.finishReported("a");
    assertThat(profiler.unreportedFinish()).isEqualTo("b");
    profiler.finishReported("b");
    assertThat(profiler.unreportedFinish()).isNull();
  }

  @Test
  void aTaskThatRunsLateIsEndedByTheNext() {
    long now = it.machine.millis();
    it.run(it.task("a", now - MINUTE, 2, 0, 10, 1)); // until now + 2 minutes, by the tolerance
    profiler.offer(it.task("b", now + MINUTE, 1, 0, 10, 1));
    it.machine.pass(MINUTE);
    profiler.work();
    assertThat(it.log.get(1)).startsWith("profile task a has ended, the next one begins");
    assertThat(profiler.unreportedFinish()).isEqualTo("a");
  }

  @Test
  void theEndIsToldWhenItsSnapshotsHaveBeenHandedOver() {
    ProfileTask task = it.run(it.task());
    Span request = it.request();
    it.beats(3);
    profiler.end(task.id());
    assertThat(profiler.unreportedFinish()).isNull();
    assertThat(profiler.drain(2, snapshot -> {})).isEqualTo(2);
    assertThat(profiler.unreportedFinish()).isNull();
    assertThat(it.snapshots()).hasSize(1);
    assertThat(profiler.unreportedFinish()).isEqualTo(task.id());
    request.end();
  }

  @Test
  @Tag("capability-111")
  void allSamplesTakenAndReleasedEndATask() {
    it.run(it.task("a", it.machine.millis(), 15, 0, 10, 2));
    for (int i = 0; i < 2; i++) {
      Span request = it.request();
      it.beats(3);
      assertThat(profiler.watcher()).isNotNull();
      request.end();
    }
    it.beats(1);
    assertThat(profiler.watcher()).isNull();
    assertThat(it.snapshots()).hasSize(6);
    assertThat(it.log.get(1))
        .isEqualTo(
            "profile task a has ended, all samples are taken: 2 requests sampled, 6 snapshots");
  }

  @Test
  void closingEndsWhatRunsAndTakesNothingMore() {
    ProfileTask task = it.run(it.task());
    Span request = it.request();
    it.beats(2);
    profiler.close();
    it.beats(2);
    assertThat(profiler.watched()).isZero();
    assertThat(it.snapshots()).hasSize(2);
    assertThat(profiler.unreportedFinish()).isEqualTo(task.id());
    assertThat(profiler.offer(it.task())).isEqualTo("the process ends");
    assertThat(profiler.work()).isEqualTo(-1);
    request.end();
  }

  @Test
  void whatNobodyDrainsAnyMoreIsCounted() {
    it.run(it.task());
    Span request = it.request();
    it.beats(4);
    profiler.close();
    profiler.discard();
    request.end();
    assertThat(profiler.counters().dropped(SnapshotLoss.SHUTDOWN)).isEqualTo(4);
    assertThat(profiler.counters().made()).isEqualTo(4);
    assertThat(profiler.counters().queued()).isZero();
  }

  @Test
  void aProfilerThatIsSwitchedOffTakesNoTask() {
    SampledTasks off = new SampledTasks(new ProfilerSettings(false, 5, 5, 500, 4500, false, 1));
    assertThat(off.profiler.offer(off.task()))
        .isEqualTo("profiling is switched off in this process");
  }

  /** Commands in any order, any number of times: a task runs at most once, and is told once. */
  @ParameterizedTest
  @Tag("capability-102")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void commandsMayComeInAnyOrderAndAnyNumberOfTimes(long seed) {
    Random random = new Random(seed);
    long now = it.machine.millis();
    List<ProfileTask> tasks = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      long start = now + random.nextInt(60) * MINUTE;
      tasks.add(it.task("task-" + i, start, 1 + random.nextInt(15), 0, 10, 1));
    }
    List<String> taken = new ArrayList<>();
    List<String> told = new ArrayList<>();
    for (int step = 0; step < 2000; step++) {
      ProfileTask task = tasks.get(random.nextInt(tasks.size()));
      switch (random.nextInt(20)) {
        case 0 -> profiler.end(task.id());
        case 1, 2, 3, 4 -> {
          if (profiler.offer(task) == null) {
            taken.add(task.id());
          }
        }
        case 5 -> {
          String next = profiler.unreportedFinish();
          if (next != null) {
            told.add(next);
            profiler.finishReported(next);
          }
        }
        default -> {
          it.machine.pass(random.nextInt(10_000));
          profiler.drain(10, snapshot -> {});
          profiler.work();
        }
      }
    }
    it.machine.pass(90 * MINUTE);
    it.snapshots();
    profiler.work();
    it.machine.pass(15 * MINUTE);
    profiler.work();
    for (String next = profiler.unreportedFinish();
        next != null;
        next = profiler.unreportedFinish()) {
      told.add(next);
      profiler.finishReported(next);
    }
    assertThat(taken).doesNotHaveDuplicates();
    assertThat(told).containsExactlyInAnyOrderElementsOf(taken);
    assertThat(it.log.stream().filter(line -> line.contains(": sampling ")).count())
        .isLessThanOrEqualTo(taken.size());
    assertThat(profiler.watcher()).isNull();
  }
}
