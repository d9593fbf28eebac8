package io.skein.core.report;

import io.skein.core.Segment;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

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
  private final Supplier<String> target;

  private final Set<String> facesOfOutage = new HashSet<>();
  private long outageStartNanos;
  private boolean everAnswered;
  private final Set<String> refusals = new HashSet<>();
  private final Set<String> faults = new HashSet<>();

  private boolean overflowing;
  private boolean saidTooLarge;
  private long overflowSegments;
  private long overflowAtStart;
  private long lastOverflowNanos;

  ReporterState(
      SegmentQueue queue, ReportCounters counters, ReportLog log, Supplier<String> target) {
    this.queue = queue;
    this.counters = counters;
    this.log = log;
    this.target = target;
  }

  void failing(String detail, long now) {
    if (facesOfOutage.isEmpty()) {
      outageStartNanos = now;
    }
    if (facesOfOutage.size() < FACES && facesOfOutage.add(detail)) {
      log.warn(
          detail
              + ": holding the first "
              + queue.capacity()
              + " segments, retrying within 1 s and then less often, at least every 30 s");
    }
  }

  void answered(long now) {
    if (facesOfOutage.isEmpty()) {
      if (!everAnswered) {
        log.info("reporting to collector " + target.get());
      }
      everAnswered = true;
      return;
    }
    everAnswered = true;
    facesOfOutage.clear();
    Tally held = counters.account().queued();
    log.info(
        "collector "
            + target.get()
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
    if (lost.segments() == 0) {
      return;
    }
    StringBuilder text = new StringBuilder("of ");
    text.append(account.made().segments()).append(" segments ");
    text.append(lost.segments()).append(" were not delivered:");
    for (Map.Entry<DropReason, Tally> entry : account.dropped().entrySet()) {
      text.append(' ').append(entry.getKey().label()).append(' ');
      text.append(entry.getValue().segments());
    }
    log.info(text.toString());
  }
}
