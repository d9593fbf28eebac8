package io.skein.server.storage.lucene;

import io.skein.server.storage.SegmentFacts;
import io.skein.server.storage.lucene.LogReader.LogRecord;
import io.skein.wire.decode.MalformedMessageException;
import io.skein.wire.decode.SegmentReader;
import io.skein.wire.model.TraceSegment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.KeepOnlyLastCommitDeletionPolicy;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.store.NRTCachingDirectory;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * The index of one partition.
 *
 * <p>Every commit says how far it goes: the position of the last record in it, and where the log
 * ended. What the log has beyond that is indexed again when the partition is opened. So the index
 * may be behind, damaged or missing, and nothing is lost; only the log must be careful.
 *
 * <p>One thread at a time writes: the store's writer until the partition is full, then the one that
 * seals it. {@link #refresh} may be called by a third at any time. Any thread reads.
 */
final class PartitionIndex {
  /**
   * Raised when the fields change their meaning; an index of another version is made again from the
   * log.
   */
  private static final String VERSION = "2";

  private static final String VERSION_KEY = "version";
  private static final String POSITION_KEY = "position";
  private static final String LOG_END_KEY = "log-end";
  private static final String TOTALS_KEY = "totals";

  // Segments made by refreshing are small: merge them in memory, and write them when they are worth
  // a file.
  private static final double CACHED_SEGMENT_MB = 4;
  private static final double CACHE_MB = 24;

  private final Path path;
  private final NRTCachingDirectory directory;
  private final double bufferMb;
  private final TraceWindow window;
  private volatile @Nullable IndexWriter writer;
  private volatile @Nullable DirectoryReader reader;
  private volatile Totals totals = new Totals();
  private long position = -1;
  private boolean changed;

  PartitionIndex(Path path, double bufferMb, TraceWindow window) throws IOException {
    this.path = path;
    this.bufferMb = bufferMb;
    this.window = window;
    Files.createDirectories(path);
    // Lucene refuses one that is not empty for ever. The data directory has a lock of its own.
    Files.deleteIfExists(path.resolve("write.lock"));
    this.directory = new NRTCachingDirectory(new MMapDirectory(path), CACHED_SEGMENT_MB, CACHE_MB);
  }

  /**
   * Opens what the last commit left, and returns whether that goes as far as the log.
   *
   * @throws IOException when there is no usable commit
   */
  boolean openCommitted(long logSize) throws IOException {
    DirectoryReader opened = DirectoryReader.open(directory);
    try {
      Map<String, String> said = opened.getIndexCommit().getUserData();
      if (!VERSION.equals(said.get(VERSION_KEY))) {
        throw new IOException("the index has version " + said.get(VERSION_KEY));
      }
      position = number(said, POSITION_KEY);
      totals = Totals.decoded(said.getOrDefault(TOTALS_KEY, ""));
      long logEnd = number(said, LOG_END_KEY);
      if (logEnd > logSize) {
        throw new IOException("the index is ahead of the log: " + logEnd + " to " + logSize);
      }
      swapReader(opened);
      return logEnd == logSize;
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private static long number(Map<String, String> said, String key) throws IOException {
    try {
      return Long.parseLong(said.getOrDefault(key, ""));
    } catch (NumberFormatException e) {
      throw new IOException("the index does not say its " + key, e);
    }
  }

  /** Begins the index anew, in the same place. */
  void wipe() throws IOException {
    swapReader(null);
    for (String file : directory.listAll()) {
      directory.deleteFile(file);
    }
    position = -1;
    totals = new Totals();
  }

  void openWriter() throws IOException {
    TieredMergePolicy policy = new TieredMergePolicy();
    // What five refreshes a second leave is small; gather more of it before it is merged, and merge
    // it fewer times.
    policy.setSegmentsPerTier(16);
    policy.setMaxMergeAtOnce(16);
    policy.setFloorSegmentMB(1);
    ConcurrentMergeScheduler merges = new ConcurrentMergeScheduler();
    // One merge at a time: the rest of the machine belongs to receiving.
    merges.setMaxMergesAndThreads(4, 1);
    writer =
        new IndexWriter(
            directory,
            new IndexWriterConfig(null)
                .setRAMBufferSizeMB(bufferMb)
                .setMergeScheduler(merges)
                .setMergePolicy(policy)
                .setIndexDeletionPolicy(new KeepOnlyLastCommitDeletionPolicy())
                .setCommitOnClose(false));
    refresh();
  }

  /** Indexes what the log has beyond the index, and returns where the good part of the log ends. */
  long catchUp(LogReader log) throws IOException {
    LongSet known = segmentIds();
    long end = log.scan(position, logRecord -> add(logRecord, log, known));
    refresh();
    return end;
  }

  private void add(LogRecord logRecord, LogReader log, LongSet known) throws IOException {
    try {
      TraceSegment segment = SegmentReader.segment(logRecord.encoded());
      boolean repeated = !known.add(IdFilter.hash(Terms.term(segment.segmentId())));
      TraceSegment before = repeated ? grownOrLost(segment, log) : null;
      if (before == null) {
        add(segment, logRecord.position());
      } else {
        replace(before, segment, logRecord.position());
      }
    } catch (MalformedMessageException e) {
      // It was read before it was written, so a later version must have become stricter. It stays
      // in the log.
      position = logRecord.position();
    }
  }

  /** The same where the log is perhaps damaged: what it was before then counts for nothing. */
  private @Nullable TraceSegment grownOrLost(TraceSegment segment, LogReader log) {
    try {
      return grown(segment, log);
    } catch (IOException e) {
      return null;
    }
  }

  /** The segment in this index of which the given one is a later state; null when there is none. */
  @Nullable TraceSegment grown(TraceSegment segment, LogReader log) throws IOException {
    BytesRef id = Terms.term(segment.segmentId());
    Place place = place(id);
    if (place == null || place.spans() < segment.spans().size()) {
      refresh(); // it may be so new, in this state, that it cannot be found yet
      place = place(id);
    }
    if (place == null || place.spans() >= segment.spans().size()) {
      return null;
    }
    try {
      TraceSegment before = SegmentReader.segment(log.record(place.position()).encoded());
      return SegmentFacts.isGrown(segment, before) ? before : null;
    } catch (MalformedMessageException e) {
      return null;
    }
  }

  private record Place(long position, long spans) {}

  private @Nullable Place place(BytesRef segmentId) throws IOException {
    DirectoryReader current = acquireReader();
    if (current == null) {
      return null;
    }
    try {
      for (LeafReaderContext leaf : current.leaves()) {
        PostingsEnum found =
            leaf.reader().postings(new Term(Fields.SEGMENT, segmentId), PostingsEnum.NONE);
        Bits live = leaf.reader().getLiveDocs();
        while (found != null && found.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
          int document = found.docID();
          if (live == null || live.get(document)) {
            return new Place(
                TraceLookup.number(DocValues.getNumeric(leaf.reader(), Fields.POSITION), document),
                TraceLookup.number(DocValues.getNumeric(leaf.reader(), Fields.SHAPE), document)
                    >>> 2);
          }
        }
      }
      return null;
    } finally {
      current.decRef();
    }
  }

  void add(TraceSegment segment, long at) throws IOException {
    SegmentFacts facts = SegmentFacts.of(segment);
    openWriterOrFail()
        .addDocument(Fields.document(segment, facts, window.reach(segment, facts), at));
    totals.add(facts);
    position = at;
    changed = true;
  }

  /** Puts a segment in the place of what it was before it grew. */
  void replace(TraceSegment before, TraceSegment segment, long at) throws IOException {
    SegmentFacts facts = SegmentFacts.of(segment);
    openWriterOrFail()
        .updateDocument(
            new Term(Fields.SEGMENT, Terms.term(segment.segmentId())),
            Fields.document(segment, facts, window.reach(segment, facts), at));
    totals.replace(SegmentFacts.of(before), facts);
    position = at;
    changed = true;
  }

  private IndexWriter openWriterOrFail() throws IOException {
    if (writer == null) {
      throw new IOException("the index " + path + " is not open for writing");
    }
    return writer;
  }

  boolean isWriting() {
    return writer != null;
  }

  /** Makes what was added findable. */
  synchronized void refresh() throws IOException {
    IndexWriter source = writer;
    if (source == null) {
      return;
    }
    try {
      DirectoryReader current = reader;
      DirectoryReader newer =
          current == null
              ? DirectoryReader.open(source)
              : DirectoryReader.openIfChanged(current, source);
      if (newer != null) {
        swapReader(newer);
      }
    } catch (AlreadyClosedException e) {
      // The partition was just sealed, or its index failed; both leave a reader behind.
    }
  }

  private synchronized void swapReader(@Nullable DirectoryReader newer) throws IOException {
    DirectoryReader before = reader;
    reader = newer;
    if (before != null) {
      before.decRef();
    }
  }

  void commit(long logEnd) throws IOException {
    IndexWriter open = openWriterOrFail();
    if (changed) {
      Map<String, String> data = new HashMap<>();
      data.put(VERSION_KEY, VERSION);
      data.put(POSITION_KEY, Long.toString(position));
      data.put(LOG_END_KEY, Long.toString(logEnd));
      data.put(TOTALS_KEY, totals.encoded());
      open.setLiveCommitData(data.entrySet());
      open.commit();
      changed = false;
    }
  }

  /** Commits for the last time, as one segment, and stops writing. */
  void seal(long logEnd) throws IOException {
    IndexWriter open = openWriterOrFail();
    open.forceMerge(1);
    changed = true;
    commit(logEnd);
    // A refresh at the same time must not bring back a reader of the unmerged files.
    synchronized (this) {
      writer = null;
      swapReader(DirectoryReader.open(directory));
    }
    open.close();
  }

  /** Gives up writing after a failure; what can be found now can still be found. */
  void abandonWriter() {
    IndexWriter failed = writer;
    writer = null;
    if (failed != null) {
      try {
        failed.rollback();
      } catch (IOException | RuntimeException e) {
        // It failed before; nothing of it is relied on.
      }
    }
  }

  /** After a failure: opens what was committed last, and indexes the rest again. */
  void recover(LogReader log) throws IOException {
    try {
      openCommitted(log.size());
    } catch (IOException | RuntimeException e) {
      wipe();
    }
    openWriter();
    catchUp(log);
  }

  /**
   * The current reader, which the caller must {@link DirectoryReader#decRef release}; null when
   * there is none.
   */
  @Nullable DirectoryReader acquireReader() {
    while (true) {
      DirectoryReader current = reader;
      if (current == null || current.tryIncRef()) {
        return current;
      }
      // Someone put a newer one in its place between the two lines.
    }
  }

  /** All segment ids and trace ids, for finding out quickly what is not there. */
  IdFilter filter() throws IOException {
    DirectoryReader current = acquireReader();
    if (current == null) {
      return new IdFilter(0);
    }
    try {
      long ids = 0;
      for (LeafReaderContext leaf : current.leaves()) {
        ids += count(leaf.reader().terms(Fields.SEGMENT));
        ids += count(leaf.reader().terms(Fields.TRACE));
      }
      IdFilter filter = new IdFilter(ids);
      for (LeafReaderContext leaf : current.leaves()) {
        addAll(filter, leaf.reader().terms(Fields.SEGMENT));
        addAll(filter, leaf.reader().terms(Fields.TRACE));
      }
      return filter;
    } finally {
      current.decRef();
    }
  }

  private static long count(org.apache.lucene.index.@Nullable Terms terms) throws IOException {
    return terms == null ? 0 : terms.size();
  }

  private static void addAll(IdFilter filter, org.apache.lucene.index.@Nullable Terms terms)
      throws IOException {
    if (terms != null) {
      TermsEnum all = terms.iterator();
      for (BytesRef id = all.next(); id != null; id = all.next()) {
        filter.add(id);
      }
    }
  }

  /** The hashes of all segment ids. */
  LongSet segmentIds() throws IOException {
    LongSet ids = new LongSet();
    DirectoryReader current = acquireReader();
    if (current != null) {
      try {
        for (LeafReaderContext leaf : current.leaves()) {
          org.apache.lucene.index.Terms terms = leaf.reader().terms(Fields.SEGMENT);
          if (terms != null) {
            TermsEnum all = terms.iterator();
            for (BytesRef id = all.next(); id != null; id = all.next()) {
              ids.add(IdFilter.hash(id));
            }
          }
        }
      } finally {
        current.decRef();
      }
    }
    return ids;
  }

  boolean containsSegment(BytesRef id) throws IOException {
    DirectoryReader current = acquireReader();
    if (current == null) {
      return false;
    }
    try {
      for (LeafReaderContext leaf : current.leaves()) {
        org.apache.lucene.index.Terms terms = leaf.reader().terms(Fields.SEGMENT);
        if (terms != null && terms.iterator().seekExact(id)) {
          return true;
        }
      }
      return false;
    } finally {
      current.decRef();
    }
  }

  Totals totals() {
    return totals;
  }

  /** What is not on the disk yet, but will be. */
  long bytesInMemory() {
    IndexWriter open = writer;
    long buffered = 0;
    try {
      buffered = open == null ? 0 : open.ramBytesUsed();
    } catch (AlreadyClosedException e) {
      // Closed by a failure of the disk, which whoever writes next finds out.
    }
    return directory.ramBytesUsed() + buffered;
  }

  void close() throws IOException {
    abandonWriter();
    swapReader(null);
    directory.close();
  }
}
