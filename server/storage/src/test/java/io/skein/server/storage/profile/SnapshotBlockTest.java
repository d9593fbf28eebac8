package io.skein.server.storage.profile;

import static io.skein.server.storage.profile.Snapshots.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SnapshotBlockTest {
  /** What a block gives back. */
  static List<Snapshot> decoded(SnapshotBlock block, long receivedMillis) throws IOException {
    List<Snapshot> found = new ArrayList<>();
    block.stacks(
        new SnapshotBlock.StackVisitor() {
          private List<String> texts = List.of();
          private int[] before = new int[0];

          @Override
          public void frames(List<String> all) {
            texts = all;
          }

          @Override
          public void stack(int index, int common, int[] stack, int depth) {
            assertThat(common).isLessThanOrEqualTo(Math.min(depth, before.length));
            assertThat(Arrays.copyOf(stack, common)).isEqualTo(Arrays.copyOf(before, common));
            before = Arrays.copyOf(stack, depth);
            found.add(
                new Snapshot(
                    block.taskId(),
                    block.segmentId(),
                    block.millis(index),
                    block.sequence(index),
                    Arrays.stream(before).mapToObj(texts::get).toList(),
                    block.state(index).code(),
                    block.periodMillis(index),
                    block.framesCut(index),
                    block.service(),
                    block.instance(),
                    receivedMillis));
          }
        });
    return found;
  }

  @Test
  void whatIsEncodedIsDecoded() throws IOException {
    Random random = new Random(3);
    for (int round = 0; round < 50; round++) {
      List<Snapshot> snapshots = new ArrayList<>();
      for (int i = 0; i < 1 + random.nextInt(40); i++) {
        List<String> frames = new ArrayList<>();
        int depth = random.nextInt(20);
        for (int d = 0; d < depth; d++) {
          frames.add("pkg.Cläss" + random.nextInt(3) + ".m:" + random.nextInt(4));
        }
        snapshots.add(
            new Snapshot(
                "täsk",
                "segment",
                random.nextInt(4) == 0 ? random.nextLong() : T0 + i,
                random.nextInt(4) == 0 ? random.nextInt(Integer.MAX_VALUE) : i,
                frames,
                random.nextInt(5),
                random.nextInt(100),
                random.nextInt(3) * 1_000,
                "shop",
                "",
                T0));
      }
      SnapshotBlock block = SnapshotBlock.of(SnapshotBlock.encode(snapshots));
      assertThat(decoded(block, T0)).isEqualTo(snapshots);
    }
  }

  @Test
  void whatIsCutOffIsRefusedWhereverItIsCut() throws IOException {
    byte[] whole = SnapshotBlock.encode(Snapshots.many("s", 0, 20, 12));
    for (int length = 0; length < whole.length; length++) {
      byte[] part = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> decoded(SnapshotBlock.of(part), T0))
          .as("the first " + length + " bytes")
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void neighboursTakeFewBytes() {
    int few = SnapshotBlock.encode(Snapshots.many("s", 0, 50, 60)).length;
    int more = SnapshotBlock.encode(Snapshots.many("s", 0, 100, 60)).length;
    assertThat((more - few) / 50.0).as("bytes of a further snapshot").isLessThan(20);
  }

  @Test
  void aStateOfAnotherVersionIsUnknown() {
    assertThat(ThreadState.of(77)).isEqualTo(ThreadState.UNKNOWN);
    assertThat(ThreadState.of(-1)).isEqualTo(ThreadState.UNKNOWN);
    assertThat(ThreadState.of(3)).isEqualTo(ThreadState.WAITING);
  }
}
