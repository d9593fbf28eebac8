package io.skein.core.profile;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProfileTaskTest {
  private static final long NOW = 1_795_000_000_000L;

  private static ProfileTask task(long startMillis, int minutes) {
    return new ProfileTask("t", "GET:/orders", startMillis, minutes, 100, 10, 5, NOW);
  }

  @Test
  void aTaskWithinAllBoundsIsRight() {
    assertThat(task(NOW, 1).refusal()).isNull();
    assertThat(new ProfileTask("t", "é 订单 /", 0, 15, 0, 10, 9, 0).refusal()).isNull();
    assertThat(new ProfileTask("t", "/", NOW, 1, Integer.MAX_VALUE, Integer.MAX_VALUE, 1, NOW))
        .extracting(ProfileTask::refusal)
        .isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 100, 10, 5, durationMinutes, from 1 to 15",
    "16, 100, 10, 5, durationMinutes, from 1 to 15",
    "-2147483648, 100, 10, 5, durationMinutes, from 1 to 15",
    "5, -1, 10, 5, minDurationMillis, at least 0",
    "5, 0, 9, 5, periodMillis, at least 10",
    "5, 0, -10, 5, periodMillis, at least 10",
    "5, 0, 10, 0, maxSamples, from 1 to 9",
    "5, 0, 10, 10, maxSamples, from 1 to 9",
  })
  void eachNumberOutsideItsBoundsIsNamed(
      int minutes, int least, int period, int samples, String field, String expected) {
    ProfileTask task = new ProfileTask("t", "/a", NOW, minutes, least, period, samples, NOW);

    ProfileTask.Refusal refusal = task.refusal();

    assertThat(refusal).isNotNull();
    assertThat(refusal.field()).isEqualTo(field);
    assertThat(refusal.expected()).isEqualTo(expected);
    assertThat(refusal.message()).contains("\"" + refusal.value() + "\"").contains(expected);
  }

  @Test
  void whatHasNoNameOrNoTimeIsRefused() {
    assertThat(new ProfileTask("", "/a", NOW, 1, 0, 10, 1, NOW).refusal())
        .extracting(ProfileTask.Refusal::field)
        .isEqualTo("id");
    assertThat(new ProfileTask("t", " \t", NOW, 1, 0, 10, 1, NOW).refusal())
        .extracting(ProfileTask.Refusal::field)
        .isEqualTo("endpoint");
    assertThat(new ProfileTask("t", "/a", Long.MAX_VALUE, 1, 0, 10, 1, NOW).refusal())
        .extracting(ProfileTask.Refusal::field)
        .isEqualTo("startMillis");
    assertThat(new ProfileTask("t", "/a", NOW, 1, 0, 10, 1, -1).refusal())
        .extracting(ProfileTask.Refusal::field)
        .isEqualTo("createMillis");
  }

  @Test
  void tasksMeetWhereBothRunAtSomeMoment() {
    ProfileTask first = task(NOW, 5);
    long minute = 60_000;

    assertThat(first.endMillis()).isEqualTo(NOW + 5 * minute);
    assertThat(first.meets(task(NOW + 5 * minute, 1))).as("right behind it").isFalse();
    assertThat(first.meets(task(NOW - minute, 1))).as("right before it").isFalse();
    assertThat(first.meets(task(NOW + 5 * minute - 1, 1))).as("over its end").isTrue();
    assertThat(first.meets(task(NOW - minute + 1, 1))).as("over its start").isTrue();
    assertThat(first.meets(task(NOW - minute, 10))).as("around it").isTrue();
    assertThat(first.meets(task(NOW + minute, 1))).as("within it").isTrue();
    assertThat(task(NOW + minute, 1).meets(first)).isTrue();
  }
}
