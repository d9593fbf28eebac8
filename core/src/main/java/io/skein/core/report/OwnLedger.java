package io.skein.core.report;

import io.skein.core.report.spool.Ledger;
import io.skein.core.report.spool.Spool;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The account of this process, towards the spool. A class of its own because whoever makes one has
 * the spool's classes loaded with it.
 */
record OwnLedger(ReportCounters counters) implements Ledger {

  static Spool spool(
      SpoolSettings settings,
      ReportCounters counters,
      ReportLog log,
      LongSupplier nanoClock,
      @Nullable Boolean resend) {
    return new Spool(settings, new OwnLedger(counters), log, nanoClock, resend);
  }

  @Override
  public void delivered(Tally tally) {
    counters.spooledDelivered(tally);
  }

  @Override
  public void dropped(Tally tally, DropReason reason) {
    if (tally.segments() > 0) {
      counters.spooledDropped(tally, reason);
    }
  }

  @Override
  public ReportCounters.Account account() {
    return counters.account();
  }
}
