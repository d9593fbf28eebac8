package io.skein.core.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Span;
import io.skein.core.Scope;
import io.skein.core.Snapshot;
import io.skein.core.SpanType;
import io.skein.core.Tracer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Thousands of requests of all sorts in several threads, while the sampler beats as fast as it can
 * and tasks come and go. Each thread says in a note what it is at; the stack that the sampler
 * "fetches" is that note. So every snapshot can be checked against the truth, and at the end every
 * place has to be free.
 */
class PlacesStressTest {
  private static final int THREADS = 6;
  private static final int ROUNDS = 4000;

  private final Map<Thread, Integer> notes = new ConcurrentHashMap<>();
  private final Map<Integer, String> segmentOfNote = new ConcurrentHashMap<>();
  private final AtomicInteger lastNote = new AtomicInteger();
  private final AtomicReferenceArray<Snapshot> places = new AtomicReferenceArray<>(4);
  private final AtomicReferenceArray<Span> detached = new AtomicReferenceArray<>(4);
  private SampledTasks it = new SampledTasks();
  private Tracer tracer = it.tracer;

  @ParameterizedTest
  @Tag("capability-117")
  @CsvSource({"1, false", "2, false", "3, true", "4, true"})
  void noPlaceLeaksAndNothingIsAttributedToWorkOfOthers(long seed, boolean slow) throws Exception {
    it = new SampledTasks(new ProfilerSettings(true, 5, 3, 100, 100_000, slow, 100));
    tracer = it.tracer;
    it.machine.stacks =
        thread -> {
          Integer note = notes.get(thread);
          return StillMachine.stack("note" + (note == null ? 0 : note));
        };
    List<ThreadSnapshot> taken = new ArrayList<>();
    int peak = 0;
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        Random random = new Random(seed * 100 + thread);
        running.add(pool.submit(() -> work(random)));
      }
      Random random = new Random(seed);
      for (Future<?> each : running) {
        while (!each.isDone()) {
          peak = Math.max(peak, it.profiler.watched());
          control(random, taken);
        }
        each.get(60, TimeUnit.SECONDS);
      }
    } finally {
      pool.shutdownNow();
    }
    for (int i = 0; i < detached.length(); i++) {
      Span left = detached.get(i);
      if (left != null) {
        left.end();
      }
    }
    it.beats(20); // what was found by the sampler is let go of when it looks
    assertThat(it.profiler.watched()).isZero();
    it.profiler.drain(Integer.MAX_VALUE, taken::add);
    check(taken, peak, slow);
  }

  private void control(Random random, List<ThreadSnapshot> taken) {
    it.machine.pass(10);
    it.profiler.work();
    switch (random.nextInt(400)) {
      case 0 -> it.machine.pass(60_000);
      case 1, 2, 3, 4, 5, 6, 7, 8 -> it.profiler.offer(it.task());
      case 9 -> it.profiler.slowRequests(random.nextBoolean());
      case 10, 11, 12 -> it.profiler.drain(1000, taken::add);
      default -> {}
    }
  }

  private void work(Random random) {
    for (int round = 0; round < ROUNDS; round++) {
      notes.put(Thread.currentThread(), lastNote.incrementAndGet());
      switch (random.nextInt(8)) {
        case 0, 1 -> plain(random);
        case 2 -> renamed(random);
        case 3 -> part(random);
        case 4 -> shared(random);
        case 5 -> asynchronous(random);
        case 6 -> left(random);
        default -> activated(random);
      }
      notes.put(Thread.currentThread(), lastNote.incrementAndGet()); // work of nobody's
    }
  }

  private void note() {
    String segment = tracer.segmentId();
    if (segment != null) {
      segmentOfNote.put(notes.get(Thread.currentThread()), segment);
    }
  }

  private void busy(Random random) {
    note();
    places.set(random.nextInt(places.length()), tracer.capture());
    for (int i = random.nextInt(2000); i > 0; i--) {
      Thread.onSpinWait();
    }
  }

  private void plain(Random random) {
    Span span = it.request();
    busy(random);
    if (random.nextInt(4) == 0) {
      tracer.wanted(span, false);
    }
    if (random.nextBoolean()) {
      tracer.startLocal("left open");
    }
    span.end(random.nextBoolean() ? new IllegalStateException() : null);
  }

  private void renamed(Random random) {
    Span span = tracer.startEntry("GET:/orders/17");
    note();
    Span inner = tracer.startEntry("handler");
    inner.operationName(SampledTasks.ENDPOINT);
    busy(random);
    inner.end();
    span.end();
  }

  private void part(Random random) {
    Scope scope = tracer.continueFrom(places.get(random.nextInt(places.length())));
    Span span = tracer.startLocal("part");
    busy(random);
    span.end();
    scope.close();
  }

  private void shared(Random random) {
    Span span = it.request();
    note();
    Span other = tracer.startDetached("detached", SpanType.LOCAL, 0, List.of(span));
    replace(random, other);
    busy(random);
    if (random.nextBoolean()) {
      Scope scope = tracer.activate(other);
      tracer.startLocal("inside").end();
      scope.close();
    }
    span.end();
  }

  private void asynchronous(Random random) {
    Span span = it.request();
    Span exit = tracer.startExit("call", "a:1").prepareForAsync();
    busy(random);
    exit.end();
    span.end();
    notes.put(Thread.currentThread(), lastNote.incrementAndGet());
    exit.asyncEnd();
  }

  /** A scope is closed with everything open in it. */
  private void left(Random random) {
    Snapshot place = places.get(random.nextInt(places.length()));
    if (place != null) {
      Scope scope = tracer.continueFrom(place);
      it.request();
      tracer.startLocal("inside");
      busy(random);
      scope.close();
    }
  }

  private void activated(Random random) {
    Span root = tracer.startDetached(SampledTasks.ENDPOINT, SpanType.ENTRY, 0, null);
    replace(random, root);
    Scope scope = tracer.activate(root);
    busy(random);
    scope.close();
    notes.put(Thread.currentThread(), lastNote.incrementAndGet());
    Span others = detached.get(random.nextInt(detached.length()));
    if (others != null) {
      Scope again = tracer.activate(others);
      busy(random);
      again.close();
    }
  }

  private void replace(Random random, Span span) {
    Span before = detached.getAndSet(random.nextInt(detached.length()), span);
    if (before != null) {
      before.end();
    }
  }

  private void check(List<ThreadSnapshot> taken, int peak, boolean slow) {
    Map<String, Integer> numbers = new HashMap<>();
    Map<String, Set<String>> segments = new HashMap<>();
    for (ThreadSnapshot each : taken) {
      int note = Integer.parseInt(each.frames()[0].getMethodName().substring("note".length()));
      String truth = segmentOfNote.get(note);
      if (truth != null) { // otherwise the segment was beginning, or could not say what it is
        assertThat(each.segmentId()).isEqualTo(truth);
      }
      assertThat(each.sequence())
          .isEqualTo(numbers.merge(each.segmentId(), 0, (before, one) -> before + 1));
      segments.computeIfAbsent(each.taskId(), id -> new HashSet<>()).add(each.segmentId());
    }
    ProfilerCounters counters = it.profiler.counters();
    assertThat(counters.made()).isEqualTo(counters.drained() + counters.dropped());
    assertThat(counters.queued()).isZero();
    assertThat(counters.dropped(SnapshotLoss.FAILED)).isZero();
    assertThat(tracer.counters().failures()).isZero();
    assertThat(taken.size()).isGreaterThan(100);
    assertThat(segments.size()).isGreaterThan(5);
    assertThat(segments.containsKey(ThreadSnapshot.SLOW_TASK)).isEqualTo(slow);
    assertThat(peak).isLessThanOrEqualTo(2 * 5 * (1 + 3));
  }
}
