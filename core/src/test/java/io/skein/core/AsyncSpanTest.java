package io.skein.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Span;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AsyncSpanTest {
  private final Recorder recorder = new Recorder();
  private final Tracer tracer = recorder.settings.build();

  @Test
  @DisplayName("T11 the segment waits for the asynchronous end, which is the span's true end")
  void theSegmentWaitsForTheAsynchronousEnd() {
    Span entry = tracer.startEntry("entry");
    Span exit = tracer.startExit("exit", "a:1").prepareForAsync();
    recorder.tick(1);
    exit.end();
    entry.end();
    assertThat(recorder.count()).isZero();
    assertThat(tracer.activeSpan()).isNull();
    assertThat(tracer.waitingForAsync()).isEqualTo(1);
    recorder.tick(50);
    Spans.inAnotherThread(
        () -> {
          exit.tag("status", "200");
          exit.asyncEnd();
        });

    Segment segment = recorder.only();
    assertThat(segment.span(0).endMillis() - segment.span(0).startMillis()).isEqualTo(51);
    assertThat(Spans.tags(segment.span(0))).containsExactly("status=200");
    assertThat(segment.span(1).endMillis() - segment.span(1).startMillis()).isEqualTo(1);
    assertThat(tracer.waitingForAsync()).isZero();
  }

  @Test
  @DisplayName("T12 an asynchronous end before the end on the stack does not report too early")
  void anEarlyAsynchronousEndDoesNotReport() {
    Span entry = tracer.startEntry("entry");
    Span exit = tracer.startExit("exit", "a:1").prepareForAsync();
    Spans.inAnotherThread(exit::asyncEnd);
    assertThat(recorder.count()).isZero();
    recorder.tick(5);
    exit.end();
    assertThat(recorder.count()).isZero();
    entry.end();

    Segment segment = recorder.only();
    assertThat(segment.span(0).endMillis() - segment.span(0).startMillis()).isEqualTo(5);
  }

  @Test
  @DisplayName("T12 whoever comes last reports, once, whatever the order")
  void whoeverComesLastReportsOnce() throws Exception {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try {
      CyclicBarrier start = new CyclicBarrier(2);
      for (int round = 0; round < 5000; round++) {
        Span entry = tracer.startEntry("entry");
        Span exit = tracer.startExit("exit", "a:1").prepareForAsync();
        Future<?> other =
            pool.submit(
                () -> {
                  start.await(10, TimeUnit.SECONDS);
                  exit.tag("from", "callback");
                  exit.asyncEnd();
                  return null;
                });
        start.await(10, TimeUnit.SECONDS);
        exit.end();
        entry.end();
        other.get(10, TimeUnit.SECONDS);
        Segment segment = recorder.take();
        assertThat(segment.spanCount()).isEqualTo(2);
        assertThat(Spans.tags(segment.span(0))).containsExactly("from=callback");
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(tracer.waitingForAsync()).isZero();
  }

  @Test
  @DisplayName("T11 misuse is ignored and counted, and the segment is reported all the same")
  void misuseIsHarmless() {
    Span entry = tracer.startEntry("entry");
    entry.asyncEnd(); // without having been prepared
    entry.prepareForAsync().prepareForAsync(); // twice
    Span local = tracer.startLocal("local");
    Spans.inAnotherThread(local::prepareForAsync); // in a foreign thread
    local.end();
    local.prepareForAsync(); // too late
    entry.end();
    entry.asyncEnd();
    entry.asyncEnd(); // twice

    assertThat(recorder.only().spanCount()).isEqualTo(2);
    assertThat(tracer.counters().misusedAsync()).isEqualTo(5);
  }

  @Test
  void eachOfThoseWhoShareASpanMayHoldItOpen() {
    Span servlet = tracer.startEntry("servlet");
    Span mvc = tracer.startEntry("mvc").prepareForAsync();
    mvc.end();
    servlet.prepareForAsync();
    servlet.end();
    mvc.asyncEnd();
    assertThat(recorder.count()).isZero();
    recorder.tick(9);
    servlet.asyncEnd();

    assertThat(recorder.only().span(0).endMillis() - recorder.only().span(0).startMillis())
        .isEqualTo(9);
  }

  @Test
  @DisplayName("T15 a leaked asynchronous span is reported unfinished after its time")
  void aLeakedSpanIsReportedAfterItsTime() {
    Tracer bounded = recorder.settings.asyncTimeout(Duration.ofSeconds(60)).build();
    Span leaked = bounded.startEntry("leaked").prepareForAsync();
    leaked.end();
    recorder.tick(59_999);
    bounded.reportUnfinished(false);
    assertThat(recorder.count()).isZero();
    recorder.tick(1);
    bounded.reportUnfinished(false);

    Segment segment = recorder.only();
    assertThat(Spans.tags(segment.span(0))).containsExactly("async=unfinished");
    assertThat(segment.span(0).endMillis() - segment.span(0).startMillis()).isEqualTo(60_000);
    assertThat(bounded.waitingForAsync()).isZero();
    assertThat(bounded.counters().unfinishedAsync()).isEqualTo(1);
    // and its end, should it come after all, changes nothing
    leaked.tag("late", "yes");
    leaked.asyncEnd();
    assertThat(recorder.count()).isEqualTo(1);
    assertThat(segment.span(0).tagCount()).isEqualTo(1);
    assertThat(bounded.counters().lateChanges()).isEqualTo(1);
  }

  @Test
  @DisplayName(
      "T15 leaked asynchronous spans do not fill the memory: beyond a number the oldest goes")
  void leakedSpansHaveANumber() {
    Tracer bounded = recorder.settings.asyncLimit(10).build();
    List<Span> leaked = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Span span = bounded.startEntry("leaked " + i).prepareForAsync();
      span.end();
      leaked.add(span);
    }

    assertThat(bounded.waitingForAsync()).isEqualTo(10);
    assertThat(recorder.segments).hasSize(90);
    assertThat(recorder.segments.get(0).span(0).operationName()).isEqualTo("leaked 0");
    leaked.get(95).asyncEnd();
    assertThat(recorder.segments).hasSize(91);
    bounded.reportUnfinished(true);
    assertThat(recorder.segments).hasSize(100);
  }

  @Test
  @DisplayName("T16 ending a span that one holds ends exactly it, not what happens to be active")
  void anEndIsForOneSpan() {
    Span mine = tracer.startLocal("mine");
    mine.end();
    Span theirs = tracer.startLocal("theirs");
    mine.end();

    assertThat(recorder.take().span(0).operationName()).isEqualTo("mine");
    assertThat(tracer.activeSpan()).isNotNull();
    theirs.end();
    assertThat(recorder.only().span(0).operationName()).isEqualTo("theirs");
  }

  @Test
  void changesFromManyThreadsOfAnAsynchronousSpanAreAllThere() throws Exception {
    Span span = tracer.startEntry("entry").prepareForAsync();
    int threads = 4;
    CountDownLatch done = new CountDownLatch(threads);
    for (int t = 0; t < threads; t++) {
      int number = t;
      new Thread(
              () -> {
                for (int i = 0; i < 50; i++) {
                  span.tag("t" + number + "." + i, "x").log("event");
                }
                done.countDown();
              })
          .start();
    }
    assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
    span.end();
    span.asyncEnd();

    assertThat(recorder.only().span(0).tagCount()).isEqualTo(200);
    assertThat(recorder.only().span(0).logCount()).isEqualTo(200);
  }

  @Test
  void changesFromAnotherThreadOfAnOrdinarySpanAreAppliedByItsOwner() {
    Span span = tracer.startEntry("entry");
    Spans.inAnotherThread(() -> span.tag("from", "elsewhere").log(new Exception("x")).peer("p:1"));
    span.end();
    Spans.inAnotherThread(() -> span.tag("too", "late"));

    SpanRecord record = recorder.only().span(0);
    assertThat(Spans.tags(record)).containsExactly("from=elsewhere");
    assertThat(record.logCount()).isEqualTo(1);
    assertThat(record.peer()).isEqualTo("p:1");
    assertThat(tracer.counters().lateChanges()).isEqualTo(1);
  }
}
