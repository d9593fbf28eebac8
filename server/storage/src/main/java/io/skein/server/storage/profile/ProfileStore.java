package io.skein.server.storage.profile;

import io.skein.server.storage.Outcome;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Where snapshots of threads are kept, beside the traces: under the same budget, and removed with
 * what was received in the same time.
 *
 * <p>Safe for use by several threads. What was appended is found at once. Nothing that arrives is
 * trusted: see {@link SnapshotRefusal}. Queries throw {@link
 * io.skein.server.storage.StorageException} when the disk fails.
 */
public interface ProfileStore {
  /**
   * Takes snapshots of one or of many segments, in any order; best many of one segment together.
   *
   * <p>The future completes, never exceptionally, with one outcome for each, when that may be told
   * to the sender: as {@link io.skein.server.storage.TraceStore#append}. A snapshot whose (segment,
   * sequence) is there already is a duplicate. Whether the task is known is the caller's to ask.
   */
  CompletableFuture<List<Outcome>> append(List<Snapshot> batch);

  /**
   * The segments of a task, those sampled last first.
   *
   * @param limit how many at most
   */
  List<SampledSegment> ofTask(String taskId, int limit);

  /** What is kept of a task; of a segment that lies in two pieces of the store, two. */
  SampleTotals totals(String taskId);

  /** What is kept of a segment, or null for nothing. */
  @Nullable SampledSegment ofSegment(String segmentId);

  /** Whether there are any snapshots at all: without any, nobody has to look for some. */
  boolean isEmpty();

  /** Takes blocks of snapshots, one after the other. */
  interface BlockConsumer {
    void accept(SnapshotBlock block) throws IOException;
  }

  /**
   * Gives all blocks of some segments, segment by segment, in the order in which they came. The
   * same snapshot may be in two of them after damage; readers go by (segment, sequence).
   *
   * <p>Blocks that cannot be read are left out, and said in the log.
   */
  void read(Collection<String> segmentIds, BlockConsumer consumer);
}
