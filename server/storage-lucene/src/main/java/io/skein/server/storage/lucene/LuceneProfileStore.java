package io.skein.server.storage.lucene;

import io.skein.server.storage.Outcome;
import io.skein.server.storage.profile.InMemoryProfileStore;
import io.skein.server.storage.profile.ProfileStore;
import io.skein.server.storage.profile.ProfileTasks;
import io.skein.server.storage.profile.SampleTotals;
import io.skein.server.storage.profile.SampledSegment;
import io.skein.server.storage.profile.Snapshot;
import io.skein.server.storage.profile.SnapshotBlock;
import io.skein.server.storage.profile.SnapshotTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots in the partitions of a store. They go with their partition; so a task whose
 * snapshots went is forgotten, too.
 *
 * <p>Safe for use by several threads.
 */
final class LuceneProfileStore implements ProfileStore {
  private static final int KEPT_FRAMES = 8;

  private final Partitions partitions;
  private final StoreWriter writer;

  LuceneProfileStore(Partitions partitions, StoreWriter writer) {
    this.partitions = partitions;
    this.writer = writer;
  }

  @Override
  public CompletableFuture<List<Outcome>> append(List<Snapshot> batch) {
    return batch.isEmpty()
        ? CompletableFuture.completedFuture(List.of())
        : writer.appendSnapshots(batch);
  }

  /** Does something with the table of a partition. */
  private interface Visit {
    void to(Partition partition, SnapshotTable table) throws IOException;
  }

  @Override
  public List<SampledSegment> ofTask(String taskId, int limit) {
    Map<String, SampledSegment> found = new LinkedHashMap<>();
    for (Partition partition : partitions.all()) {
      if (partition.snapshots().totals(taskId).segments() > 0) {
        visit(
            partition,
            (here, table) -> {
              for (SampledSegment segment : table.ofTask(taskId)) {
                found.merge(segment.segmentId(), segment, SnapshotTable::joined);
              }
            });
      }
    }
    return InMemoryProfileStore.newestFirst(new ArrayList<>(found.values()), limit);
  }

  private static void visit(Partition partition, Visit visit) {
    if (partition.acquire()) {
      try {
        SnapshotTable table = partition.snapshots().table();
        if (table != null) {
          visit.to(partition, table);
        }
      } catch (IOException e) {
        partition.reportDamage(e);
      } finally {
        partition.release();
      }
    }
  }

  @Override
  public SampleTotals totals(String taskId) {
    SampleTotals sum = SampleTotals.NONE;
    for (Partition partition : partitions.all()) {
      SampleTotals some = partition.snapshots().totals(taskId);
      sum = sum.plus(some.segments(), some.snapshots());
    }
    return sum;
  }

  @Override
  public @Nullable SampledSegment ofSegment(String segmentId) {
    SampledSegment[] found = {null};
    for (Partition partition : partitions.all()) {
      if (partition.snapshots().mayContain(segmentId)) {
        visit(
            partition,
            (here, table) -> {
              SampledSegment some = table.segment(segmentId);
              if (some != null) {
                found[0] = found[0] == null ? some : SnapshotTable.joined(found[0], some);
              }
            });
      }
    }
    return found[0];
  }

  @Override
  public boolean isEmpty() {
    return partitions.all().stream().allMatch(each -> each.snapshots().isEmpty());
  }

  @Override
  public void read(Collection<String> segmentIds, BlockConsumer consumer) {
    FrameReader frames = new FrameReader();
    for (String segmentId : segmentIds) {
      for (Partition partition : partitions.all()) {
        if (partition.snapshots().mayContain(segmentId)) {
          visit(
              partition,
              (here, table) -> frames.read(here, segmentId, table.positions(segmentId), consumer));
        }
      }
    }
  }

  /**
   * Reads blocks, and keeps the last frames: segments that are sampled together lie among each
   * other.
   */
  private static final class FrameReader {
    private record Key(long partition, long frameStart) {}

    private final LinkedHashMap<Key, byte[]> frames =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Key, byte[]> eldest) {
            return size() > KEPT_FRAMES;
          }
        };

    void read(Partition partition, String segmentId, long[] positions, BlockConsumer consumer) {
      for (long position : positions) {
        try {
          byte[] frame = frame(partition, position);
          SnapshotBlock block = SnapshotBlock.of(LogReader.recordIn(frame, position).encoded());
          if (!block.segmentId().equals(segmentId)) {
            throw new IOException("the table of snapshots is that of another log");
          }
          consumer.accept(block);
        } catch (IOException e) {
          partition.reportDamage(e);
        }
      }
    }

    private byte[] frame(Partition partition, long position) throws IOException {
      Key key = new Key(partition.sequence(), LogFormat.frameStart(position));
      int offset = LogFormat.rawOffset(position);
      byte[] frame = frames.get(key);
      if (frame == null || frame.length <= offset) {
        frame = partition.snapshots().frame(key.frameStart(), offset);
        frames.put(key, frame);
      }
      return frame;
    }
  }

  /** After partitions were removed: tasks that are over, and of which nothing is left. */
  void forgetTasks(ProfileTasks tasks, long nowMillis) {
    List<Partition> all = partitions.all();
    if (!all.isEmpty()) {
      long oldest = all.get(0).openedMillis();
      tasks.forget(
          nowMillis,
          each -> each.task().endMillis() < oldest && totals(each.task().id()).segments() == 0);
    }
  }
}
