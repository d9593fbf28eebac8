package io.skein.server.query;

import io.skein.server.storage.profile.SnapshotBlock;
import java.util.Arrays;
import java.util.List;

/**
 * The snapshots of one segment in order, and how much time each stands for.
 *
 * <p><b>The rule.</b> A snapshot stands for the time until the next one of its segment. If that one
 * is missing (its number is not there), if the time until then is more than two periods (nobody
 * looked meanwhile, although nothing is missing: the sampler had no processor, or the process stood
 * still), or if the clock went back, it stands for one period: what nobody has seen is not counted
 * as execution. So does the last one, and a single one.
 *
 * <p>A run is what lies between two such places. The time before its first snapshot and the time
 * after its last are both unknown, anything from nothing to a period each; one period in all is
 * counted for them. The error of that has the variance of two equal distributions, {@code period² /
 * 12} each, and adds up over runs: a standard error of {@code sqrt(sum of period² / 6)}.
 */
final class SegmentSamples {
  /** For agents that say no period, of tasks that are not known, with one snapshot. */
  private static final int USUAL_PERIOD_MILLIS = 10;

  private static final int MAX_PERIOD_MILLIS = 15 * 60_000;

  // By sequence: number of the block, and of the snapshot in it.
  private final int[] blocks;
  private final int[] indexes;
  private final long[] millis;
  private final long[] weights;
  private final boolean[] beginsRun;
  private final int periodMillis;

  /**
   * Sorts them.
   *
   * @param orderedMillis the period that the task orders; 0 when it is not known
   */
  SegmentSamples(List<SnapshotBlock> all, int orderedMillis) {
    int count = 0;
    for (SnapshotBlock block : all) {
      count += block.size();
    }
    // Sequence, then arrival: the first of two with one number counts.
    long[] order = new long[count];
    int[] blockOf = new int[count];
    int[] indexOf = new int[count];
    int at = 0;
    for (int b = 0; b < all.size(); b++) {
      for (int i = 0; i < all.get(b).size(); i++) {
        order[at] = (long) all.get(b).sequence(i) << 32 | at;
        blockOf[at] = b;
        indexOf[at] = i;
        at++;
      }
    }
    Arrays.sort(order);
    int[] sequences = new int[count];
    int[] sortedBlocks = new int[count];
    int[] sortedIndexes = new int[count];
    long[] times = new long[count];
    int different = 0;
    for (long each : order) {
      int sequence = (int) (each >>> 32);
      int arrival = (int) each;
      if (different > 0 && sequences[different - 1] == sequence) {
        continue;
      }
      sequences[different] = sequence;
      sortedBlocks[different] = blockOf[arrival];
      sortedIndexes[different] = indexOf[arrival];
      times[different] = all.get(blockOf[arrival]).millis(indexOf[arrival]);
      different++;
    }
    blocks = Arrays.copyOf(sortedBlocks, different);
    indexes = Arrays.copyOf(sortedIndexes, different);
    millis = Arrays.copyOf(times, different);
    weights = new long[different];
    beginsRun = new boolean[different];
    periodMillis = period(all, sequences, orderedMillis);
    weigh(all, sequences);
  }

  private int period(List<SnapshotBlock> all, int[] sequences, int orderedMillis) {
    for (SnapshotBlock block : all) {
      if (block.size() > 0 && block.periodMillis(0) > 0) {
        return Math.min(MAX_PERIOD_MILLIS, block.periodMillis(0));
      }
    }
    if (orderedMillis > 0) {
      return Math.min(MAX_PERIOD_MILLIS, orderedMillis);
    }
    long[] steps = new long[Math.max(0, millis.length - 1)];
    int found = 0;
    for (int i = 0; i + 1 < millis.length; i++) {
      long step = millis[i + 1] - millis[i];
      boolean follows = sequences[i + 1] == sequences[i] + 1 && millis[i + 1] > millis[i];
      if (follows && step > 0 && step <= MAX_PERIOD_MILLIS) {
        steps[found++] = step;
      }
    }
    if (found == 0) {
      return USUAL_PERIOD_MILLIS;
    }
    Arrays.sort(steps, 0, found);
    return (int) steps[found / 2];
  }

  private void weigh(List<SnapshotBlock> all, int[] sequences) {
    boolean begins = true;
    for (int i = 0; i < millis.length; i++) {
      beginsRun[i] = begins;
      int own = all.get(blocks[i]).periodMillis(indexes[i]);
      long period = own > 0 ? Math.min(MAX_PERIOD_MILLIS, own) : periodMillis;
      boolean follows =
          i + 1 < millis.length
              && sequences[i + 1] == sequences[i] + 1
              && millis[i + 1] >= millis[i];
      // Negative also where the times lie further apart than a number can say.
      long until = follows ? millis[i + 1] - millis[i] : -1;
      begins = until < 0 || until > 2 * period;
      weights[i] = begins ? period : until;
    }
  }

  /** How many different snapshots there are. */
  int size() {
    return millis.length;
  }

  int block(int number) {
    return blocks[number];
  }

  int index(int number) {
    return indexes[number];
  }

  /** By the agent's clock. */
  long millis(int number) {
    return millis[number];
  }

  long weightMillis(int number) {
    return weights[number];
  }

  /** Whether nothing is known of the time right before this one. */
  boolean beginsRun(int number) {
    return beginsRun[number];
  }

  /** As the agent said, or the task, or as it looks. */
  int periodMillis() {
    return periodMillis;
  }
}
