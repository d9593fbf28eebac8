package io.skein.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Span;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Spans of all sorts in several threads that share them: each is reported exactly once. */
class DetachedSpanStressTest {
  private static final int THREADS = 4;

  private final Recorder recorder = new Recorder();
  private final Tracer tracer = recorder.settings.build();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void eachSpanIsReportedOnce(long seed) throws Exception {
    run(seed, () -> {});
    assertThat(tracer.counters().unfinishedAsync()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {5, 6, 7, 8})
  void alsoWhenSegmentsAreReportedUnfinishedMeanwhile(long seed) throws Exception {
    run(seed, () -> tracer.reportUnfinished(true));
    assertThat(tracer.counters().unfinishedAsync()).isPositive();
  }

  private void run(long seed, Runnable meanwhile) throws Exception {
    AtomicReferenceArray<Span> shared = new AtomicReferenceArray<>(8);
    AtomicLong started = new AtomicLong();
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        Random random = new Random(seed * 100 + thread);
        running.add(pool.submit(() -> work(random, shared, started)));
      }
      for (Future<?> each : running) {
        while (!each.isDone()) {
          meanwhile.run();
          Thread.onSpinWait();
        }
        each.get(60, TimeUnit.SECONDS);
      }
    } finally {
      pool.shutdownNow();
    }
    for (int i = 0; i < shared.length(); i++) {
      Span left = shared.get(i);
      if (left != null) {
        left.end();
      }
    }
    assertThat(tracer.waitingForAsync()).isZero();
    SegmentRules.check(recorder.segments);
    long reported = recorder.segments.stream().mapToLong(Segment::spanCount).sum();
    assertThat(reported + tracer.counters().spansOverLimit()).isEqualTo(started.get());
    assertThat(tracer.counters().failures()).isZero();
  }

  private void work(Random random, AtomicReferenceArray<Span> shared, AtomicLong started) {
    for (int round = 0; round < 3000; round++) {
      Deque<Runnable> undo = new ArrayDeque<>();
      for (int step = random.nextInt(8); step >= 0; step--) {
        int at = random.nextInt(shared.length());
        Span other = shared.get(at);
        switch (random.nextInt(6)) {
          case 0 -> {
            Span span = tracer.startLocal("local");
            started.incrementAndGet();
            undo.push(span::end);
          }
          case 1 -> {
            Span span = tracer.startExit("exit", "a:1").prepareForAsync();
            // an exit directly inside an exit shares its span
            if (!(span instanceof NestedSpan)) {
              started.incrementAndGet();
            }
            undo.push(
                () -> {
                  span.end();
                  span.asyncEnd();
                });
          }
          case 2 -> {
            Span span = tracer.startDetached("detached", null, 0, parents(random, other));
            started.incrementAndGet();
            Span before = shared.getAndSet(at, span);
            if (before != null) {
              before.tag("ended", "elsewhere").end();
            }
          }
          case 3 -> {
            if (other != null) {
              Scope scope = tracer.activate(other);
              undo.push(scope::close);
            }
          }
          case 4 -> {
            if (other != null) {
              other.tag("key", "value").log("event");
            }
          }
          default -> {
            Span ended = shared.getAndSet(at, null);
            if (ended != null) {
              ended.end();
            }
          }
        }
      }
      undo.forEach(Runnable::run);
      assertThat(tracer.activeSpan()).isNull();
    }
  }

  private List<Span> parents(Random random, Span other) {
    List<Span> parents = new ArrayList<>();
    Span active = tracer.activeSpan();
    if (active != null && random.nextBoolean()) {
      parents.add(active);
    }
    if (other != null && random.nextBoolean()) {
      parents.add(other);
    }
    return parents;
  }

  @Test
  void whoeverEndsLastReportsOnce() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(2);
    try {
      for (int round = 0; round < 3000; round++) {
        Span entry = tracer.startEntry("entry");
        Span first = tracer.startDetached("first", null, 0, List.of(entry));
        Span second = tracer.startDetached("second", null, 0, List.of(first));
        Future<?> one = pool.submit(() -> first.end());
        Future<?> other = pool.submit(() -> second.end());
        entry.end();
        one.get(10, TimeUnit.SECONDS);
        other.get(10, TimeUnit.SECONDS);
        assertThat(recorder.take().spanCount()).isEqualTo(3);
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(tracer.waitingForAsync()).isZero();
  }
}
