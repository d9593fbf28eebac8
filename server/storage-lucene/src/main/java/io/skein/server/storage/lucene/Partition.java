package io.skein.server.storage.lucene;

import io.skein.server.storage.ReceivedSegment;
import io.skein.wire.model.TraceSegment;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexNotFoundException;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * What was received in some stretch of time, and the unit that retention removes.
 *
 * <pre>
 * log      the segments: LogFormat
 * index/   Lucene's files, can be made again from the log: Fields
 * snapshots, snapshots.table   those of threads: PartitionSnapshots
 * ids      which ids are surely not here, can be made again from the index: IdFilter. Once sealed
 * </pre>
 *
 * <p>A partition is written by one thread until it is full; then it is sealed: forced to disk, its
 * index merged into one, and never changed again. Readers hold it by {@link #acquire}, so that it
 * can be removed under their eyes: the files are gone from the directory at once, and closed when
 * the last reader leaves.
 */
final class Partition {
  private static final Logger LOG = System.getLogger(Partition.class.getName());

  private final long sequence;
  private final Path directory;
  private final PartitionIndex index;
  private final LogReader logReader;
  private final PartitionSnapshots snapshots;
  private final AtomicInteger holders = new AtomicInteger(1);
  // Null once sealed.
  private volatile @Nullable LogWriter logWriter;
  private @Nullable LongSet recentIds;
  private volatile @Nullable IdFilter filter;
  private final long openedMillis;
  private final AtomicBoolean damageReported = new AtomicBoolean();
  private volatile boolean removed;

  private Partition(
      long sequence,
      Path directory,
      PartitionIndex index,
      LogReader logReader,
      PartitionSnapshots snapshots,
      long openedMillis) {
    this.snapshots = snapshots;
    this.sequence = sequence;
    this.directory = directory;
    this.index = index;
    this.logReader = logReader;
    this.openedMillis = openedMillis;
  }

  /** Makes a new one that is written to. */
  static Partition create(
      long sequence, Path directory, double bufferMb, TraceWindow window, long nowMillis)
      throws IOException {
    Files.createDirectories(directory);
    LogWriter writer = new LogWriter(directory.resolve("log"), 0);
    try {
      Partition partition =
          new Partition(
              sequence,
              directory,
              new PartitionIndex(directory.resolve("index"), bufferMb, window),
              new LogReader(directory.resolve("log")),
              PartitionSnapshots.open(directory),
              nowMillis);
      partition.logWriter = writer;
      partition.index.openWriter();
      partition.recentIds = new LongSet();
      DataDirectory.forceNames(directory);
      return partition;
    } catch (IOException | RuntimeException e) {
      writer.close();
      throw e;
    }
  }

  /**
   * Opens one that is there, and puts right what the end of the last process left behind: an index
   * that does not go as far as the log, a log whose last block is torn.
   *
   * @param writing whether it is written to again; if not, and it is not sealed, it is to be
   */
  static Partition open(
      long sequence, Path directory, double bufferMb, TraceWindow window, boolean writing)
      throws IOException {
    Path log = directory.resolve("log");
    if (!Files.exists(log)) {
      // The process ended between the making of the directory and of the file.
      new LogWriter(log, 0).close();
    }
    LogReader reader = new LogReader(log);
    try {
      if (!reader.hasMagic()) {
        if (reader.size() >= LogFormat.MAGIC.length) {
          throw new IOException(log + " is not a log of this store");
        }
        new LogWriter(log, 0).close();
      }
      Partition partition =
          new Partition(
              sequence,
              directory,
              new PartitionIndex(directory.resolve("index"), bufferMb, window),
              reader,
              PartitionSnapshots.open(directory),
              Files.getLastModifiedTime(log).toMillis());
      partition.putRight(log, writing);
      return partition;
    } catch (IOException | RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  private void putRight(Path log, boolean writing) throws IOException {
    boolean complete;
    try {
      complete = index.openCommitted(logReader.size());
    } catch (IOException | RuntimeException e) { // Lucene has both for files that are damaged.
      if (logReader.size() > LogFormat.MAGIC.length) {
        LOG.log(
            Level.INFO,
            "the index of {0} is missing or damaged ({1}): making it again from the log",
            directory,
            e instanceof IndexNotFoundException ? "no commit" : DataDirectory.reason(e));
      }
      index.wipe();
      complete = false;
    }
    IdFilter stored = complete && !writing ? IdFilter.read(directory.resolve("ids")) : null;
    if (stored != null) {
      filter = stored;
      sealSnapshots();
      return;
    }
    // Written to, or to be sealed: whoever opens it sees to that when there is time.
    index.openWriter();
    long end = logReader.size();
    if (!complete) {
      end = index.catchUp(logReader);
      if (end < logReader.size()) {
        LOG.log(
            Level.WARNING,
            "the log {0} ends in {1} bytes that are no whole block: cut off at {2}. What was"
                + " acknowledged more than a second before the last process ended is in front of"
                + " that",
            log,
            logReader.size() - end,
            end);
      }
    }
    logWriter = new LogWriter(log, end);
    if (writing) {
      recentIds = index.segmentIds();
    }
  }

  /** Of a partition that is sealed otherwise: its table was damaged, and has been made again. */
  private void sealSnapshots() {
    try {
      snapshots.seal();
    } catch (IOException e) {
      LOG.log(
          Level.WARNING,
          "the table of snapshots in {0} cannot be written ({1}): it is made again at the next"
              + " start, too",
          directory,
          DataDirectory.reason(e));
    }
  }

  long sequence() {
    return sequence;
  }

  PartitionSnapshots snapshots() {
    return snapshots;
  }

  Path directory() {
    return directory;
  }

  long openedMillis() {
    return openedMillis;
  }

  Totals totals() {
    return index.totals();
  }

  /** How long its log is. */
  long logBytes() {
    LogWriter writer = logWriter;
    try {
      return writer != null ? writer.end() : logReader.size();
    } catch (IOException e) {
      return 0;
    }
  }

  long bytesInMemory() {
    return index.bytesInMemory();
  }

  // ---- written by one thread

  /** Writes to the log; when this returns, the segments survive the end of the process. */
  long[] append(List<ReceivedSegment> segments) throws IOException {
    long[] positions = writer().append(segments);
    LongSet ids = recentIds;
    if (ids != null) {
      for (ReceivedSegment segment : segments) {
        ids.add(IdFilter.hash(Terms.term(segment.segment().segmentId())));
      }
    }
    return positions;
  }

  private LogWriter writer() throws IOException {
    LogWriter writer = logWriter;
    if (writer == null) {
      throw new IOException("the partition " + directory + " is sealed");
    }
    return writer;
  }

  void index(TraceSegment segment, long position) throws IOException {
    index.add(segment, position);
  }

  /** The stored segment of which the given one is a later state; null when there is none here. */
  @Nullable TraceSegment grown(TraceSegment segment) throws IOException {
    return isIndexing() ? index.grown(segment, logReader) : null;
  }

  /** Indexes a segment in the place of what it was before it grew. */
  void index(TraceSegment before, TraceSegment segment, long position) throws IOException {
    index.replace(before, segment, position);
  }

  void commit() throws IOException {
    LogWriter writer = writer();
    writer.force();
    index.commit(writer.end());
  }

  void abandonIndex() {
    index.abandonWriter();
  }

  boolean isIndexing() {
    return index.isWriting();
  }

  void recoverIndex() throws IOException {
    index.recover(logReader);
  }

  /** Whether it has the segment, as far as the writer needs to know. */
  boolean contains(BytesRef segmentId) throws IOException {
    if (filter != null) {
      recentIds = null; // Sealed since; the filter takes over.
    }
    LongSet ids = recentIds;
    if (ids != null) {
      return ids.contains(IdFilter.hash(segmentId));
    }
    return mayContain(segmentId) && index.containsSegment(segmentId);
  }

  // ---- any thread

  boolean mayContain(BytesRef id) {
    IdFilter current = filter;
    return current == null || current.mayContain(id);
  }

  void force() throws IOException {
    LogWriter writer = logWriter;
    if (writer != null) {
      writer.force();
    }
    snapshots.force();
  }

  void refresh() throws IOException {
    index.refresh();
  }

  boolean isSealed() {
    return logWriter == null;
  }

  /**
   * Finishes it; its index becomes one piece, which is quicker to search. Called when nobody writes
   * to it any more, by a thread that has time.
   */
  void seal() throws IOException {
    LogWriter writer = writer();
    writer.force();
    snapshots.seal();
    if (!index.isWriting()) {
      index.recover(logReader);
    }
    index.seal(writer.end());
    IdFilter made = index.filter();
    made.write(directory.resolve("ids"));
    filter = made;
    logWriter = null;
    writer.close();
  }

  @Nullable DirectoryReader acquireReader() {
    return index.acquireReader();
  }

  LogReader log() {
    return logReader;
  }

  /** Keeps the files open until {@link #release}; false when it is closed already. */
  boolean acquire() {
    int count = holders.get();
    while (count > 0) {
      if (holders.compareAndSet(count, count + 1)) {
        return true;
      }
      count = holders.get();
    }
    return false;
  }

  /** The last release by the list that held it, when its files are gone. */
  void releaseRemoved() {
    removed = true;
    release();
  }

  /** Says once per partition that some of it cannot be read. */
  void reportDamage(Exception e) {
    if (damageReported.compareAndSet(false, true)) {
      LOG.log(
          Level.WARNING,
          "a segment in {0} cannot be read ({1}): traces with such segments are shown without"
              + " them. This is said once per partition; see whether the disk is failing",
          directory,
          DataDirectory.reason(e));
    }
  }

  void release() {
    if (holders.decrementAndGet() == 0) {
      try {
        closeFiles();
      } catch (IOException e) {
        // What Lucene still wanted to write of a removed one is not missed.
        LOG.log(
            removed ? Level.DEBUG : Level.WARNING,
            "closing {0} failed ({1}); what it has is on the disk",
            directory,
            DataDirectory.reason(e));
      }
    }
  }

  private void closeFiles() throws IOException {
    index.close();
    snapshots.close();
    logReader.close();
    LogWriter writer = logWriter;
    if (writer != null) {
      writer.close();
    }
  }
}
