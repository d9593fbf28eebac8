package io.skein.benchmarks.overhead.sink;

import java.util.concurrent.atomic.LongAdder;

/** What has arrived so far. */
final class Tally {
  private final LongAdder spans = new LongAdder();
  private final LongAdder batches = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder others = new LongAdder();
  private final LongAdder undecodable = new LongAdder();

  void spans(long count, long ofBytes) {
    spans.add(count);
    batches.increment();
    bytes.add(ofBytes);
  }

  void other() {
    others.increment();
  }

  void undecodable(String what, Exception why) {
    undecodable.increment();
    System.err.println("sink: not understood: " + what + ": " + why);
  }

  Counts counts() {
    return new Counts(spans.sum(), batches.sum(), bytes.sum(), others.sum(), undecodable.sum());
  }
}
