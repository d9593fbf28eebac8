package io.skein.server.storage.lucene;

import io.skein.server.storage.AccountBook;
import io.skein.server.storage.InstanceKey;
import io.skein.server.storage.InstanceTotals;
import io.skein.server.storage.StorageException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The partitions, oldest first; the last one is written to. Begins new ones, has full ones sealed,
 * and removes old ones so that the budget holds.
 *
 * <p>The budget is held by looking ahead: the directory is measured once a second, and in between
 * every block that is written is assumed to cost {@value #GROWTH} times its size, index included.
 * When the sum comes near the budget, it is measured again, and partitions go until there is room.
 *
 * <p>One thread, the store's writer, changes the list; any thread reads it.
 */
final class Partitions {
  private static final Logger LOG = System.getLogger(Partitions.class.getName());

  // A segment's index entry is about as large as its piece of the log; twice that while it is being
  // merged; and a rest.
  private static final int GROWTH = 4;

  private static final int MANY_PARTITIONS = 64;

  private final DataDirectory directory;
  private final AccountBook book;
  private final StoreOptions options;
  private final TraceWindow window = new TraceWindow();
  private final ExecutorService sealer =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "skein-store-sealer");
            thread.setDaemon(true);
            return thread;
          });

  private volatile List<Partition> all = List.of();
  private volatile long removedThrough;
  private volatile long measuredBytes;
  private volatile long activeBytes;
  private long writtenSinceMeasured;
  private volatile boolean closing;

  Partitions(DataDirectory directory, AccountBook book, StoreOptions options) {
    this.directory = directory;
    this.book = book;
    this.options = options;
  }

  void openAll() {
    try {
      removedThrough = directory.loadBook(book);
      List<Partition> opened = new ArrayList<>();
      SortedMap<Long, Path> found = directory.partitions();
      long last = removedThrough;
      boolean isWriting = false;
      for (Map.Entry<Long, Path> entry : found.entrySet()) {
        long sequence = entry.getKey();
        if (sequence <= removedThrough) {
          // Already counted as removed; the last process ended before it was gone.
          DataDirectory.delete(entry.getValue());
          continue;
        }
        boolean writing = sequence == found.lastKey() && isToGoOn(entry.getValue(), found.size());
        Partition partition = openOne(sequence, entry.getValue(), writing);
        if (partition != null) {
          opened.add(partition);
          isWriting = writing;
        }
        last = sequence;
      }
      all = List.copyOf(opened);
      if (!isWriting) {
        begin(last + 1);
      }
      measure();
      for (Partition partition : all) {
        if (!partition.isSealed() && partition != active()) {
          // The last process ended before that.
          sealer.execute(() -> seal(partition));
        }
      }
    } catch (IOException e) {
      closeAll();
      throw new StorageException(
          "the data directory "
              + directory.root()
              + " cannot be opened ("
              + DataDirectory.reason(e)
              + "); see whether the disk is full, read-only or failing",
          e);
    }
  }

  private boolean isToGoOn(Path newest, int count) {
    long bytes = DataDirectory.measure(newest);
    return bytes < options.partitionBytes()
        && !(isWorthItsTime(bytes, count) && isOver(modifiedMillis(newest)));
  }

  private @Nullable Partition openOne(long sequence, Path path, boolean writing)
      throws IOException {
    try {
      return Partition.open(sequence, path, options.bufferMb(), window, writing);
    } catch (IOException | RuntimeException e) {
      if (options.usableBytes().getAsLong() < StoreWriter.RESERVED_BYTES) {
        throw e; // Nothing is wrong with the partition; there is no room to put it right.
      }
      directory.setAside(path, e);
      return null;
    }
  }

  private static long modifiedMillis(Path partition) {
    return partition.resolve("log").toFile().lastModified();
  }

  /**
   * Whether a partition's time is over. Also when its beginning lies that far ahead: then somebody
   * has put the clock back, and it would go on until the clock is there again.
   */
  private boolean isOver(long sinceMillis) {
    return Math.abs(options.clock().millis() - sinceMillis) >= options.partitionSpan().toMillis();
  }

  /**
   * Whether a partition may end because its time is over. Each one costs an open file, mapped ones
   * and a place in every search, and retention goes by size alone: a server that gets a few
   * segments an hour would have thousands of them in a year. So when there are many, an hour is not
   * enough.
   */
  private boolean isWorthItsTime(long bytes, int count) {
    return count < MANY_PARTITIONS || bytes >= options.leastPartitionBytes();
  }

  private void begin(long sequence) throws IOException {
    Partition partition =
        Partition.create(
            sequence,
            directory.partition(sequence),
            options.bufferMb(),
            window,
            options.clock().millis());
    directory.forcePartitionNames();
    List<Partition> longer = new ArrayList<>(all);
    longer.add(partition);
    all = List.copyOf(longer);
    activeBytes = 0;
  }

  List<Partition> all() {
    return all;
  }

  /** The one that is written to. */
  Partition active() {
    return all.get(all.size() - 1);
  }

  /** Begins a new partition when the current one is full or old enough. */
  void rollIfDue() throws IOException {
    Partition active = active();
    boolean hasAny = active.totals().segments() > 0 || !active.snapshots().isEmpty();
    long bytes = activeBytes + writtenSinceMeasured * 2;
    if (bytes >= options.partitionBytes()
        || (hasAny && isWorthItsTime(bytes, all.size()) && isOver(active.openedMillis()))) {
      roll();
    }
  }

  private void roll() throws IOException {
    Partition full = active();
    if (full.isIndexing()) {
      full.commit();
    }
    begin(full.sequence() + 1);
    full.refresh();
    sealer.execute(() -> seal(full));
  }

  private void seal(Partition partition) {
    if (closing || partition.isSealed() || !partition.acquire()) {
      return;
    }
    try {
      partition.seal();
    } catch (IOException | RuntimeException e) {
      // Its log is complete, so nothing is lost; it is searched as it is, and sealed when the
      // server starts again.
      LOG.log(
          Level.WARNING,
          "sealing the partition {0} failed ({1}): it is left as it is until the next start",
          partition.directory(),
          DataDirectory.reason(e));
    } finally {
      partition.release();
    }
  }

  // ---- the budget

  /** Tells that a block of that size was written. */
  void wrote(long bytes) {
    writtenSinceMeasured += bytes;
  }

  /** The number of the last partition that was removed, ever. */
  long removedThrough() {
    return removedThrough;
  }

  private long estimatedBytes() {
    return measuredBytes + GROWTH * writtenSinceMeasured;
  }

  long measuredBytes() {
    return measuredBytes;
  }

  /**
   * Looks how much there is on the disk. Called by the writer, once a second and when it gets
   * tight.
   */
  void measure() throws IOException {
    long pending = 0;
    for (Partition partition : all) {
      if (!partition.isSealed()) {
        pending += partition.bytesInMemory();
      }
    }
    measuredBytes = directory.measure() + pending;
    activeBytes = DataDirectory.measure(active().directory()) + active().bytesInMemory() / 2;
    writtenSinceMeasured = 0;
  }

  /** Removes old partitions until segments of so many bytes fit, and returns whether they do. */
  boolean makeRoom(long rawBytes) throws IOException {
    if (fits(rawBytes)) {
      return true;
    }
    measure();
    while (!fits(rawBytes)) {
      if (!removeOldest()) {
        return fitsAtWorst(rawBytes);
      }
      measure();
    }
    return true;
  }

  private boolean fits(long rawBytes) {
    // A tenth of what comes in is usual for the log; a quarter is assumed.
    return estimatedBytes() + GROWTH * (rawBytes / 4)
            <= options.budgetBytes() - options.headroomBytes()
        && fitsAtWorst(rawBytes);
  }

  /** When nothing of it can be compressed. */
  private boolean fitsAtWorst(long rawBytes) {
    return estimatedBytes() + rawBytes + rawBytes / 2 <= options.budgetBytes();
  }

  private boolean removeOldest() throws IOException {
    if (directory.deleteDamaged()) {
      return true;
    }
    if (all.size() == 1) {
      if (activeBytes < options.partitionBytes() / 2) {
        return false;
      }
      roll();
    }
    Partition oldest = all.get(0);
    if (!oldest.isSealed()) {
      awaitSealing();
    }
    Map<InstanceKey, InstanceTotals> gone = oldest.totals().byInstance();
    synchronized (this) {
      all = List.copyOf(all.subList(1, all.size()));
      gone.forEach((key, totals) -> book.removed(key, totals.counts()));
      removedThrough = oldest.sequence();
    }
    try {
      saveBook();
      directory.forceNames();
    } catch (IOException e) {
      // No room even for that. The deletion makes some, and the book is saved again within a
      // second.
    }
    DataDirectory.delete(oldest.directory());
    oldest.releaseRemoved();
    return true;
  }

  /** The sealer has one thread, so what is handed to it now comes after everything else. */
  private void awaitSealing() {
    try {
      sealer.submit(() -> {}).get(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // It goes on; its files are deleted under its hands, which it reports and survives.
    }
  }

  void saveBook() throws IOException {
    directory.saveFigures(book, removedThrough);
  }

  /**
   * What all partitions have of each instance, taken together with the book so that nothing counts
   * twice.
   */
  synchronized Map<InstanceKey, InstanceTotals> kept() {
    Map<InstanceKey, InstanceTotals> kept = new HashMap<>();
    for (Partition partition : all) {
      partition
          .totals()
          .byInstance()
          .forEach((key, totals) -> kept.merge(key, totals, InstanceTotals::plus));
    }
    return kept;
  }

  /** Called when nothing is written any more. */
  void closeAll() {
    closing = true;
    sealer.shutdown();
    try {
      if (!sealer.awaitTermination(60, TimeUnit.SECONDS)) {
        LOG.log(
            Level.WARNING, "a partition is still being sealed; it is finished at the next start");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (Partition partition : all) {
      try {
        if (!partition.isSealed() && partition.isIndexing()) {
          partition.commit();
        }
      } catch (IOException | RuntimeException e) {
        LOG.log(
            Level.WARNING,
            "the index of {0} was not written completely ({1}): it is made up for from the log at"
                + " the next start",
            partition.directory(),
            e.getMessage());
      }
      partition.release();
    }
    all = List.of();
  }
}
