package io.skein.server.storage.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.server.storage.Outcome;
import io.skein.server.storage.ReceivedSegment;
import io.skein.server.storage.Segments;
import io.skein.server.storage.StoredTrace;
import io.skein.server.storage.TraceStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** What the tests of the store on disk share. */
final class StoreFixture {
  static final long BUDGET = 64L << 20;

  private StoreFixture() {}

  /**
   * Options with a clock that stands still and a disk that is never full, unless the test changes
   * them.
   */
  static StoreOptions options(Path directory) {
    return new StoreOptions(
        directory, BUDGET, Duration.ofHours(1), InstantSource.system(), () -> Long.MAX_VALUE);
  }

  static ReceivedSegment numbered(long number) {
    return Segments.segment("t" + number, "s" + number)
        .of("shop", "shop-" + number % 3)
        .at(1_700_000_000_000L + number, 5)
        .tag("number", Long.toString(number % 1_000))
        .received();
  }

  static List<ReceivedSegment> numbered(long from, long to) {
    List<ReceivedSegment> batch = new ArrayList<>();
    for (long number = from; number < to; number++) {
      batch.add(numbered(number));
    }
    return batch;
  }

  static List<Outcome> append(TraceStore store, List<ReceivedSegment> batch) throws Exception {
    return store.append(batch).get(30, TimeUnit.SECONDS);
  }

  static void assertStored(TraceStore store, long from, long to) throws Exception {
    assertThat(append(store, numbered(from, to))).containsOnly(Outcome.STORED);
  }

  static void assertHolds(TraceStore store, long number) {
    StoredTrace trace = store.trace("t" + number, 10);
    assertThat(trace).as("trace t%s", number).isNotNull();
    assertThat(trace.segments())
        .as("segments of trace t%s", number)
        .extracting(StoredTrace.StoredSegment::segment)
        .containsExactly(numbered(number).segment());
  }

  static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("still not so after 30 s").isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }
}
