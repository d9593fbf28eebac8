package io.skein.server.storage.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skein.core.profile.ProfileTask;
import io.skein.server.storage.profile.ProfileTasks.Made;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProfileTasksTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final long MINUTE = 60_000;

  private final FakeDisk disk = new FakeDisk();
  private final ProfileTasks tasks = new ProfileTasks(disk);

  /** Keeps what was saved last, or fails. */
  private static final class FakeDisk implements ProfileTasks.Disk {
    byte[] content = {};
    int saves;
    boolean full;

    @Override
    public void save(byte[] bytes) throws IOException {
      if (full) {
        throw new IOException("No space left on device");
      }
      content = bytes.clone();
      saves++;
    }
  }

  private static TaskDraft draft(String service, long start, int minutes) {
    return new TaskDraft(service, "GET:/", start, minutes, 0, 10, 5);
  }

  private String made(TaskDraft draft) {
    Made made = tasks.create(draft, NOW);
    assertThat(made).isInstanceOf(Made.Done.class);
    return ((Made.Done) made).id();
  }

  private ProfileTasks reopened() throws IOException {
    return new ProfileTasks(disk, disk.content);
  }

  @Test
  void aTaskIsOnTheDiskWhenItsMakerIsAnswered() throws IOException {
    String id = made(draft("shop", NOW, 5));
    assertThat(reopened().find(id)).isEqualTo(tasks.find(id));
    assertThat(tasks.find(id).state(NOW)).isEqualTo(TaskRecord.State.RUNNING);
    assertThat(tasks.find(id).state(NOW + 5 * MINUTE)).isEqualTo(TaskRecord.State.ENDED);
  }

  @Test
  void aTaskThatCannotBeWrittenIsNotMade() {
    disk.full = true;
    assertThat(tasks.create(draft("shop", NOW, 5), NOW)).isInstanceOf(Made.Failed.class);
    assertThat(tasks.list(null, null, 10)).isEmpty();
    assertThat(tasks.poll("shop", "a", -1, true, NOW).tasks()).isEmpty();
    disk.full = false;
    made(draft("shop", NOW, 5));
  }

  @ParameterizedTest
  @Tag("capability-120")
  @CsvSource({
    "durationMinutes, 0, 0, 10, 5",
    "durationMinutes, 16, 0, 10, 5",
    "minDurationMillis, 5, -1, 10, 5",
    "periodMillis, 5, 0, 9, 5",
    "maxSamples, 5, 0, 10, 0",
    "maxSamples, 5, 0, 10, 10"
  })
  void everyBoundIsKept(String field, int minutes, int min, int period, int samples) {
    Made made =
        tasks.create(new TaskDraft("shop", "GET:/", null, minutes, min, period, samples), NOW);
    assertThat(made).isInstanceOf(Made.Wrong.class);
    assertThat(((Made.Wrong) made).refusal().field()).isEqualTo(field);
    assertThat(disk.saves).isZero();
  }

  @Test
  void whatIsAtABoundIsTaken() {
    made(new TaskDraft("a", "GET:/", null, 1, 0, 10, 1));
    made(new TaskDraft("b", "GET:/", null, 15, Integer.MAX_VALUE, Integer.MAX_VALUE, 9));
    made(new TaskDraft("c", "\uD83D\uDC1D /ünï/{code}", null, 15, 0, 10, 9));
  }

  @Test
  void namesThatCannotBeAreRefusedAndSoIsAStartThatIsOverAlready() {
    List<TaskDraft> wrong =
        List.of(
            new TaskDraft("", "GET:/", null, 5, 0, 10, 5),
            new TaskDraft("shop", " ", null, 5, 0, 10, 5),
            new TaskDraft("shop", "x".repeat(1001), null, 5, 0, 10, 5),
            draft("shop", NOW - 5 * MINUTE, 5),
            draft("shop", -1, 5));
    assertThat(wrong).allMatch(each -> tasks.create(each, NOW) instanceof Made.Wrong);
    made(draft("shop", NOW - 5 * MINUTE + 1, 5));
  }

  // The reference looks only at the newest task, and at its end: both may be missed.
  @Test
  @Tag("capability-112")
  void intervalsThatMeetAreRefusedWhicheverWasMadeFirst() {
    String id = made(draft("shop", NOW + 10 * MINUTE, 10));
    made(draft("shop", NOW + 60 * MINUTE, 5));
    Made enclosing = tasks.create(draft("shop", NOW + 8 * MINUTE, 15), NOW);
    assertThat(((Made.Overlap) enclosing).other().task().id()).isEqualTo(id);
    assertThat(tasks.create(draft("shop", NOW + 12 * MINUTE, 2), NOW))
        .isInstanceOf(Made.Overlap.class);
    assertThat(tasks.create(draft("shop", NOW + 20 * MINUTE - 1, 2), NOW))
        .isInstanceOf(Made.Overlap.class);
    made(draft("shop", NOW + 20 * MINUTE, 2));
    made(draft("shop", NOW, 10));
    made(draft("cart", NOW + 8 * MINUTE, 15));
  }

  @Test
  void whatIsStoppedIsInNobodysWay() throws IOException {
    String id = made(draft("shop", NOW, 15));
    assertThat(tasks.stop(id, NOW + 1).state(NOW + 2)).isEqualTo(TaskRecord.State.ENDED);
    made(draft("shop", NOW, 15));
    assertThat(tasks.stop("unknown", NOW)).isNull();
    assertThat(reopened().find(id).stoppedMillis()).isNotNull();
  }

  @Test
  void tasksOfOneMillisecondHaveDifferentTimesAndIds() throws IOException {
    List<String> ids = new ArrayList<>();
    long before = -1;
    for (int i = 0; i < 10; i++) {
      ids.add(made(draft("shop", NOW + 10L * i * MINUTE, 10)));
      List<ProfileTask> later = tasks.poll("shop", "a", before, false, NOW).tasks();
      assertThat(later).extracting(ProfileTask::id).containsExactly(ids.get(i));
      before = later.get(0).createMillis();
    }
    assertThat(ids).doesNotHaveDuplicates();
    // The clock was put back by a day meanwhile.
    ProfileTasks later = reopened();
    long yesterday = NOW - 24 * 60 * MINUTE;
    assertThat(later.create(draft("shop", yesterday, 10), yesterday)).isInstanceOf(Made.Done.class);
    assertThat(later.poll("shop", "a", before, false, yesterday).tasks()).hasSize(1);
  }

  @Test
  void anIdIsAsSkyWalkingsAndNeverTooLongForAnAgent() {
    assertThat(made(draft("shop", NOW, 1))).isEqualTo(NOW + "_c2hvcA==.1");
    assertThat(made(draft("ü".repeat(1_000), NOW, 1))).hasSizeLessThan(300);
  }

  @Test
  void aTaskIsGivenToWhoeverDoesNotKnowItUntilItsEnd() {
    String id = made(draft("shop", NOW + MINUTE, 5));
    assertThat(tasks.poll("cart", "c", -1, true, NOW).tasks()).isEmpty();
    ProfileTask given = tasks.poll("shop", "early", -1, true, NOW).tasks().get(0);
    assertThat(given.id()).isEqualTo(id);
    assertThat(tasks.poll("shop", "early", given.createMillis(), true, NOW).tasks()).isEmpty();
    long late = NOW + 6 * MINUTE - 1;
    assertThat(tasks.poll("shop", "late", -1, false, late).tasks()).hasSize(1);
    assertThat(tasks.poll("shop", "too late", -1, false, late + 1).tasks()).isEmpty();
    assertThat(tasks.find(id).instances())
        .containsExactly(
            new TaskRecord.Instance("early", NOW, null, true),
            new TaskRecord.Instance("late", late, null, false));
  }

  @Test
  void whatAnInstanceWasToldIsNotedOnceAndIsThereAfterARestart() throws Exception {
    String id = made(draft("shop", NOW, 5));
    CompletableFuture<Void> noted = tasks.poll("shop", "a", -1, true, NOW).noted();
    assertThat(noted).isNotDone();
    tasks.save();
    assertThat(noted).isCompleted();
    int saves = disk.saves;
    // It has started anew, and knows nothing.
    assertThat(tasks.poll("shop", "a", -1, true, NOW + 5).noted()).isCompleted();
    assertThat(tasks.finished("shop", "a", id, true, NOW + 9)).isNotDone();
    tasks.save();
    assertThat(disk.saves).isEqualTo(saves + 1);
    assertThat(reopened().find(id).instances())
        .containsExactly(new TaskRecord.Instance("a", NOW, NOW + 9, true));
    assertThat(tasks.finished("shop", "a", "unknown", true, NOW)).isNull();
    assertThat(tasks.finished("cart", "a", id, true, NOW)).as("of another service").isNull();
  }

  @Test
  void whatCouldNotBeWrittenIsToldAndWrittenLater() throws IOException {
    String id = made(draft("shop", NOW, 5));
    disk.full = true;
    CompletableFuture<Void> noted = tasks.finished("shop", "a", id, true, NOW + 9);
    tasks.save();
    assertThat(noted).isCompletedExceptionally();
    disk.full = false;
    tasks.save();
    assertThat(reopened().find(id).instances()).hasSize(1);
  }

  @Test
  void onlyOurAgentsThatHaveATaskAreToldToStopIt() throws IOException {
    String id = made(draft("shop", NOW, 15));
    ProfileTask task = tasks.poll("shop", "ours", -1, true, NOW).tasks().get(0);
    tasks.poll("shop", "theirs", -1, false, NOW);
    assertThat(tasks.stop(id, NOW + 5).state(NOW + 5)).isEqualTo(TaskRecord.State.STOPPING);
    ProfileTasks.Orders orders = tasks.poll("shop", "ours", task.createMillis(), true, NOW + 6);
    assertThat(orders.tasks()).isEmpty();
    assertThat(orders.stops()).containsExactly(new ProfileTasks.Stop(id, NOW + 5));
    assertThat(tasks.poll("shop", "ours", NOW + 5, true, NOW + 7).stops()).isEmpty();
    assertThat(tasks.poll("shop", "theirs", -1, false, NOW + 6).stops()).isEmpty();
    assertThat(tasks.poll("shop", "new", -1, true, NOW + 6).stops()).isEmpty();
    assertThat(tasks.poll("shop", "new", -1, true, NOW + 6).tasks()).isEmpty();
    assertThat(tasks.finished("shop", "ours", id, true, NOW + 8)).isNotNull();
    assertThat(tasks.find(id).state(NOW + 8)).isEqualTo(TaskRecord.State.STOPPING);
    assertThat(tasks.finished("shop", "theirs", id, false, NOW + 9)).isNotNull();
    assertThat(tasks.find(id).state(NOW + 9)).isEqualTo(TaskRecord.State.ENDED);
  }

  @Test
  void moreTasksThanAnAgentHasRoomForComeOneAfterTheOther() throws IOException {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 70; i++) {
      ids.add(made(draft("shop", NOW + i * MINUTE, 1)));
    }
    tasks.poll("shop", "a", -1, true, NOW);
    tasks.stop(ids.get(0), NOW + 1);
    List<String> given = new ArrayList<>();
    long last = -1;
    for (int polls = 0; polls < 4; polls++) {
      ProfileTasks.Orders orders = tasks.poll("shop", "a", last, true, NOW);
      for (ProfileTask task : orders.tasks()) {
        given.add(task.id());
        last = Math.max(last, task.createMillis());
      }
      for (ProfileTasks.Stop stop : orders.stops()) {
        given.add("stop " + stop.taskId());
        last = Math.max(last, stop.stoppedMillis());
      }
    }
    List<String> expected = new ArrayList<>(ids.subList(1, 70));
    expected.add("stop " + ids.get(0));
    assertThat(given).isEqualTo(expected);
  }

  @Test
  void theOldestThatHaveEndedMakeRoom() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < ProfileTasks.MAX_TASKS; i++) {
      ids.add(made(draft("service " + i, NOW + i, 1)));
    }
    assertThat(tasks.create(draft("one more", NOW, 1), NOW)).isInstanceOf(Made.Full.class);
    long later = NOW + MINUTE + 1;
    assertThat(tasks.create(draft("one more", later, 1), later)).isInstanceOf(Made.Done.class);
    assertThat(tasks.find(ids.get(0))).isNull();
    assertThat(tasks.find(ids.get(1))).isNotNull();
    assertThat(tasks.list(null, null, 5_000)).hasSize(ProfileTasks.MAX_TASKS);
  }

  @Test
  void instancesWithoutNumberAreServedAndNotAllNoted() {
    String id = made(draft("shop", NOW, 5));
    for (int i = 0; i < ProfileTasks.MAX_INSTANCES + 10; i++) {
      assertThat(tasks.poll("shop", "i" + i, -1, true, NOW).tasks()).hasSize(1);
    }
    tasks.poll("shop", "n".repeat(100_000), -1, true, NOW);
    assertThat(tasks.find(id).instances()).hasSize(ProfileTasks.MAX_INSTANCES);
  }

  @Test
  void damagedBytesAreRefusedWhereverTheyAreCut() {
    made(draft("shop", NOW, 5));
    tasks.poll("shop", "a", -1, true, NOW);
    tasks.save();
    for (int length = 0; length < disk.content.length; length++) {
      byte[] part = Arrays.copyOf(disk.content, length);
      assertThatThrownBy(() -> new ProfileTasks(disk, part)).isInstanceOf(IOException.class);
    }
    byte[] longer = Arrays.copyOf(disk.content, disk.content.length + 1);
    assertThatThrownBy(() -> new ProfileTasks(disk, longer)).isInstanceOf(IOException.class);
  }
}
