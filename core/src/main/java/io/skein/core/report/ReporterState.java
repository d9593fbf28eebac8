package io.skein.core.report;

import io.skein.core.Segment;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the reporter tells its user: changes of state, each once. An outage of a week is two lines;
 * so is a bug of ours that happens a million times. Used by the reporter's thread only.
 */
final class ReporterState {

  /** An outage shows at most so many different faces, for instance refused, then timed out. */
  private static final int FACES = 8;

  /** The queue has been wide enough for this long: the shortage is over. */
  private static final long CALM_NANOS = 30_000_000_000L;

  private final SegmentQueue queue;
  private final ReportCounters counters;
  private final ReportLog log;
  private final Transport transport;
  private final @Nullable SpoolSettings spool;

  private final Set<String> facesOfOutage = new HashSet<>();
  private long outageStartNanos;
  private boolean everAnswered;
  private final Set<String> refusals = new HashSet<>();
  private final Set<String> faults = new HashSet<>();

  private boolean overflowing;
  private boolean saidTooLarge;
  private boolean saidUnconfirmed;
  private long overflowSegments;
  private long overflowAtStart;
  private long lastOverflowNanos;

  ReporterState(
      SegmentQueue queue,
      ReportCounters counters,
      ReportLog log,
      Transport transport,
      @Nullable SpoolSettings spool) {
    this.queue = queue;
    this.counters = counters;
    this.log = log;
    this.transport = transport;
    this.spool = spool;
  }

  void failing(String detail, long now) {
    if (facesOfOutage.isEmpty()) {
      outageStartNanos = now;
    }
    if (facesOfOutage.size() < FACES && facesOfOutage.add(detail)) {
      log.warn(
          detail
              + ": "
              + (spool == null
                  ? "holding the first " + queue.capacity() + " segments"
                  : "keeping what is not delivered on disk, the newest "
                      + (spool.bytes() >> 20)
                      + " MB")
              + ", retrying within 1 s and then less often, at least every 30 s");
    }
  }

  void answered(long now) {
    if (facesOfOutage.isEmpty()) {
      if (!everAnswered) {
        log.info("reporting to collector " + transport.target());
      }
      everAnswered = true;
      return;
    }
    everAnswered = true;
    facesOfOutage.clear();
    ReportCounters.Account account = counters.account();
    Tally held = account.queued().plus(account.spooled());
    log.info(
        "collector "
            + transport.target()
            + " answers again after "
            + (now - outageStartNanos) / 1_000_000_000L
            + " s: delivering "
            + held.segments()
            + " held segments");
  }

  void noted(String detail) {
    if (refusals.size() < FACES && refusals.add(detail)) {
      log.warn(detail + "; said once");
    }
  }

  void unconfirmed(int segments) {
    if (segments > 0 && !saidUnconfirmed) {
      saidUnconfirmed = true;
      log.warn(
          "collector "
              + transport.target()
              + " may have taken "
              + segments
              + " segments and does not say that it recognises repeats: not sending them again,"
              + " counted as unconfirmed; said once");
    }
  }

  void refused(String detail) {
    if (refusals.size() < FACES && refusals.add(detail)) {
      log.warn(detail + ": dropping the segment, counted as refused; said once");
    }
  }

  void tooLarge(Segment segment) {
    if (!saidTooLarge) {
      saidTooLarge = true;
      log.warn(
          "segment "
              + segment.segmentId()
              + " with "
              + segment.spanCount()
              + " spans is larger than a message may be: dropping it and its like, counted as"
              + " too-large; said once");
    }
  }

  void encodeFailed(Segment segment, Throwable error) {
    String kind = "encoding a segment failed (" + error.getClass().getName() + ")";
    if (faults.size() < FACES && faults.add(kind)) {
      log.warn(
          "segment "
              + segment.segmentId()
              + " cannot be encoded ("
              + error
              + "): dropping it and its like, counted as encode-failed; said once");
    }
  }

  void fault(Throwable error) {
    StackTraceElement[] stack = error.getStackTrace();
    String where = stack.length == 0 ? "" : " at " + stack[0];
    if (faults.size() < FACES && faults.add(error.getClass().getName() + where)) {
      log.warn("the reporter failed (" + error + where + "): going on in 1 s; said once");
    }
  }

  void noteOverflow(long now) {
    long dropped = queue.droppedFull().segments();
    if (dropped != overflowSegments) {
      lastOverflowNanos = now;
      if (!overflowing) {
        overflowing = true;
        overflowAtStart = overflowSegments;
        log.warn(
            "the queue of "
                + queue.capacity()
                + " segments is full: dropping new ones until there is room, counted as"
                + " queue-full");
      }
      overflowSegments = dropped;
    } else if (overflowing && now - lastOverflowNanos >= CALM_NANOS) {
      overflowing = false;
      log.info(
          "the queue has room again: "
              + (overflowSegments - overflowAtStart)
              + " segments were dropped, counted as queue-full");
    }
  }

  void closed() {
    ReportCounters.Account account = counters.account();
    Tally lost = account.droppedTogether();
    if (lost.segments() > 0) {
      StringBuilder text = new StringBuilder("of ");
      text.append(account.made().segments()).append(" segments ");
      text.append(lost.segments()).append(" were not delivered:");
      for (Map.Entry<DropReason, Tally> entry : account.dropped().entrySet()) {
        text.append(' ').append(entry.getKey().label()).append(' ');
        text.append(entry.getValue().segments());
      }
      log.info(text.toString());
    }
    if (account.spooled().segments() > 0) {
      log.info(
          account.spooled().segments()
              + " segments wait on disk; the next process of this service delivers them");
    }
  }
}
