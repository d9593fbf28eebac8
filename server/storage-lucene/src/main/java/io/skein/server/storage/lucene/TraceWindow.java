package io.skein.server.storage.lucene;

import io.skein.server.storage.SegmentFacts;
import io.skein.server.storage.TraceHash;
import io.skein.wire.model.TraceSegment;

/**
 * Remembers from when to when the traces of the last while went, so that each segment can be
 * indexed with the length of its trace as known when it arrived: its <em>reach</em>. The segment
 * that arrives last has the reach that is the trace's duration, so that the slowest traces, and all
 * that are longer than some time, are found through one field although no document is ever changed.
 *
 * <p>A table of fixed size without chains: a trace that falls on the place of another one takes it.
 * The trace that lost its place begins anew with its next segment, and its reach may then be too
 * small; it is still at least that segment's own length, which for the root of a trace of calls is
 * all there is. The same happens to traces under way when the server is restarted. Durations that
 * are shown are not affected: they are summed up from all segments. For one thread.
 */
final class TraceWindow {
  // 2^16 places of 24 bytes: 1.5 MB, for some hundred traces at a time on a laptop and some ten
  // thousand at most.
  private static final int PLACES = 1 << 16;

  private final long[] hashes = new long[PLACES];
  private final long[] starts = new long[PLACES];
  private final long[] ends = new long[PLACES];

  /** Adds a segment and returns its reach. */
  long reach(TraceSegment segment, SegmentFacts facts) {
    long hash = TraceHash.of(segment.traceId());
    int place = (int) hash & (PLACES - 1);
    if (hashes[place] == hash && hash != 0) {
      starts[place] = Math.min(starts[place], facts.startMillis());
      ends[place] = Math.max(ends[place], facts.endMillis());
    } else {
      hashes[place] = hash;
      starts[place] = facts.startMillis();
      ends[place] = facts.endMillis();
    }
    return SegmentFacts.duration(starts[place], ends[place]);
  }
}
