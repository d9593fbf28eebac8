package io.skein.core.report;

import io.skein.core.Segment;
import io.skein.core.SegmentSink;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue of finished segments: many application threads put in, one reporter thread takes
 * out. It also counts, because the place where a segment is taken over or turned away is the only
 * one where the numbers are true.
 *
 * <p>Safe for any number of producers and one consumer. {@link #accept} never blocks, allocates or
 * throws.
 */
public final class SegmentQueue implements SegmentSink {

  /*
   * One compare-and-set per segment takes a slot and counts it.
   *
   * The producers' word holds how many segments and how many spans were ever let in, each modulo a
   * power of two; the low bits of the segment count are at the same time the slot. The consumer's
   * word holds the same for what was taken out. Their difference is what is in the queue, exactly,
   * in both units, at whatever moment the two are read: no separate counters, so no second
   * contended line and no moment in which a segment is in the queue but not in the numbers.
   *
   *    63                            32 31  30                             0
   *   +--------------------------------+---+--------------------------------+
   *   |        spans mod 2^32          | C |        segments mod 2^31       |
   *   +--------------------------------+---+--------------------------------+
   *                                      `- producers' word only: closed
   *
   * The differences are unambiguous because both are bounded: by the capacity (at most 2^16
   * segments) and by the span limit (at most 2^30). The span limit is there for memory's sake: a
   * full queue of ordinary segments is a few megabytes, a full queue of segments at the tracer's
   * limit of 300 spans would be hundreds.
   *
   * "Closed" lives in the same word, so that closing is a point in the order of all offers: each
   * one before it is in the queue, each one after it is counted as dropped, none is lost between.
   *
   * Life of an offer:  read producers' word -> room? -> compare-and-set -> release-store the slot.
   * Between the last two the slot is claimed but empty. The consumer then stops in front of it and
   * comes back later; the producer may have been descheduled and there is nothing to gain from
   * spinning.
   *
   * Room is judged by a copy of the consumer's word beside the producers' own (as JCTools and
   * agrona do), so that producers do not read the line that the consumer writes until the queue
   * looks half full. From half full on each offer looks at the true word; that is also the moment to
   * wake the reporter, which otherwise comes by itself at the end of its pause. So a wake-up, which
   * is a system call, happens once per half a queue and not once per segment.
   *
   * The copy may be older than another producer's copy: producers race to write it and do not mind,
   * since an older word only makes the queue look fuller, and then the true one is read.
   *
   * Words stand 128 bytes apart (two lines: processors fetch them in pairs) in one array, which is
   * padding the JVM cannot reorder away.
   */
  private static final int PRODUCED = 16;

  private static final int CONSUMED_AS_SEEN = 17; // beside PRODUCED: same readers, rarely written
  private static final int CONSUMED = 32;
  private static final int PARKED = 48;
  private static final int DROPPED_FULL = 64; // segments, and in the next word spans
  private static final int DROPPED_CLOSED = 66; // the same
  private static final int WORDS = 80;

  private static final long SEGMENTS = 0x7FFF_FFFFL;
  private static final long CLOSED = 0x8000_0000L;

  static final int MAX_CAPACITY = 1 << 16;
  static final int MAX_SPANS = 1 << 30;

  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Segment[].class);

  private final long[] words = new long[WORDS];
  private final @Nullable Segment[] slots;
  private final int mask;
  private final int capacity;
  private final int wakeMark;
  private final long maxSpans;

  /** Set once, by the consumer before it first parks; published by the PARKED word. */
  private @Nullable Thread consumer;

  /** The consumer's own: how far it has read, ahead of what it has given back. */
  private int taken;

  /**
   * Creates a queue.
   *
   * @param capacity how many segments it holds; 1 to 65,536
   * @param maxSpans how many spans these may have together; 1 to 2^30
   */
  public SegmentQueue(int capacity, int maxSpans) {
    if (capacity < 1 || capacity > MAX_CAPACITY) {
      throw new IllegalArgumentException(
          "capacity must be from 1 to " + MAX_CAPACITY + "; got " + capacity);
    }
    if (maxSpans < 1 || maxSpans > MAX_SPANS) {
      throw new IllegalArgumentException(
          "maxSpans must be from 1 to " + MAX_SPANS + "; got " + maxSpans);
    }
    this.capacity = capacity;
    this.maxSpans = maxSpans;
    this.wakeMark = Math.max(1, capacity / 2);
    this.slots = new Segment[capacity == 1 ? 1 : Integer.highestOneBit(capacity - 1) << 1];
    this.mask = slots.length - 1;
  }

  @Override
  public void accept(Segment segment) {
    int spans = segment.spanCount();
    while (true) {
      long word = (long) WORD.getVolatile(words, PRODUCED);
      if ((word & CLOSED) != 0) {
        drop(DROPPED_CLOSED, spans);
        return;
      }
      if (!hasRoom(word, spans)) {
        // The consumer's word was read after ours and may be ahead of it, which looks like a huge
        // distance. Only when ours is still the newest is the queue truly full.
        if (word == (long) WORD.getVolatile(words, PRODUCED)) {
          drop(DROPPED_FULL, spans);
          return;
        }
      } else if (WORD.compareAndSet(words, PRODUCED, word, plus(word, 1, spans))) {
        SLOT.setRelease(slots, (int) word & mask, segment);
        return;
      }
      Thread.onSpinWait();
    }
  }

  private boolean hasRoom(long word, int spans) {
    long consumed = (long) WORD.getOpaque(words, CONSUMED_AS_SEEN);
    if (segmentsBetween(consumed, word) < wakeMark
        && spansBetween(consumed, word) + spans <= maxSpans) {
      return true;
    }
    consumed = (long) WORD.getVolatile(words, CONSUMED);
    WORD.setOpaque(words, CONSUMED_AS_SEEN, consumed);
    long segments = segmentsBetween(consumed, word);
    boolean room = segments < capacity && spansBetween(consumed, word) + spans <= maxSpans;
    if (segments >= wakeMark || !room) {
      wakeConsumer();
    }
    return room;
  }

  /** Ends the taking in: every later offer is counted as dropped. Closing twice is harmless. */
  void close() {
    WORD.getAndBitwiseOr(words, PRODUCED, CLOSED);
  }

  /**
   * Takes segments out, oldest first, but keeps their places until {@link #release}. Consumer only.
   *
   * @return how many; fewer than asked for when there are no more, or when a producer is not done
   */
  int take(@Nullable Segment[] into) {
    int n = 0;
    while (n < into.length) {
      int slot = taken & mask;
      // After a full round without a release this slot still counts as ours: it is empty.
      Segment segment = (Segment) SLOT.getAcquire(slots, slot);
      if (segment == null) {
        break;
      }
      slots[slot] = null; // published to producers by the store of CONSUMED in release()
      into[n++] = segment;
      taken++;
    }
    return n;
  }

  /** Gives the places of taken segments back to the producers. Consumer only. */
  void release(int segments, long spans) {
    long word = (long) WORD.getOpaque(words, CONSUMED);
    WORD.setVolatile(words, CONSUMED, plus(word, segments, spans));
  }

  /** Returns what is in the queue, taken but not released included. */
  Tally queued() {
    long consumed = (long) WORD.getVolatile(words, CONSUMED);
    long produced = (long) WORD.getVolatile(words, PRODUCED);
    return new Tally(segmentsBetween(consumed, produced), spansBetween(consumed, produced));
  }

  /** Returns what was turned away because there was no room. */
  Tally droppedFull() {
    return dropped(DROPPED_FULL);
  }

  /** Returns what was turned away because the queue was closed. */
  Tally droppedClosed() {
    return dropped(DROPPED_CLOSED);
  }

  private Tally dropped(int at) {
    return new Tally((long) WORD.getVolatile(words, at), (long) WORD.getVolatile(words, at + 1));
  }

  private void drop(int at, int spans) {
    WORD.getAndAdd(words, at + 1, (long) spans);
    WORD.getAndAdd(words, at, 1L);
  }

  /**
   * Waits until the queue is half full, the time is over or the thread is unparked by somebody
   * else. Consumer only.
   */
  void awaitHalfFull(long nanos) {
    consumer = Thread.currentThread();
    // The producer's order is: put in, read PARKED. Ours: write PARKED, read what is in. Both words
    // are volatile, so one of us sees the other.
    WORD.setVolatile(words, PARKED, 1L);
    if (queued().segments() < wakeMark) {
      LockSupport.parkNanos(this, nanos);
    }
    WORD.setVolatile(words, PARKED, 0L);
  }

  private void wakeConsumer() {
    if ((long) WORD.getVolatile(words, PARKED) == 1L && WORD.compareAndSet(words, PARKED, 1L, 0L)) {
      LockSupport.unpark(consumer);
    }
  }

  int capacity() {
    return capacity;
  }

  private static long plus(long word, int segments, long spans) {
    long low = (word & CLOSED) | ((word + segments) & SEGMENTS);
    return (((word >>> 32) + spans) << 32) | low;
  }

  private static long segmentsBetween(long consumed, long produced) {
    return (produced - consumed) & SEGMENTS;
  }

  private static long spansBetween(long consumed, long produced) {
    return ((produced >>> 32) - (consumed >>> 32)) & 0xFFFF_FFFFL;
  }
}
