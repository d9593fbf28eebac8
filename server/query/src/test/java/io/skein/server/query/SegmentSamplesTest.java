package io.skein.server.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.server.storage.profile.Snapshot;
import io.skein.server.storage.profile.SnapshotBlock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** For how much time a snapshot stands. Rows: sequence, time, period as the agent says it. */
class SegmentSamplesTest {
  private static SegmentSamples samples(int ordered, long[]... rows) throws IOException {
    List<SnapshotBlock> blocks = new ArrayList<>();
    for (long[] row : rows) {
      blocks.add(
          SnapshotBlock.of(
              SnapshotBlock.encode(
                  List.of(
                      new Snapshot(
                          "t",
                          "s",
                          row[1],
                          (int) row[0],
                          List.of("a.B.c:1"),
                          1,
                          (int) row[2],
                          0,
                          "",
                          "",
                          0)))));
    }
    return new SegmentSamples(blocks, ordered);
  }

  private static List<Long> weights(SegmentSamples samples) {
    List<Long> weights = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      weights.add(samples.weightMillis(i));
    }
    return weights;
  }

  private static int runs(SegmentSamples samples) {
    int runs = 0;
    for (int i = 0; i < samples.size(); i++) {
      runs += samples.beginsRun(i) ? 1 : 0;
    }
    return runs;
  }

  @Test
  void eachStandsForTheTimeUntilTheNextAndTheLastForAPeriod() throws IOException {
    SegmentSamples samples =
        samples(0, new long[] {0, 100, 10}, new long[] {1, 111, 10}, new long[] {2, 129, 10});
    assertThat(weights(samples)).containsExactly(11L, 18L, 10L);
    assertThat(runs(samples)).isEqualTo(1);
  }

  @Test
  void aSingleOneStandsForAPeriod() throws IOException {
    assertThat(weights(samples(0, new long[] {7, 100, 25}))).containsExactly(25L);
  }

  // The reference's defect 4, and what is missing in the middle.
  @Test
  void whatNobodyHasSeenIsNotCounted() throws IOException {
    SegmentSamples missing =
        samples(0, new long[] {0, 100, 10}, new long[] {5, 150, 10}, new long[] {6, 160, 10});
    assertThat(weights(missing)).containsExactly(10L, 10L, 10L);
    assertThat(runs(missing)).isEqualTo(2);
    SegmentSamples stoodStill =
        samples(0, new long[] {0, 100, 10}, new long[] {1, 5_000, 10}, new long[] {2, 5_020, 10});
    assertThat(weights(stoodStill)).containsExactly(10L, 20L, 10L);
    assertThat(runs(stoodStill)).isEqualTo(2);
  }

  @Test
  void clocksThatGoBackOrFarAwayDoNoHarm() throws IOException {
    SegmentSamples samples =
        samples(
            0,
            new long[] {0, 100, 10},
            new long[] {1, 50, 10},
            new long[] {2, Long.MAX_VALUE, 10},
            new long[] {3, Long.MIN_VALUE, 10},
            new long[] {4, Long.MIN_VALUE, 10});
    assertThat(weights(samples)).containsExactly(10L, 10L, 10L, 0L, 10L);
  }

  @Test
  void orderAndRepeatsDoNotMatter() throws IOException {
    SegmentSamples samples =
        samples(
            0,
            new long[] {2, 120, 10},
            new long[] {0, 100, 10},
            new long[] {1, 110, 10},
            new long[] {0, 999, 10});
    assertThat(weights(samples)).containsExactly(10L, 10L, 10L);
    assertThat(samples.millis(0)).isEqualTo(100);
  }

  @Test
  void aPeriodThatTheAgentDoesNotSayIsTheTasksOrTheUsualStep() throws IOException {
    long[][] rows = {{0, 100, 0}, {1, 120, 0}, {2, 140, 0}, {3, 161, 0}, {9, 900, 0}};
    assertThat(samples(50, rows).periodMillis()).isEqualTo(50);
    assertThat(samples(0, rows).periodMillis()).isEqualTo(20);
    assertThat(weights(samples(0, rows))).containsExactly(20L, 20L, 21L, 20L, 20L);
    assertThat(samples(0, new long[] {0, 5, 0}).periodMillis()).isEqualTo(10);
  }
}
