package io.skein.testing.durability;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * What was sent, by number, and what of it was acknowledged, in which order. What was sent and not
 * acknowledged is to be sent again. Safe for several threads.
 */
final class Ledger {
  private final ArrayDeque<Long> again = new ArrayDeque<>();
  private final BitSet acknowledged = new BitSet();
  private final List<Long> order = new ArrayList<>();
  private final List<Long> times = new ArrayList<>();
  private long next;

  /** What to send now: what was not acknowledged first, then new ones. */
  synchronized List<Long> take(int count) {
    List<Long> batch = new ArrayList<>(count);
    while (batch.size() < count && !again.isEmpty()) {
      batch.add(again.remove());
    }
    while (batch.size() < count) {
      batch.add(next++);
    }
    return batch;
  }

  /** Everything that was not acknowledged, and nothing new. */
  synchronized List<Long> takeUnacknowledged() {
    List<Long> batch = new ArrayList<>(again);
    again.clear();
    return batch;
  }

  synchronized void answered(List<Long> batch, boolean ok) {
    if (!ok) {
      again.addAll(batch);
      return;
    }
    long now = System.nanoTime();
    for (long number : batch) {
      if (acknowledged.get((int) number)) {
        throw new AssertionError(number + " was acknowledged before");
      }
      acknowledged.set((int) number);
      order.add(number);
      times.add(now);
    }
  }

  /** How many different segments were sent. */
  synchronized long sent() {
    return next;
  }

  synchronized int acknowledged() {
    return order.size();
  }

  /** How many segments were acknowledged before a moment. */
  synchronized int acknowledgedBefore(long nanos) {
    int count = times.size();
    while (count > 0 && times.get(count - 1) - nanos >= 0) {
      count--;
    }
    return count;
  }

  /** The segment that was acknowledged as the so-manieth. */
  synchronized long acknowledged(int index) {
    return order.get(index);
  }
}
