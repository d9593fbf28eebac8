package io.skein.server.storage.lucene;

import io.skein.server.storage.profile.SampleTotals;
import io.skein.server.storage.profile.SnapshotBlock;
import io.skein.server.storage.profile.SnapshotTable;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.ref.SoftReference;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots of threads that a partition has.
 *
 * <pre>
 * snapshots         a log as that of segments; each record is a SnapshotBlock. Made by the first one
 * snapshots.table   the length of that log (8) and its SnapshotTable, once sealed
 * </pre>
 *
 * <p>While a partition is written to, its table is in memory, and is made again from the log after
 * the process has ended. That of a sealed one is read when somebody asks for one of its segments:
 * what stays in memory is eight bytes for each, enough to know what is surely not there.
 *
 * <p>One thread appends, any thread reads.
 */
final class PartitionSnapshots {
  private static final Logger LOG = System.getLogger(PartitionSnapshots.class.getName());
  private static final String LOG_NAME = "snapshots";
  private static final String TABLE_NAME = "snapshots.table";

  private final Path directory;
  private volatile @Nullable LogReader reader;
  private volatile @Nullable LogWriter writer;

  /** Null when there is nothing, and once sealed. */
  private volatile @Nullable SnapshotTable open;

  private volatile @Nullable Sealed sealed;

  /** What stays in memory of a table that is on the disk. */
  private static final class Sealed {
    final long[] hashes;
    final Map<String, SampleTotals> totals;
    SoftReference<SnapshotTable> table;

    Sealed(SnapshotTable table) {
      hashes = table.segmentIds().stream().mapToLong(PartitionSnapshots::hash).sorted().toArray();
      totals = Map.copyOf(table.totals());
      // Soft: who looks at one segment soon looks at its neighbours, and nobody does for days.
      this.table = new SoftReference<>(table);
    }
  }

  private PartitionSnapshots(Path directory) {
    this.directory = directory;
  }

  private static long hash(String segmentId) {
    return IdFilter.hash(new BytesRef(segmentId));
  }

