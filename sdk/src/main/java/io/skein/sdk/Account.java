package io.skein.sdk;

import io.skein.core.TracerCounters;
import io.skein.core.report.ReportCounters;
import java.util.Map;
import java.util.TreeMap;

/**
 * What became of the segments and spans that this process made. For segments as for spans, at any
 * moment: {@code made = delivered + queued + spooled + dropped}.
 *
 * @param made all that ended
 * @param delivered what the backend has confirmed
 * @param queued what waits in memory
 * @param spooled what waits on disk, for the backend or for the next process of this service
 * @param dropped what is lost
 * @param droppedByReason the same, by reason: {@code queue-full}, {@code shutdown} and so on
 * @param notRecordedSpans spans beyond the limit of their segment; they are in none of the others
 * @param unfinishedSegments how many segments were reported although spans in them had not ended
 */
public record Account(
    Count made,
    Count delivered,
    Count queued,
    Count spooled,
    Count dropped,
    Map<String, Count> droppedByReason,
    long notRecordedSpans,
    long unfinishedSegments) {

  static final Account NOTHING =
      new Account(Count.NONE, Count.NONE, Count.NONE, Count.NONE, Count.NONE, Map.of(), 0, 0);

  public Account {
    droppedByReason = Map.copyOf(droppedByReason);
  }

  /** A number of segments and the number of spans in them. */
  public record Count(long segments, long spans) {
    static final Count NONE = new Count(0, 0);

    private static Count of(io.skein.core.report.Tally tally) {
      return new Count(tally.segments(), tally.spans());
    }

    @Override
    public String toString() {
      return segments + " segments (" + spans + " spans)";
    }
  }

  static Account of(ReportCounters.Account account, TracerCounters counters) {
    Map<String, Count> reasons = new TreeMap<>();
    account.dropped().forEach((reason, tally) -> reasons.put(reason.label(), Count.of(tally)));
    return new Account(
        Count.of(account.made()),
        Count.of(account.delivered()),
        Count.of(account.queued()),
        Count.of(account.spooled()),
        Count.of(account.droppedTogether()),
        reasons,
        counters.spansOverLimit(),
        counters.unfinishedAsync());
  }
}
