package io.skein.server.storage.lucene;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * What a store is opened with.
 *
 * @param budgetBytes what everything in the directory together never exceeds
 * @param partitionSpan after so long a new partition begins, if the last one has anything, and when
 *     there are many, if it is not too small
 * @param usableBytes how much room the disk has
 */
record StoreOptions(
    Path directory,
    long budgetBytes,
    Duration partitionSpan,
    InstantSource clock,
    LongSupplier usableBytes) {

  /** Below that, a partition would be smaller than the buffers that it is written through. */
  static final long MIN_BUDGET_BYTES = 16L << 20;

  // Retention takes a sixteenth at a time; more would throw away much at once, less would search
  // many small indexes.
  private static final int PARTITIONS_PER_BUDGET = 16;
  private static final long MIN_PARTITION_BYTES = 1L << 20;
  private static final long MAX_PARTITION_BYTES = 256L << 20;

  /** At this size, log and index together, a new partition begins. */
  long partitionBytes() {
    return Math.max(
        MIN_PARTITION_BYTES, Math.min(MAX_PARTITION_BYTES, budgetBytes / PARTITIONS_PER_BUDGET));
  }

  /**
   * Below this, a partition of many goes on although its time is over: at most 256 of these fit.
   */
  long leastPartitionBytes() {
    return partitionBytes() / 16;
  }

  /**
   * What is kept free of the budget: while the pieces of a partition's index are merged, old and
   * new ones are there together, and that may happen to the partition being written and to the one
   * being sealed at the same time.
   */
  long headroomBytes() {
    return 2 * partitionBytes();
  }

  /** How much the index may hold in memory before it goes to disk. */
  double bufferMb() {
    return Math.min(16, partitionBytes() / 4.0 / (1 << 20));
  }
}
