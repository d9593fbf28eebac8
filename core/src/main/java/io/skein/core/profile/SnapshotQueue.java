package io.skein.core.profile;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Snapshots that wait to be sent, in the order in which they were taken. Bounded by number and by
 * memory, because a stack may have ten frames or thousands. Any thread.
 */
final class SnapshotQueue {
  private final int maxCount;
  private final long maxBytes;
  private final ArrayDeque<Entry> entries = new ArrayDeque<>();
  private long bytes;

  /** A snapshot, what it is for, and what it was taken to need. */
  record Entry(ThreadSnapshot snapshot, Run run, int bytes) {}

  SnapshotQueue(int maxCount, long maxBytes) {
    this.maxCount = maxCount;
    this.maxBytes = maxBytes;
  }

  /** Whether there was room for it. Even a very large one fits into an empty queue. */
  synchronized boolean offer(ThreadSnapshot snapshot, Run run, int itsBytes) {
    if (entries.size() >= maxCount || (bytes + itsBytes > maxBytes && !entries.isEmpty())) {
      return false;
    }
    entries.add(new Entry(snapshot, run, itsBytes));
    bytes += itsBytes;
    return true;
  }

  synchronized @Nullable Entry poll() {
    Entry first = entries.poll();
    if (first != null) {
      bytes -= first.bytes;
    }
    return first;
  }

  synchronized int size() {
    return entries.size();
  }
}
