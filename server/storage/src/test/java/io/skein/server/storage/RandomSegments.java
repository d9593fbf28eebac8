package io.skein.server.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Segments and questions from a small world, so that they meet. */
final class RandomSegments {
  private static final long T0 = 1_700_000_000_000L;

  private RandomSegments() {}

  static List<ReceivedSegment> batch(Random random, int size) {
    List<ReceivedSegment> batch = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      String trace = "t" + random.nextInt(300);
      Segments.Builder segment =
          Segments.segment(trace, "id" + random.nextInt(1_500))
              .of("s" + random.nextInt(3), "i" + random.nextInt(2))
              .operation("/op" + random.nextInt(4))
              .at(T0 + random.nextInt(2_000), random.nextInt(50));
      for (int tag = random.nextInt(4); tag > 0; tag--) {
        segment.tag("k" + random.nextInt(3), "v" + random.nextInt(3));
      }
      if (random.nextInt(4) == 0) {
        segment.failed();
      }
      if (random.nextInt(3) > 0) {
        segment.childOf(trace, "parent");
      }
      if (random.nextBoolean()) {
        segment.span(
            Segments.span(
                1,
                0,
                random.nextInt(3),
                "/op" + random.nextInt(5),
                T0 + random.nextInt(2_000),
                T0 + 2_000));
      }
      batch.add(segment.received());
    }
    return batch;
  }

  static TraceQuery.Builder query(Random random) {
    TraceQuery.Builder query =
        TraceQuery.builder()
            .order(random.nextBoolean() ? TraceOrder.NEWEST : TraceOrder.SLOWEST)
            .limit(10 + random.nextInt(60));
    if (random.nextInt(3) == 0) {
      query.service("s" + random.nextInt(3));
    }
    if (random.nextInt(5) == 0) {
      query.instance("i" + random.nextInt(2));
    }
    if (random.nextInt(4) == 0) {
      query.endpoint("/op" + random.nextInt(5));
    }
    if (random.nextInt(4) == 0) {
      query.tag("k" + random.nextInt(3), random.nextBoolean() ? null : "v" + random.nextInt(3));
    }
    if (random.nextInt(4) == 0) {
      query.minMillis((long) random.nextInt(3_000));
    }
    if (random.nextInt(4) == 0) {
      query.maxMillis((long) random.nextInt(3_000));
    }
    if (random.nextInt(4) == 0) {
      query.error(random.nextBoolean());
    }
    if (random.nextInt(4) == 0) {
      query.fromMillis(T0 + random.nextInt(2_000));
    }
    if (random.nextInt(4) == 0) {
      query.toMillis(T0 + random.nextInt(2_000));
    }
    if (random.nextInt(10) == 0) {
      query.traceId("t" + random.nextInt(300));
    }
    return query;
  }

  /** The segments of one of many traces that begin a few milliseconds after each other. */
  static List<ReceivedSegment> spreadTrace(Random random, int number) {
    long start = T0 + number * 4L;
    long spread = random.nextInt(50) == 0 ? 1_800_000 : random.nextInt(10) == 0 ? 20_000 : 100;
    List<ReceivedSegment> segments = new ArrayList<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      Segments.Builder segment =
          Segments.segment("trace" + number, "trace" + number + "." + i)
              .of("s" + random.nextInt(3), "i" + random.nextInt(2))
              .operation("/op" + Math.min(random.nextInt(20), random.nextInt(20)))
              .at(
                  i == 0 ? start : start + random.nextInt((int) spread),
                  random.nextInt(random.nextInt(30) == 0 ? 5_000 : 50));
      if (random.nextInt(3) > 0) {
        segment.tag("k" + random.nextInt(3), "v" + random.nextInt(100));
      }
      if (random.nextInt(60) == 0) {
        segment.failed();
      }
      segments.add(segment.received());
    }
    return segments;
  }

  /** A question that needs something of a segment and something of the whole trace. */
  static TraceQuery.Builder selectiveQuery(Random random) {
    TraceQuery.Builder query = TraceQuery.builder().limit(10 + random.nextInt(60));
    if (random.nextBoolean()) {
      query.service("s" + random.nextInt(3));
    }
    if (random.nextBoolean()) {
      query.endpoint("/op" + random.nextInt(20));
    }
    if (random.nextInt(3) == 0) {
      query.tag("k" + random.nextInt(3), random.nextBoolean() ? null : "v" + random.nextInt(100));
    }
    if (random.nextBoolean()) {
      query.error(true);
    }
    if (random.nextInt(3) > 0) {
      query.minMillis((long) random.nextInt(random.nextBoolean() ? 100 : 1_500_000));
    }
    if (random.nextInt(3) == 0) {
      query.fromMillis(T0 + random.nextInt(40_000));
    }
    if (random.nextInt(3) == 0) {
      query.toMillis(T0 + 8_000 + random.nextInt(40_000));
    }
    return query;
  }

  static List<TraceSummary> pages(TraceStore store, TraceQuery query) {
    TraceQuery all =
        new TraceQuery(
            query.service(),
            query.instance(),
            query.endpoint(),
            query.minMillis(),
            query.maxMillis(),
            query.error(),
            query.tags(),
            query.fromMillis(),
            query.toMillis(),
            query.traceId(),
            query.order(),
            TraceQuery.MAX_LIMIT,
            null);
    List<TraceSummary> found = new ArrayList<>();
    TracePage page = store.search(all);
    found.addAll(page.traces());
    while (page.next() != null) {
      page =
          store.search(
              new TraceQuery(
                  all.service(),
                  all.instance(),
                  all.endpoint(),
                  all.minMillis(),
                  all.maxMillis(),
                  all.error(),
                  all.tags(),
                  all.fromMillis(),
                  all.toMillis(),
                  all.traceId(),
                  all.order(),
                  all.limit(),
                  page.next()));
      found.addAll(page.traces());
    }
    return found;
  }
}
