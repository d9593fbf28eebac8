package io.skein.core.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skein.core.Segment;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SegmentQueueTest {

  private final Segments segments = new Segments();

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 7, 8, 9, 1000, 1 << 16})
  void holdsExactlyItsCapacityAndDropsTheNewest(int capacity) {
    SegmentQueue queue = new SegmentQueue(capacity, SegmentQueue.MAX_SPANS);
    List<Segment> first = new ArrayList<>();
    for (int i = 0; i < capacity; i++) {
      first.add(segments.of(1));
      queue.accept(first.get(i));
    }
    queue.accept(segments.of(3));

    assertThat(queue.queued()).isEqualTo(new Tally(capacity, capacity));
    assertThat(queue.droppedFull()).isEqualTo(new Tally(1, 3));
    assertThat(takeAll(queue)).containsExactlyElementsOf(first);
    assertThat(queue.queued()).isEqualTo(Tally.NONE);
  }

  @Test
  void keepsTheOrderOverManyRounds() {
    SegmentQueue queue = new SegmentQueue(5, 1000);
    for (int round = 0; round < 1000; round++) {
      List<Segment> in = new ArrayList<>();
      for (int i = 0; i < 1 + round % 5; i++) {
        Segment segment = segments.of(1 + i);
        in.add(segment);
        queue.accept(segment);
      }
      assertThat(takeAll(queue)).containsExactlyElementsOf(in);
      assertThat(queue.queued()).isEqualTo(Tally.NONE);
    }
    assertThat(queue.droppedFull()).isEqualTo(Tally.NONE);
  }

  @Test
  void isFullWhenItsSegmentsHaveTooManySpansTogether() {
    SegmentQueue queue = new SegmentQueue(100, 10);
    queue.accept(segments.of(6));
    queue.accept(segments.of(5)); // would make 11
    queue.accept(segments.of(4)); // makes 10
    queue.accept(segments.of(1));

    assertThat(queue.queued()).isEqualTo(new Tally(2, 10));
    assertThat(queue.droppedFull()).isEqualTo(new Tally(2, 6));
    takeAll(queue);
    queue.accept(segments.of(10));
    assertThat(queue.queued()).isEqualTo(new Tally(1, 10));
  }

  @Test
  void whatIsTakenKeepsItsPlaceUntilItIsReleased() {
    SegmentQueue queue = new SegmentQueue(2, 1000);
    queue.accept(segments.of(1));
    queue.accept(segments.of(2));
    Segment[] into = new Segment[8];
    assertThat(queue.take(into)).isEqualTo(2);
    assertThat(queue.take(into)).isZero();
    queue.accept(segments.of(1));
    assertThat(queue.droppedFull().segments()).isEqualTo(1);
    assertThat(queue.queued()).isEqualTo(new Tally(2, 3));

    queue.release(2, 3);
    queue.accept(segments.of(1));
    assertThat(queue.queued()).isEqualTo(new Tally(1, 1));
  }

  @Test
  void afterClosingEverythingIsDroppedAndWhatWasInsideStays() {
    SegmentQueue queue = new SegmentQueue(4, 1000);
    queue.accept(segments.of(2));
    queue.close();
    queue.close();
    queue.accept(segments.of(3));

    assertThat(queue.queued()).isEqualTo(new Tally(1, 2));
    assertThat(queue.droppedClosed()).isEqualTo(new Tally(1, 3));
    assertThat(queue.droppedFull()).isEqualTo(Tally.NONE);
    assertThat(takeAll(queue)).hasSize(1);
    assertThat(queue.queued()).isEqualTo(Tally.NONE);
  }

  @Test
  void aSizeThatMakesNoSenseIsRefused() {
    assertThatThrownBy(() -> new SegmentQueue(0, 1)).hasMessageContaining("got 0");
    assertThatThrownBy(() -> new SegmentQueue((1 << 16) + 1, 1)).hasMessageContaining("65537");
    assertThatThrownBy(() -> new SegmentQueue(1, 0)).hasMessageContaining("maxSpans");
  }

  @Test
  void anOfferAllocatesNothing() {
    SegmentQueue queue = new SegmentQueue(64, 1000);
    Segment segment = segments.of(3);
    Segment[] into = new Segment[64];
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 20; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 20_000; i++) {
        queue.accept(segment);
        if (i % 100 == 99) { // overflows in between: dropping allocates nothing either
          int n = queue.take(into);
          queue.release(n, 3L * n);
        }
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    // Before compilation VarHandles box now and then; compiled code must not.
    assertThat(least).isLessThan(20_000);
  }

  @Test
  void aParkedConsumerIsWokenWhenTheQueueIsHalfFullAndNotBefore() throws InterruptedException {
    SegmentQueue queue = new SegmentQueue(8, 1000);
    CountDownLatch woken = new CountDownLatch(1);
    AtomicBoolean enough = new AtomicBoolean();
    Thread consumer =
        new Thread(
            () -> {
              while (!enough.get()) {
                queue.awaitHalfFull(TimeUnit.SECONDS.toNanos(30));
              }
              woken.countDown();
            },
            "consumer");
    consumer.start();
    awaitState(consumer, Thread.State.TIMED_WAITING);
    for (int i = 0; i < 4; i++) {
      queue.accept(segments.of(1));
    }
    // Four of eight are inside, but the one that saw it came when three were: still parked or so.
    enough.set(true);
    queue.accept(segments.of(1));
    assertThat(woken.await(10, TimeUnit.SECONDS)).isTrue();
    consumer.join(10_000);
  }

  private static void awaitState(Thread thread, Thread.State state) {
    while (thread.getState() != state) {
      Thread.onSpinWait();
    }
  }

  /**
   * Several producers against one consumer that sometimes pauses, on a queue so small that it
   * overflows all the time, and closed in the middle of it. Each offered segment is accounted for
   * exactly once, each producer's segments come out in its order, and at each moment the account
   * adds up.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 16, 1024})
  void manyProducersLoseNothingAndCountEverything(int capacity) throws Exception {
    int producers = 4;
    int each = 40_000;
    SegmentQueue queue = new SegmentQueue(capacity, 4 * capacity);
    ReportCounters counters = new ReportCounters(queue);
    Segment[][] offered = new Segment[producers][];
    IdentityHashMap<Segment, int[]> origin = new IdentityHashMap<>();
    for (int p = 0; p < producers; p++) {
      offered[p] = new Segment[each];
      for (int i = 0; i < each; i++) {
        offered[p][i] = segments.of(1 + (i & 3));
        origin.put(offered[p][i], new int[] {p, i});
      }
    }
    CyclicBarrier start = new CyclicBarrier(producers + 1);
    AtomicBoolean done = new AtomicBoolean();
    List<Thread> threads = new ArrayList<>();
    for (int p = 0; p < producers; p++) {
      Segment[] mine = offered[p];
      Thread thread =
          new Thread(
              () -> {
                try {
                  start.await();
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
                for (int i = 0; i < mine.length; i++) {
                  queue.accept(mine[i]);
                  if (i == mine.length * 3 / 4) {
                    queue.close();
                  }
                }
              });
      thread.start();
      threads.add(thread);
    }
    Thread joiner =
        new Thread(
            () -> {
              for (Thread thread : threads) {
                try {
                  thread.join();
                } catch (InterruptedException e) {
                  throw new AssertionError(e);
                }
              }
              done.set(true);
            });
    joiner.start();

    int[] lastOf = new int[producers];
    java.util.Arrays.fill(lastOf, -1);
    long received = 0;
    long receivedSpans = 0;
    Segment[] into = new Segment[7];
    start.await();
    while (true) {
      boolean last = done.get();
      int n = queue.take(into);
      long spans = 0;
      for (int i = 0; i < n; i++) {
        int[] from = origin.get(into[i]);
        assertThat(from[1]).isGreaterThan(lastOf[from[0]]);
        lastOf[from[0]] = from[1];
        spans += into[i].spanCount();
      }
      counters.takenOver(n, spans);
      received += n;
      receivedSpans += spans;
      ReportCounters.Account account = counters.account();
      assertThat(account.made())
          .isEqualTo(account.queued().plus(account.droppedTogether()).plus(account.delivered()));
      assertThat(account.queued().segments()).isGreaterThanOrEqualTo(received);
      if (last && n == 0) {
        break;
      }
    }
    joiner.join();

    Tally full = queue.droppedFull();
    Tally closed = queue.droppedClosed();
    assertThat(queue.queued()).isEqualTo(Tally.NONE);
    assertThat(received + full.segments() + closed.segments()).isEqualTo((long) producers * each);
    assertThat(receivedSpans + full.spans() + closed.spans())
        .isEqualTo((long) producers * (each / 4) * (1 + 2 + 3 + 4));
    assertThat(counters.account().made().segments()).isEqualTo((long) producers * each);
    assertThat(closed.segments()).isPositive();
  }

  private static List<Segment> takeAll(SegmentQueue queue) {
    List<Segment> all = new ArrayList<>();
    Segment[] into = new Segment[3];
    while (true) {
      int n = queue.take(into);
      if (n == 0) {
        return all;
      }
      long spans = 0;
      for (int i = 0; i < n; i++) {
        all.add(into[i]);
        spans += into[i].spanCount();
      }
      queue.release(n, spans);
    }
  }
}
