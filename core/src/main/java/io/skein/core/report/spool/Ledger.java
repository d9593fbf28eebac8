package io.skein.core.report.spool;

import io.skein.core.report.DropReason;
import io.skein.core.report.ReportCounters;
import io.skein.core.report.Tally;

/** Where what becomes of spooled segments is counted: in the account of the process they are of. */
public interface Ledger {

  /** So many left the disk because a collector has them. */
  void delivered(Tally tally);

  /** So many left the disk and are lost. */
  void dropped(Tally tally, DropReason reason);

  /** Returns the account of this moment. */
  ReportCounters.Account account();
}
