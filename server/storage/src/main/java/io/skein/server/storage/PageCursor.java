package io.skein.server.storage;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a trace stands in the order of a search: by the start or by the duration, falling, and
 * among equals by a hash of the trace id, because the id itself may be too long for an address
 * line.
 */
record PageCursor(long value, long hash) implements Comparable<PageCursor> {
  private static final Pattern FORM = Pattern.compile("(-?\\d{1,19})~([0-9a-f]{1,16})");
  private static final Comparator<PageCursor> ORDER =
      Comparator.comparingLong(PageCursor::value).reversed().thenComparingLong(PageCursor::hash);

  static PageCursor of(TraceOrder order, TraceSummary summary) {
    long value = order == TraceOrder.NEWEST ? summary.startMillis() : summary.durationMillis();
    return new PageCursor(value, TraceHash.of(summary.traceId()));
  }

  static PageCursor parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new BadCursorException(text);
    }
    try {
      return new PageCursor(
          Long.parseLong(matcher.group(1)), Long.parseUnsignedLong(matcher.group(2), 16));
    } catch (NumberFormatException e) {
      throw new BadCursorException(text);
    }
  }

  boolean precedes(PageCursor other) {
    return compareTo(other) < 0;
  }

  @Override
  public int compareTo(PageCursor other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return value + "~" + Long.toHexString(hash);
  }
}
