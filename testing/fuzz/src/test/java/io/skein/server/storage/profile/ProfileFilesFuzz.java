package io.skein.server.storage.profile;

import io.skein.testing.fuzz.Check;
import io.skein.testing.fuzz.Input;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A digit for the kind, then the bytes of a block of snapshots, of a table of them, or of the
 * profile tasks: refused by an {@link IOException}, or read, and then the same after being written
 * and read again. Or sequence numbers, which a plain set has to agree about.
 */
public final class ProfileFilesFuzz {
  private ProfileFilesFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) throws IOException {
    Input input = new Input(data);
    switch (input.below(4)) {
      case 0 -> block(input.rest());
      case 1 -> table(input.rest());
      case 2 -> tasks(input.rest());
      default -> sequences(input);
    }
  }

  private static void block(byte[] bytes) throws IOException {
    List<Snapshot> snapshots;
    try {
      snapshots = snapshots(SnapshotBlock.of(bytes));
    } catch (IOException refused) {
      return;
    }
    if (snapshots.isEmpty() || !snapshots.stream().allMatch(ProfileFilesFuzz::isWellFormed)) {
      return; // What is not UTF-8 is read with replacements, and is not the same again.
    }
    byte[] written = SnapshotBlock.encode(snapshots);
    Check.equal(snapshots(SnapshotBlock.of(written)), snapshots, "snapshots");
    Check.equal(SnapshotBlock.encode(snapshots(SnapshotBlock.of(written))), written, "bytes");
  }

  private static boolean isWellFormed(Snapshot snapshot) {
    return snapshot.frames().stream().noneMatch(frame -> frame.indexOf('\uFFFD') >= 0);
  }

  private static List<Snapshot> snapshots(SnapshotBlock block) throws IOException {
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
            Check.that(
                common <= depth
                    && common <= before.length
                    && Arrays.equals(before, 0, common, stack, 0, common),
                "says it has in common what it has not");
            before = Arrays.copyOf(stack, depth);
            List<String> frames = new ArrayList<>();
            for (int frame : before) {
              frames.add(texts.get(frame));
            }
            found.add(
                new Snapshot(
                    block.taskId(),
                    block.segmentId(),
                    block.millis(index),
                    block.sequence(index),
                    frames,
                    block.state(index).code(),
                    block.periodMillis(index),
                    block.framesCut(index),
                    block.service(),
                    block.instance(),
                    0));
          }
        });
    Check.equal(found.size(), block.size(), "snapshots");
    return found;
  }

  private static void table(byte[] bytes) throws IOException {
    SnapshotTable table;
    try {
      table = SnapshotTable.read(in(bytes));
    } catch (IOException refused) {
      return;
    }
    byte[] written = written(table);
    SnapshotTable again = SnapshotTable.read(in(written));
    Check.equal(written(again), written, "bytes");
    Check.equal(again.totals(), table.totals(), "totals");
    long snapshots = 0;
    for (String id : table.segmentIds()) {
      SampledSegment segment = table.segment(id);
      Check.that(segment != null && segment.gaps() >= 0, "a segment without snapshots");
      Check.equal(again.segment(id), segment, "segment");
      Check.equal(again.positions(id), table.positions(id), "positions");
      snapshots += segment.snapshots();
    }
    long counted = 0;
    for (SampleTotals totals : table.totals().values()) {
      counted += totals.snapshots();
    }
    Check.equal(counted, snapshots, "snapshots of all tasks");
  }

  private static DataInputStream in(byte[] bytes) {
    return new DataInputStream(new ByteArrayInputStream(bytes));
  }

  private static byte[] written(SnapshotTable table) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    table.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static void tasks(byte[] bytes) throws IOException {
    byte[][] saved = {null};
    ProfileTasks.Disk disk = content -> saved[0] = content;
    ProfileTasks tasks;
    try {
      tasks = new ProfileTasks(disk, bytes);
    } catch (IOException refused) {
      return;
    }
    List<TaskRecord> before = tasks.list(null, null, 100);
    long now = 1_700_000_000_000L;
    ProfileTasks.Orders orders = tasks.poll("shop", "shop-1", -1, true, now);
    Check.that(orders.tasks().size() + orders.stops().size() <= 32, "more than an agent takes");
    tasks.save();
    if (saved[0] != null) {
      Check.equal(
          new ProfileTasks(disk, saved[0]).list(null, null, 100),
          tasks.list(null, null, 100),
          "tasks");
      byte[] once = saved[0];
      Check.equal(ProfileTasksFile.write(ProfileTasksFile.read(once)), once, "bytes");
    } else {
      Check.equal(tasks.list(null, null, 100), before, "tasks of which nothing was said");
    }
  }

  private static void sequences(Input input) {
    SequenceSet set = new SequenceSet();
    java.util.TreeSet<Integer> plain = new java.util.TreeSet<>();
    while (input.hasMore()) {
      int number = input.next();
      if (input.flag() && number > 200) {
        number = Integer.MAX_VALUE - (number - 200);
      }
      Check.equal(set.add(number), plain.add(number), "new");
    }
    int runs = 0;
    for (int number : plain) {
      Check.that(set.contains(number), "a number is lost");
      runs += plain.contains(number - 1) ? 0 : 1;
    }
    Check.equal(set.runs(), runs, "runs");
    Check.equal(set.size(), (long) plain.size(), "size");
  }
}
