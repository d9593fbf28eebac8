package io.skein.server.storage.lucene;

import io.skein.server.storage.BadCursorException;
import io.skein.server.storage.TraceHash;
import io.skein.server.storage.TraceOrder;
import io.skein.server.storage.TraceSummary;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a page ended.
 *
 * @param last the place of the page's last trace in the order
 * @param from where the next page has to begin to look: a trace that was found there did not fit on
 *     the page
 * @param end how far this page looked
 */
record SearchCursor(Key last, long from, long end) {
  private static final Pattern FORM =
      Pattern.compile("(-?\\d{1,19})~([0-9a-f]{1,16})~(-?\\d{1,19})~(-?\\d{1,19})");

  /**
   * The place of a trace in an order: by start or duration, falling; among equals by a hash of the
   * trace id, because the id may be too long for an address line.
   */
  record Key(long value, long hash) implements Comparable<Key> {
    private static final Comparator<Key> ORDER =
        Comparator.comparingLong(Key::value).reversed().thenComparingLong(Key::hash);

    /** Before every trace. */
    static final Key FIRST = new Key(Long.MAX_VALUE, Long.MIN_VALUE);

    static Key of(TraceOrder order, TraceSummary summary) {
      return new Key(
          order == TraceOrder.NEWEST ? summary.startMillis() : summary.durationMillis(),
          TraceHash.of(summary.traceId()));
    }

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }
  }

  static @Nullable SearchCursor parse(@Nullable String text) {
    if (text == null) {
      return null;
    }
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new BadCursorException(text);
    }
    try {
      return new SearchCursor(
          new Key(Long.parseLong(matcher.group(1)), Long.parseUnsignedLong(matcher.group(2), 16)),
          Long.parseLong(matcher.group(3)),
          Long.parseLong(matcher.group(4)));
    } catch (NumberFormatException e) {
      throw new BadCursorException(text);
    }
  }

  @Override
  public String toString() {
    return last.value() + "~" + Long.toHexString(last.hash()) + "~" + from + "~" + end;
  }
}
