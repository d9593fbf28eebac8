package io.skein.core.report;

import io.skein.core.Segment;
import io.skein.core.SegmentRef;
import io.skein.core.SpanRecord;
import org.jspecify.annotations.Nullable;

/**
 * Brings segments that are about to be encoded into the processor's cache. Used by one thread.
 *
 * <p>Changes nothing and decides nothing; without it the same bytes are sent.
 */
final class ReadAhead {

  /*
   * A segment waits for half a second while the application goes through tens of megabytes, and then
   * lies in main memory: some 30 lines of cache, scattered among what else was allocated meanwhile.
   * The encoder goes from a segment to its array, to a span, to its tags, to a text, to the text's
   * bytes, and must have each before it knows where the next one is: it waits 30 times for memory,
   * longer than the encoding takes.
   *
   * So some segments are read together and level by level: first all segments, then all spans, all
   * arrays of tags, all texts. Within a level no address depends on what another read returns, and a
   * processor has ten and more such reads under way at once. What it waits for is then one read per
   * level and not one per object. (Group prefetching, as joins in databases do it; Java has no
   * instruction to prefetch, but reading is one.)
   *
   * The sum is there to be kept: reads whose results nobody wants are no reads to a compiler.
   */

  /** So many together: enough to keep a processor's reads busy, and few enough for its caches. */
  private static final int GROUP = 16;

  @SuppressWarnings("UnusedVariable") // see above
  private int sum;

  /** Reads ahead if a group begins at this place of the chunk, of which so many are filled. */
  void at(@Nullable Segment[] chunk, int place, int filled) {
    if (place % GROUP != 0) {
      return;
    }
    int end = Math.min(filled, place + GROUP);
    try {
      sum += segments(chunk, place, end);
      sum += spans(chunk, place, end);
      sum += tagsAndRefs(chunk, place, end);
      sum += texts(chunk, place, end);
    } catch (RuntimeException e) {
      return; // a segment that cannot be read is the encoder's to find, which counts it
    }
  }

  private static int segments(@Nullable Segment[] chunk, int from, int to) {
    int sum = 0;
    for (int i = from; i < to; i++) {
      Segment segment = chunk[i];
      if (segment != null) {
        sum += segment.spanCount() + (segment.sizeLimited() ? 1 : 0);
      }
    }
    return sum;
  }

  /** A span is on two lines: its header and name on the first, the rest mostly on the second. */
  private static int spans(@Nullable Segment[] chunk, int from, int to) {
    int sum = 0;
    for (int i = from; i < to; i++) {
      Segment segment = chunk[i];
      for (int j = 0, n = segment == null ? 0 : segment.spanCount(); j < n; j++) {
        SpanRecord span = segment.span(j);
        sum += (span.operationName() == null ? 1 : 0) + (span.isError() ? 1 : 0);
      }
    }
    return sum;
  }

  private static int tagsAndRefs(@Nullable Segment[] chunk, int from, int to) {
    int sum = 0;
    for (int i = from; i < to; i++) {
      Segment segment = chunk[i];
      for (int j = 0, n = segment == null ? 0 : segment.spanCount(); j < n; j++) {
        SpanRecord span = segment.span(j);
        int tags = span.tagCount();
        sum += span.refCount() + (tags > 0 && span.tagValue(tags - 1) == null ? 1 : 0);
      }
    }
    return sum;
  }

  private static int texts(@Nullable Segment[] chunk, int from, int to) {
    int sum = 0;
    for (int i = from; i < to; i++) {
      Segment segment = chunk[i];
      for (int j = 0, n = segment == null ? 0 : segment.spanCount(); j < n; j++) {
        SpanRecord span = segment.span(j);
        for (int k = 0, tags = span.tagCount(); k < tags; k++) {
          sum += span.tagValue(k).length(); // which is the length of its bytes, so reads those, too
        }
        if (span.refCount() > 0) {
          SegmentRef ref = span.ref(0);
          sum += ref.traceId().length() + ref.parentSegmentId().length();
        }
      }
    }
    return sum;
  }
}
