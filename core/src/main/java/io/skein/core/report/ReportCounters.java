package io.skein.core.report;

import java.util.EnumMap;
import java.util.Map;

/**
 * The account of all segments that this process made: where each of them is now.
 *
 * <p>{@code made = delivered + queued + spooled + dropped}, at every moment and from every thread,
 * not only when things are quiet. Safe for use by several threads.
 */
public final class ReportCounters {

  /*
   * Two sources. The queue counts what came in and what it turned away, in its own words, without a
   * lock. Everything after the queue happens on the reporter's thread, a few times per second, and is
   * counted here under this object's monitor. Moving segments from one state to the next, release
   * from the queue included, is one critical section, so a reader under the same monitor never sees
   * a segment twice or not at all. Producers never take the monitor.
   */
  private final SegmentQueue queue;
  private final Map<DropReason, Tally> droppedByReporter = new EnumMap<>(DropReason.class);
  private long heldSegments;
  private long heldSpans;
  private long spooledSegments;
  private long spooledSpans;
  private long deliveredSegments;
  private long deliveredSpans;

  /** Creates the account of one queue and of what is done with what it held. */
  public ReportCounters(SegmentQueue queue) {
    this.queue = queue;
  }

  /**
   * Where everything is.
   *
   * @param made all that ended
   * @param delivered what a collector has confirmed
   * @param queued what waits in memory, that being sent included
   * @param spooled what waits on disk
   * @param dropped what is lost, by reason; only reasons that happened
   */
  public record Account(
      Tally made, Tally delivered, Tally queued, Tally spooled, Map<DropReason, Tally> dropped) {

    /** Returns the account of which these are the parts: what was made is their sum. */
    public static Account of(
        Tally delivered, Tally queued, Tally spooled, Map<DropReason, Tally> dropped) {
      Tally made = delivered.plus(queued).plus(spooled);
      for (Tally tally : dropped.values()) {
        made = made.plus(tally);
      }
      return new Account(made, delivered, queued, spooled, dropped);
    }

    /** Returns all that is lost, whatever the reason. */
    public Tally droppedTogether() {
      Tally sum = Tally.NONE;
      for (Tally tally : dropped.values()) {
        sum = sum.plus(tally);
      }
      return sum;
    }
  }

  /** Returns the account of this moment. */
  public synchronized Account account() {
    Tally queued = queue.queued().plus(new Tally(heldSegments, heldSpans));
    Tally delivered = new Tally(deliveredSegments, deliveredSpans);
    Map<DropReason, Tally> dropped = new EnumMap<>(DropReason.class);
    for (DropReason reason : DropReason.values()) {
      Tally tally = droppedByReporter.getOrDefault(reason, Tally.NONE);
      if (reason == DropReason.QUEUE_FULL) {
        tally = tally.plus(queue.droppedFull());
      } else if (reason == DropReason.SHUTDOWN) {
        tally = tally.plus(queue.droppedClosed());
      }
      if (tally.segments() != 0) {
        dropped.put(reason, tally);
      }
    }
    return Account.of(delivered, queued, new Tally(spooledSegments, spooledSpans), dropped);
  }

  /** Gives places back to the queue; their segments are in the batch now. */
  synchronized void takenOver(int segments, long spans) {
    queue.release(segments, spans);
    heldSegments += segments;
    heldSpans += spans;
  }

  /** Gives places back to the queue; their segments are lost. */
  synchronized void lost(int segments, long spans, DropReason reason) {
    queue.release(segments, spans);
    droppedByReporter.merge(reason, new Tally(segments, spans), Tally::plus);
  }

  synchronized void delivered(int segments, long spans) {
    heldSegments -= segments;
    heldSpans -= spans;
    deliveredSegments += segments;
    deliveredSpans += spans;
  }

  synchronized void dropped(int segments, long spans, DropReason reason) {
    heldSegments -= segments;
    heldSpans -= spans;
    droppedByReporter.merge(reason, new Tally(segments, spans), Tally::plus);
  }

  /** Gives places back to the queue; their segments are on disk now. */
  synchronized void spooled(int segments, long spans) {
    queue.release(segments, spans);
    spooledSegments += segments;
    spooledSpans += spans;
  }

  /** What was in the batch is on disk now. */
  synchronized void heldSpooled(int segments, long spans) {
    heldSegments -= segments;
    heldSpans -= spans;
    spooledSegments += segments;
    spooledSpans += spans;
  }

  synchronized void spooledDelivered(Tally tally) {
    spooledSegments -= tally.segments();
    spooledSpans -= tally.spans();
    deliveredSegments += tally.segments();
    deliveredSpans += tally.spans();
  }

  synchronized void spooledDropped(Tally tally, DropReason reason) {
    spooledSegments -= tally.segments();
    spooledSpans -= tally.spans();
    droppedByReporter.merge(reason, tally, Tally::plus);
  }
}
