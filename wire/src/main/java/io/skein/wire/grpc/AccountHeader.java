package io.skein.wire.grpc;

import io.skein.core.report.DropReason;
import io.skein.core.report.ReportCounters;
import io.skein.core.report.Tally;
import java.util.Map;

/**
 * The account as it travels with each call, so that the collector can show whether everything that
 * was made has arrived. Cumulative since the process started; other collectors overlook it.
 */
final class AccountHeader {

  private AccountHeader() {}

  /**
   * Returns the header's value.
   *
   * @param further more figures, each {@code name=number;}
   */
  static String text(ReportCounters.Account account, String further, String processId) {
    StringBuilder text = new StringBuilder(256);
    add(text, "made", account.made());
    add(text, "delivered", account.delivered());
    add(text, "queued", account.queued());
    add(text, "spooled", account.spooled());
    for (Map.Entry<DropReason, Tally> entry : account.dropped().entrySet()) {
      add(text, "dropped." + entry.getKey().label(), entry.getValue());
    }
    return text.append(further).append("id=").append(processId).toString();
  }

  private static void add(StringBuilder text, String name, Tally tally) {
    text.append(name).append(".segments=").append(tally.segments()).append(';');
    text.append(name).append(".spans=").append(tally.spans()).append(';');
  }
}
