package io.skein.server.storage.lucene;

import io.skein.server.storage.Outcome;
import io.skein.server.storage.profile.Snapshot;
import io.skein.server.storage.profile.SnapshotRefusal;
import io.skein.server.storage.profile.SnapshotTable;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is said against snapshots, with regard to all that is stored. For one thread, and for what
 * is written at once: it remembers where it has looked.
 */
final class SnapshotRules {
  // Of the table of the partition that is written to, about a hundred thousand segments; honest
  // agents sample some a second.
  private static final long MAX_TABLE_BYTES =
      Math.max(16L << 20, Runtime.getRuntime().maxMemory() / 32);

  private final List<Partition> partitions;
  private final long maxTableBytes;
  private final long maxPerTask;
  private final Map<String, List<Partition>> holders = new HashMap<>();
  private final Map<String, long[]> perTask = new HashMap<>();
  private long newSegmentBytes;

  SnapshotRules(List<Partition> partitions) {
    this(partitions, MAX_TABLE_BYTES, SnapshotRefusal.MAX_PER_TASK);
  }

  SnapshotRules(List<Partition> partitions, long maxTableBytes, long maxPerTask) {
    this.maxPerTask = maxPerTask;
    this.partitions = partitions;
    this.maxTableBytes = maxTableBytes;
  }

  /** Returns null when nothing is. */
  @Nullable Outcome objection(Snapshot snapshot) {
    List<Partition> having = holders.get(snapshot.segmentId());
    boolean isFirst = having == null;
    if (having == null) {
      having =
          partitions.stream()
              .filter(each -> each.snapshots().mayContain(snapshot.segmentId()))
              .toList();
      holders.put(snapshot.segmentId(), having);
    }
    for (Partition partition : having) {
      Outcome objection = objectionIn(partition, snapshot);
      if (objection != null) {
        return objection;
      }
    }
    if (isFirst && having.isEmpty()) {
      newSegmentBytes += 1_000;
      Partition active = partitions.get(partitions.size() - 1);
      if (active.snapshots().openBytes() + newSegmentBytes > maxTableBytes) {
        holders.remove(snapshot.segmentId());
        return refused(SnapshotRefusal.TOO_MANY_SEGMENTS);
      }
    }
    return isTaskFull(snapshot.taskId()) ? refused(SnapshotRefusal.TASK_FULL) : null;
  }

  private static @Nullable Outcome objectionIn(Partition partition, Snapshot snapshot) {
    try {
      SnapshotTable table = partition.snapshots().table();
      return table == null ? null : table.objection(snapshot);
    } catch (IOException e) {
      // What cannot be read any more is not there; its snapshots may come again.
      partition.reportDamage(e);
      return null;
    }
  }

  private boolean isTaskFull(String taskId) {
    if (taskId.equals(Snapshot.SLOW)) {
      return false; // The time of the snapshots is bounded by the disk budget alone.
    }
    long[] count =
        perTask.computeIfAbsent(
            taskId,
            id ->
                new long[] {
                  partitions.stream()
                      .mapToLong(each -> each.snapshots().totals(id).snapshots())
                      .sum()
                });
    return count[0]++ >= maxPerTask;
  }

  private static Outcome.Refused refused(String reason) {
    return new Outcome.Refused(reason, "a snapshot was not stored: " + reason);
  }
}
