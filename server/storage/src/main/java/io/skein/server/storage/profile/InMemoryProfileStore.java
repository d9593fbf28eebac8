package io.skein.server.storage.profile;

import io.skein.server.storage.Outcome;
import io.skein.server.storage.StorageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Snapshots in memory, without a bound: for tests, and as the plain reading of the contract. Safe
 * for use by several threads: one at a time.
 */
public final class InMemoryProfileStore implements ProfileStore {
  private final SnapshotTable table = new SnapshotTable();
  private final List<SnapshotBlock> blocks = new ArrayList<>();
  private boolean closed;

  @Override
  public synchronized CompletableFuture<List<Outcome>> append(List<Snapshot> batch) {
    if (closed) {
      return CompletableFuture.completedFuture(SnapshotTable.closed(batch.size()));
    }
    SnapshotGroups groups = new SnapshotGroups(table::objection);
    batch.forEach(groups::add);
    for (SnapshotGroups.Group group : groups.groups()) {
      try {
        SnapshotBlock block = SnapshotBlock.of(SnapshotBlock.encode(group.snapshots()));
        table.add(block, blocks.size());
        blocks.add(block);
      } catch (IOException e) {
        throw new StorageException("a block that was just written cannot be read", e);
      }
    }
    return CompletableFuture.completedFuture(groups.outcomes());
  }

  @Override
  public synchronized List<SampledSegment> ofTask(String taskId, int limit) {
    return newestFirst(table.ofTask(taskId), limit);
  }

  /** Sorts, and takes the first. */
  public static List<SampledSegment> newestFirst(List<SampledSegment> segments, int limit) {
    List<SampledSegment> sorted = new ArrayList<>(segments);
    Collections.reverse(sorted);
    sorted.sort(Comparator.comparingLong(SampledSegment::firstMillis).reversed());
    return List.copyOf(sorted.subList(0, Math.min(limit, sorted.size())));
  }

  @Override
  public SampleTotals totals(String taskId) {
    return table.totals(taskId);
  }

  @Override
  public @Nullable SampledSegment ofSegment(String segmentId) {
    return table.segment(segmentId);
  }

  @Override
  public boolean isEmpty() {
    return table.segments() == 0;
  }

  @Override
  public void read(Collection<String> segmentIds, BlockConsumer consumer) {
    for (String segmentId : segmentIds) {
      for (long position : table.positions(segmentId)) {
        try {
          consumer.accept(block((int) position));
        } catch (IOException e) {
          throw new StorageException("a block of snapshots cannot be read", e);
        }
      }
    }
  }

  private synchronized SnapshotBlock block(int number) {
    return blocks.get(number);
  }

  public synchronized void close() {
    closed = true;
  }
}
