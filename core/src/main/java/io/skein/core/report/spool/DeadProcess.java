package io.skein.core.report.spool;

import io.skein.core.report.DropReason;
import io.skein.core.report.ReportCounters;
import io.skein.core.report.Tally;
import java.util.EnumMap;
import java.util.Map;

/**
 * The account of a process that is gone, taken up where it ended. What it held in memory went with
 * it and is in no account: nobody knows how much it was.
 */
final class DeadProcess implements Ledger {

  static final ReportCounters.Account UNKNOWN =
      ReportCounters.Account.of(Tally.NONE, Tally.NONE, Tally.NONE, Map.of());

  private final Map<DropReason, Tally> dropped = new EnumMap<>(DropReason.class);
  private Tally delivered;
  private Tally spooled;

  DeadProcess(ReportCounters.Account before) {
    this.delivered = before.delivered();
    this.spooled = before.spooled();
    this.dropped.putAll(before.dropped());
  }

  /**
   * So much can be read. More than was counted last is what it wrote in its last moment; less is
   * damage.
   */
  void found(Tally readable) {
    Tally missing = spooled.minus(readable);
    spooled = readable;
    if (missing.segments() > 0) {
      dropped.merge(
          DropReason.SPOOL_DAMAGED,
          new Tally(missing.segments(), Math.max(0, missing.spans())),
          Tally::plus);
    }
  }

  @Override
  public void delivered(Tally tally) {
    spooled = spooled.minus(tally);
    delivered = delivered.plus(tally);
  }

  @Override
  public void dropped(Tally tally, DropReason reason) {
    if (tally.segments() > 0) {
      spooled = spooled.minus(tally);
      dropped.merge(reason, tally, Tally::plus);
    }
  }

  @Override
  public ReportCounters.Account account() {
    return ReportCounters.Account.of(delivered, Tally.NONE, spooled, Map.copyOf(dropped));
  }
}