  /** Opens what there is in the directory of a partition, and puts right a torn end. */
  static PartitionSnapshots open(Path directory) throws IOException {
    PartitionSnapshots snapshots = new PartitionSnapshots(directory);
    Path log = directory.resolve(LOG_NAME);
    if (!Files.exists(log)) {
      return snapshots;
    }
    LogReader reader = new LogReader(log);
    try {
      if (!reader.hasMagic()) {
        boolean isForeign = reader.size() >= LogFormat.MAGIC.length;
        reader.close();
        if (isForeign) {
          setAside(log);
        }
        return snapshots;
      }
      snapshots.reader = reader;
      snapshots.load(reader);
      return snapshots;
    } catch (IOException | RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  private static void setAside(Path log) throws IOException {
    Path aside = log.resolveSibling("damaged-" + LOG_NAME);
    Files.move(log, aside, StandardCopyOption.REPLACE_EXISTING);
    LOG.log(
        Level.WARNING,
        "{0} is not a log of this store: it is now called {1}, and the snapshots in it are lost;"
            + " the traces are not affected",
        log,
        aside.getFileName());
  }

  private void load(LogReader reader) throws IOException {
    try {
      sealed = new Sealed(table(reader.size()));
      return;
    } catch (NoSuchFileException e) {
      // Not sealed yet.
    } catch (IOException | RuntimeException e) {
      LOG.log(
          Level.INFO,
          "the table of snapshots in {0} is damaged ({1}): making it again from the log",
          directory,
          DataDirectory.reason(e));
    }
    SnapshotTable table = new SnapshotTable();
    int[] unreadable = {0};
    long end =
        reader.scan(
            -1,
            each -> {
              try {
                table.add(SnapshotBlock.of(each.encoded()), each.position());
              } catch (IOException e) {
                unreadable[0]++;
              }
            });
    if (unreadable[0] > 0) {
      LOG.log(
          Level.WARNING,
          "{0} blocks of snapshots in {1} cannot be read and are left out",
          unreadable[0],
          directory);
    }
    if (end < reader.size()) {
      LOG.log(
          Level.WARNING,
          "the log of snapshots in {0} ends in {1} bytes that are no whole block: cut off at {2}",
          directory,
          reader.size() - end,
          end);
    }
    writer = new LogWriter(directory.resolve(LOG_NAME), end);
    open = table;
  }

  private SnapshotTable table(long logSize) throws IOException {
    try (DataInputStream in = DataDirectory.checked(directory.resolve(TABLE_NAME))) {
      long end = in.readLong();
      if (end != logSize) {
        throw new IOException("it is of a log of " + end + " bytes, not of " + logSize);
      }
      return SnapshotTable.read(in);
    }
  }

  // ---- written by one thread

  /**
   * Writes blocks; when this returns, they survive the end of the process.
   *
   * @return how much longer the log has become
   */
  long append(List<byte[]> blocks, long receivedMillis) throws IOException {
    begin();
    LogWriter log = Objects.requireNonNull(writer);
    SnapshotTable table = Objects.requireNonNull(open);
    long before = log.end();
    long[] positions = log.append(blocks, receivedMillis);
    for (int i = 0; i < positions.length; i++) {
      table.add(SnapshotBlock.of(blocks.get(i)), positions[i]);
    }
    return log.end() - before;
  }

  private synchronized void begin() throws IOException {
    if (writer != null) {
      return;
    }
    Path file = directory.resolve(LOG_NAME);
    LogReader log = reader;
    SnapshotTable table = table();
    if (table != null && log != null) {
      // It was being sealed when the last process ended, and is written to once more.
      writer = new LogWriter(file, log.size());
      open = table;
      sealed = null;
      return;
    }
    writer = new LogWriter(file, 0);
    reader = new LogReader(file);
    DataDirectory.forceNames(directory);
    open = new SnapshotTable();
  }

  /** How much memory the table takes that is being written; 0 when there is none. */
  long openBytes() {
    SnapshotTable table = open;
    return table == null ? 0 : table.bytes();
  }

  // ---- any thread

  boolean isEmpty() {
    SnapshotTable table = open;
    Sealed closed = sealed;
    return (table == null || table.segments() == 0)
        && (closed == null || closed.hashes.length == 0);
  }

  void force() throws IOException {
    LogWriter log = writer;
    if (log != null) {
      log.force();
    }
  }

  /** Writes the table and ends the log. Called when nobody appends any more. */
  synchronized void seal() throws IOException {
    LogWriter log = writer;
    SnapshotTable table = open;
    if (log == null || table == null) {
      return;
    }
    log.force();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeLong(log.end());
      table.write(out);
    }
    DataDirectory.replace(directory.resolve(TABLE_NAME), bytes.toByteArray());
    DataDirectory.forceNames(directory);
    sealed = new Sealed(table);
    open = null;
    writer = null;
    log.close();
  }

  /** False when there is surely nothing of a segment; costs no reading. */
  boolean mayContain(String segmentId) {
    SnapshotTable table = open;
    if (table != null) {
      return table.contains(segmentId);
    }
    Sealed closed = sealed;
    return closed != null && Arrays.binarySearch(closed.hashes, hash(segmentId)) >= 0;
  }

  SampleTotals totals(String taskId) {
    SnapshotTable table = open;
    if (table != null) {
      return table.totals(taskId);
    }
    Sealed closed = sealed;
    return closed == null
        ? SampleTotals.NONE
        : closed.totals.getOrDefault(taskId, SampleTotals.NONE);
  }

  /** The table, read if need be; null when there are no snapshots. */
  @Nullable SnapshotTable table() throws IOException {
    SnapshotTable table = open;
    if (table != null) {
      return table;
    }
    synchronized (this) {
      Sealed closed = sealed;
      LogReader log = reader;
      if (closed == null || log == null) {
        return open;
      }
      table = closed.table.get();
      if (table == null) {
        table = table(log.size());
        closed.table = new SoftReference<>(table);
      }
      return table;
    }
  }

  /** Decompresses a frame of the log; see {@link LogReader#frame}. */
  byte[] frame(long frameStart, int beyond) throws IOException {
    LogReader log = reader;
    if (log == null) {
      throw new NoSuchFileException(directory.resolve(LOG_NAME).toString());
    }
    return log.frame(frameStart, beyond);
  }

  void close() throws IOException {
    LogReader log = reader;
    if (log != null) {
      log.close();
    }
    LogWriter open = writer;
    if (open != null) {
      open.close();
    }
  }
}
