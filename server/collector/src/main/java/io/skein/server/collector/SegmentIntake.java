package io.skein.server.collector;

import io.skein.server.storage.Counts;
import io.skein.server.storage.Outcome;
import io.skein.server.storage.ReceivedSegment;
import io.skein.server.storage.TraceStore;
import io.skein.wire.decode.MalformedMessageException;
import io.skein.wire.decode.SegmentReader;
import io.skein.wire.model.SpanLog;
import io.skein.wire.model.TraceSegment;
import io.skein.wire.model.TraceSpan;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Turns the bytes of one segment into a stored one, or into a counted loss. */
final class SegmentIntake {
  /** The reason under which unreadable segments are counted. */
  static final String MALFORMED = "malformed";

  // A message of this size can become some hundred times as many objects when it is made of empty
  // elements; only one such message at a time is decoded and waits for room.
  private static final int LARGE_MESSAGE_BYTES = 256 << 10;

  private final Ingest ingest;
  private final TraceStore store;
  private final MessageCounts counts;
  private final InstantSource clock;
  private final ReentrantLock large = new ReentrantLock();

  SegmentIntake(Ingest ingest, TraceStore store, MessageCounts counts, InstantSource clock) {
    this.ingest = ingest;
    this.store = store;
    this.counts = counts;
    this.clock = clock;
  }

  /**
   * Takes one {@code SegmentObject}; may wait for room.
   *
   * @param done told the outcome exactly once, on this or another thread; must not block
   */
  void take(byte[] bytes, @Nullable Sender sender, Consumer<Outcome> done) {
    boolean isLarge = bytes.length > LARGE_MESSAGE_BYTES;
    if (isLarge) {
      large.lock();
    }
    try {
      TraceSegment segment = SegmentReader.segment(bytes);
      ingest.put(new ReceivedSegment(segment, bytes, clock.millis()), weight(segment, bytes), done);
    } catch (MalformedMessageException e) {
      counts.add(MALFORMED + "-segment:" + e.reason());
      if (sender != null) {
        // One segment by the sender's own count; how many spans it had, nobody can say any more.
        store.refused(sender.service(), sender.instance(), MALFORMED, new Counts(1, 0));
      }
      done.accept(new Outcome.Refused(MALFORMED, String.valueOf(e.getMessage())));
    } finally {
      if (isLarge) {
        large.unlock();
      }
    }
  }

  /** About how much heap a decoded segment keeps alive: objects and texts, roughly. */
  private static long weight(TraceSegment segment, byte[] bytes) {
    long elements = 2;
    for (TraceSpan span : segment.spans()) {
      elements += 2 + span.tags().size() + 2L * span.refs().size();
      for (SpanLog log : span.logs()) {
        elements += 1 + log.data().size();
      }
    }
    return 2L * bytes.length + 120 * elements;
  }
}
