package io.skein.server.collector;

import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts messages that never became segments: unreadable ones, and kinds of data that this server
 * does not keep. Reasons are this package's own words, never text from the wire, so their number is
 * bounded. Safe for use by several threads.
 */
public final class MessageCounts {
  private final ConcurrentHashMap<String, LongAdder> counts = new ConcurrentHashMap<>();

  void add(String reason) {
    counts.computeIfAbsent(reason, ignored -> new LongAdder()).increment();
  }

  /** Messages by reason, since the server started. */
  public SortedMap<String, Long> byReason() {
    SortedMap<String, Long> copy = new TreeMap<>();
    counts.forEach((reason, count) -> copy.put(reason, count.sum()));
    return copy;
  }
}
