package io.skein.server.storage.lucene;

import io.skein.server.storage.Counts;
import io.skein.server.storage.SegmentFacts;
import io.skein.server.storage.StorageBusyException;
import io.skein.server.storage.StorageException;
import io.skein.server.storage.StoredTrace.StoredSegment;
import io.skein.server.storage.TraceReading;
import io.skein.server.storage.lucene.LogReader.LogRecord;
import io.skein.server.storage.lucene.View.Leaf;
import io.skein.wire.decode.MalformedMessageException;
import io.skein.wire.decode.SegmentReader;
import io.skein.wire.model.TraceSegment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * Reads a trace from the log.
 *
 * <p><b>Memory.</b> Of each segment that is wanted only its place is known, forty bytes; a trace of
 * any number of segments (somebody may send one id forever) keeps those that start first. Of the
 * segments themselves one is in memory at a time. One may be {@value
 * SegmentReader#MAX_SEGMENT_BYTES} bytes, and ten times that when taken apart, so of those over
 * {@value #GIANT_BYTES} one is read at a time by all readers together.
 *
 * <p><b>Time.</b> The log is read forward, so each of its frames is decompressed once.
 */
final class LuceneTraceReading implements TraceReading {
  static final int GIANT_BYTES = 2 << 20;
  // Until a reader of another giant has handed it out.
  private static final long PATIENCE_SECONDS = 20;

  // Files that retention has removed take room on the disk until they are closed; whoever reads an
  // answer slowly must not keep them for long.
  private static final long MAX_OPEN_NANOS = TimeUnit.SECONDS.toNanos(90);

  private static final Comparator<Place> BY_START =
      Comparator.comparingLong(Place::startMillis).thenComparing(Place.BY_ARRIVAL);

  private final long openedNanos = System.nanoTime();
  private final View view;
  private final FrameCache frames;
  private final Semaphore giants;
  private final String traceId;
  private final Limit limit;
  private final List<Place> places;
  private final Counts stored;
  private final long startMillis;
  private final long endMillis;
  private boolean truncated;
  private boolean holdsGiant;
  // The frame that is kept while places in it follow each other.
  private byte @Nullable [] kept;
  private @Nullable Partition keptPartition;
  private long keptStart;
  private boolean closed;
  private int next;
  private long bytes;

  /** Where a segment is. */
  private record Place(Partition partition, long position, long startMillis, int spans) {
    static final Comparator<Place> BY_ARRIVAL =
        Comparator.comparingLong((Place place) -> place.partition().sequence())
            .thenComparingLong(Place::position);
  }

  private LuceneTraceReading(
      View view, FrameCache frames, Semaphore giants, String traceId, Limit limit, Found found) {
    this.view = view;
    this.frames = frames;
    this.giants = giants;
    this.traceId = traceId;
    this.limit = limit;
    this.stored = new Counts(found.segments, found.spans);
    this.startMillis = found.startMillis;
    this.endMillis = found.endMillis;
    this.places = found.wanted();
    this.truncated = places.size() < found.segments;
  }

  /** Null when nothing is known of the trace; the view then stays with the caller. */
  static @Nullable LuceneTraceReading open(
      View view, FrameCache frames, Semaphore giants, String traceId, Limit limit)
      throws IOException {
    Found found = new Found(limit);
    BytesRef term = Terms.term(traceId);
    for (Leaf leaf : view.leaves()) {
      if (leaf.part().partition().mayContain(term)) {
        found.collect(leaf, term);
      }
    }
    return found.segments == 0
        ? null
        : new LuceneTraceReading(view, frames, giants, traceId, limit, found);
  }

  /** The segments of the trace, or those of them that start first. */
  private static final class Found {
    private final Limit limit;
    private List<Place> places = new ArrayList<>();
    private long segments;
    private long spans;
    private long startMillis = Long.MAX_VALUE;
    private long endMillis = Long.MIN_VALUE;

    Found(Limit limit) {
      this.limit = limit;
    }

    void collect(Leaf leaf, BytesRef traceId) throws IOException {
      LeafReader reader = leaf.context().reader();
      PostingsEnum postings = reader.postings(new Term(Fields.TRACE, traceId), PostingsEnum.NONE);
      if (postings == null) {
        return;
      }
      NumericDocValues start = DocValues.getNumeric(reader, Fields.START);
      NumericDocValues length = DocValues.getNumeric(reader, Fields.LENGTH);
      NumericDocValues shape = DocValues.getNumeric(reader, Fields.SHAPE);
      NumericDocValues position = DocValues.getNumeric(reader, Fields.POSITION);
      Bits live = reader.getLiveDocs();
      for (int document = postings.nextDoc();
          document != DocIdSetIterator.NO_MORE_DOCS;
          document = postings.nextDoc()) {
        if (live == null || live.get(document)) {
          long began = TraceLookup.number(start, document);
          add(
              new Place(
                  leaf.part().partition(),
                  TraceLookup.number(position, document),
                  began,
                  (int) (TraceLookup.number(shape, document) >>> 2)),
              began + TraceLookup.number(length, document));
        }
      }
    }

    private void add(Place place, long end) {
      places.add(place);
      segments++;
      spans += place.spans();
      startMillis = Math.min(startMillis, place.startMillis());
      endMillis = Math.max(endMillis, end);
      // As many segments as spans are wanted can be wanted at most, for a segment has one at least.
      if (places.size() > 2L * Math.max(limit.spans(), 1)) {
        places.sort(BY_START);
        places = new ArrayList<>(places.subList(0, Math.max(limit.spans(), 1)));
      }
    }

    /** In the order of reading: the first to start, and the others as they lie in the log. */
    List<Place> wanted() {
      if (places.size() == segments && spans <= limit.spans()) {
        // All are, and the index gives them almost in order: no need to know who starts when.
        places.add(0, places.remove(first()));
        places.subList(1, places.size()).sort(Place.BY_ARRIVAL);
        return places;
      }
      places.sort(BY_START);
      long sum = 0;
      int count = 0;
      for (Place place : places) {
        sum += place.spans();
        if (sum > limit.spans() && count > 0) {
          break;
        }
        count++;
      }
      List<Place> wanted = new ArrayList<>(places.subList(0, count));
      wanted.subList(1, count).sort(Place.BY_ARRIVAL);
      return wanted;
    }

    private int first() {
      int first = 0;
      for (int i = 1; i < places.size(); i++) {
        if (BY_START.compare(places.get(i), places.get(first)) < 0) {
          first = i;
        }
      }
      return first;
    }
  }

  @Override
  public String traceId() {
    return traceId;
  }

  @Override
  public long startMillis() {
    return startMillis;
  }

  @Override
  public long durationMillis() {
    return SegmentFacts.duration(startMillis, endMillis);
  }

  @Override
  public Counts stored() {
    return stored;
  }

  @Override
  public @Nullable StoredSegment next() {
    if (System.nanoTime() - openedNanos > MAX_OPEN_NANOS) {
      throw new StorageBusyException("the trace was read for too long: its reader is too slow");
    }
    while (next < places.size()) {
      Place place = places.get(next++);
      try {
        LogRecord found = record(place);
        bytes += found.encoded().length;
        if (bytes > limit.bytes() && next > 1) {
          next = places.size();
          truncated = true;
        } else {
          TraceSegment segment = SegmentReader.segment(found.encoded());
          if (!segment.traceId().equals(traceId)) {
            // Values of the index have no checksums of their own: a flipped bit is another place.
            throw new IOException("the index leads to a segment of another trace");
          }
          return new StoredSegment(segment, found.receivedMillis());
        }
      } catch (IOException | MalformedMessageException e) {
        // What cannot be read is left out, and that is told.
        truncated = true;
        place.partition().reportDamage(e);
      }
    }
    release();
    return null;
  }

  private LogRecord record(Place place) throws IOException {
    long position = place.position();
    long frameStart = LogFormat.frameStart(position);
    byte[] frame = kept;
    // Neighbours share a frame, and need not ask the cache of all readers for it. A giant ends its
    // frame; what is before it in there must not unpack it again and again.
    if (frame == null
        || frameStart != keptStart
        || place.partition() != keptPartition
        || LogFormat.rawOffset(position) >= frame.length) {
      release();
      if (frames.bytes(place.partition(), position) <= GIANT_BYTES) {
        frame = frames.frame(place.partition(), position);
        if (frame.length > GIANT_BYTES) {
          // Kept by the cache: held here, its giant would be handed out without waiting for others.
          return LogReader.recordIn(frame, position);
        }
      } else {
        acquireGiant();
        frame = place.partition().log().frame(frameStart, LogFormat.rawOffset(position));
      }
      kept = frame;
      keptPartition = place.partition();
      keptStart = frameStart;
    }
    return LogReader.recordIn(frame, position);
  }

  private void acquireGiant() {
    try {
      holdsGiant = giants.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!holdsGiant) {
      throw new StorageBusyException("the server is reading other large traces: try again later");
    }
  }

  private void release() {
    kept = null;
    if (holdsGiant) {
      holdsGiant = false;
      giants.release();
    }
  }

  @Override
  public boolean truncated() {
    return truncated;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    release();
    try {
      view.close();
    } catch (IOException e) {
      throw new StorageException("closing the files of trace " + traceId + " failed", e);
    }
  }
}
