package io.skein.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Span;
import io.skein.core.Recorder.Headers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SpanStackTest {
  private final Recorder recorder = new Recorder();
  private final Tracer tracer = recorder.settings.build();

  @Test
  @DisplayName("T06 an end out of order ends what is inside, and never throws")
  void anEndOutOfOrderEndsWhatIsInside() {
    Span entry = tracer.startEntry("entry");
    Span outer = tracer.startLocal("outer");
    Span inner = tracer.startLocal("inner");
    recorder.tick(3);
    outer.end();
    recorder.tick(4);
    inner.end();
    entry.end();

    Segment segment = recorder.only();
    assertThat(segment.spanCount()).isEqualTo(3);
    assertThat(Spans.named(segment, "inner").endMillis())
        .isEqualTo(Spans.named(segment, "outer").endMillis());
    assertThat(tracer.counters().repairedEnds()).isEqualTo(1);
    assertThat(tracer.counters().repeatedEnds()).isEqualTo(1);
  }

  @Test
  @DisplayName("T06 the end of the root ends everything")
  void theEndOfTheRootEndsEverything() {
    Span entry = tracer.startEntry("entry");
    for (int i = 0; i < 10; i++) {
      Span unused = tracer.startLocal("local " + i);
      assertThat(unused.recording()).isTrue();
    }
    entry.end();

    assertThat(recorder.only().spanCount()).isEqualTo(11);
    assertThat(tracer.activeSpan()).isNull();
    assertThat(tracer.startLocal("next")).isNotNull();
  }

  @Test
  @DisplayName("T06 an end in another thread is made good by the owner when it next does something")
  void anEndInAnotherThreadIsMadeGood() {
    Span entry = tracer.startEntry("first");
    recorder.tick(5);
    Spans.inAnotherThread(entry::end);
    recorder.tick(100);
    assertThat(recorder.count()).isZero();

    Span next = tracer.startEntry("second");
    assertThat(recorder.take().span(0).endMillis() - 1_700_000_000_000L).isEqualTo(5);
    next.end();
    assertThat(recorder.only().span(0).parentId()).isEqualTo(-1);
  }

  @Test
  @DisplayName("T09 from the limit on spans are not recorded, and the segment says so")
  void beyondTheLimitNothingIsRecorded() {
    Span entry = tracer.startEntry("entry");
    for (int i = 1; i < 299; i++) {
      tracer.startLocal("local").end();
    }
    Span last = tracer.startLocal("number 300");
    assertThat(last.recording()).isTrue();
    last.end();
    Span beyond = tracer.startLocal("number 301");
    assertThat(beyond.recording()).isFalse();
    beyond.tag("a", "b").log(new Error()).error().operationName("x").prepareForAsync();
    beyond.end();
    beyond.asyncEnd();
    entry.end();

    assertThat(recorder.only().spanCount()).isEqualTo(300);
    assertThat(recorder.only().sizeLimited()).isTrue();
    assertThat(tracer.counters().spansOverLimit()).isEqualTo(1);
  }

  @Test
  @DisplayName("T09 a segment of exactly the limit is whole")
  void exactlyTheLimitIsWhole() {
    Span entry = tracer.startEntry("entry");
    for (int i = 1; i < 300; i++) {
      tracer.startLocal("local").end();
    }
    entry.end();

    assertThat(recorder.only().spanCount()).isEqualTo(300);
    assertThat(recorder.only().sizeLimited()).isFalse();
  }

  @Test
  @DisplayName("T09 a call beyond the limit continues the trace below the nearest recorded span")
  void aCallBeyondTheLimitContinuesTheTrace() {
    Tracer small = recorder.settings.spanLimit(2).build();
    Span entry = small.startEntry("entry");
    Span local = small.startLocal("local");
    Span exit = small.startExit("number 3", "pay:80");
    Headers headers = Headers.from(small, exit);
    exit.end();
    local.end();
    entry.end();

    Segment segment = recorder.only();
    SegmentRef ref = Sw8.decode(headers.get("sw8")).ref;
    assertThat(ref.traceId()).isEqualTo(segment.traceId());
    assertThat(ref.parentSegmentId()).isEqualTo(segment.segmentId());
    assertThat(ref.parentSpanId()).isEqualTo(1);
    assertThat(ref.networkAddress()).isEqualTo("pay:80");
  }

  @Test
  @DisplayName("T09 work handed over beyond the limit continues the trace too")
  void aHandOverBeyondTheLimitContinuesTheTrace() {
    Tracer small = recorder.settings.spanLimit(1).build();
    Span entry = small.startEntry("entry");
    Span beyond = small.startLocal("beyond");
    Snapshot snapshot = small.capture();
    beyond.end();
    entry.end();
    Segment parent = recorder.take();
    Spans.inAnotherThread(
        () -> Spans.within(small.continueFrom(snapshot), () -> small.startLocal("task").end()));

    assertThat(recorder.only().span(0).ref(0).parentSegmentId()).isEqualTo(parent.segmentId());
    assertThat(recorder.only().span(0).ref(0).parentSpanId()).isZero();
  }

  @Test
  @DisplayName("T10 a span without a name is recorded under a name that says so")
  void aSpanWithoutANameIsRecorded() {
    Span entry = tracer.startEntry(null);
    tracer.startLocal("").end();
    tracer.startExit(null, null).end();
    entry.operationName(null).operationName("");
    entry.end();

    assertThat(Spans.of(recorder.only()))
        .extracting(SpanRecord::operationName)
        .containsOnly("unnamed");
  }

  @Test
  @DisplayName("T10 names are cut at 150 characters, not in the middle of one")
  void namesAreCut() {
    String emoji = "\uD83D\uDE00";
    Span entry = tracer.startEntry("x".repeat(149) + emoji);
    Span local = tracer.startLocal("short").operationName("y".repeat(151));
    local.end();
    tracer.startLocal("z".repeat(150)).end();
    entry.end();

    Segment segment = recorder.only();
    assertThat(segment.span(0).operationName()).isEqualTo("y".repeat(150));
    assertThat(segment.span(1).operationName()).isEqualTo("z".repeat(150));
    assertThat(segment.span(2).operationName()).isEqualTo("x".repeat(149));
  }

  @Test
  @DisplayName("T10 the cut comes before the decision: a suffix behind the cut does not count")
  void theCutComesBeforeTheDecision() {
    Tracer filtering =
        recorder
            .settings
            .noiseFilter(NoiseFilter.of(NoiseFilter.DEFAULT_SUFFIXES, List.of()))
            .build();
    Span entry = filtering.startEntry("/" + "x".repeat(149) + ".css");
    assertThat(entry.recording()).isTrue();
    entry.end();
  }

  @Test
  @DisplayName("T45 an ignored context has depth, and leaves the thread clean")
  void anIgnoredContextLeavesTheThreadClean() {
    List<Boolean> answers = new ArrayList<>(List.of(false, true));
    Tracer sampling = recorder.settings.sampler(name -> answers.remove(0)).build();
    Span entry = sampling.startEntry("not sampled");
    Span local = sampling.startLocal("local");
    local.end();
    local.end();
    assertThat(sampling.startExit("exit", "a:1").recording()).isFalse();
    assertThat(sampling.activeSpan()).isNotNull();
    assertThat(sampling.traceId()).isNull();
    entry.end();
    assertThat(sampling.activeSpan()).isNull();
    sampling.startEntry("sampled").end();

    assertThat(recorder.only().span(0).operationName()).isEqualTo("sampled");
    assertThat(sampling.counters().ignoredBySampler()).isEqualTo(1);
  }

  @Test
  @DisplayName("T46 nothing is open, nothing was started: every method is a silent no-op")
  void withoutASpanNothingHappens() {
    assertThat(tracer.activeSpan()).isNull();
    assertThat(tracer.traceId()).isNull();
    assertThat(tracer.capture()).isNull();
    assertThat(tracer.correlation("a")).isNull();
    assertThat(tracer.putCorrelation("a", "b")).isFalse();
    tracer.skipAnalysis();
    tracer.inject(null, new Headers(), Headers.WRITER);
    tracer.extract(null, new Headers(), Headers.READER);
    tracer.link(null, null);
    tracer.continueFrom(null).close();
    tracer.reportUnfinished(true);

    assertThat(recorder.count()).isZero();
  }

  @Test
  @DisplayName("T47 what a silenced thread starts is neither recorded nor sent along")
  void aSilencedThreadIsNotTraced() {
    Scope outer = tracer.silence();
    Scope inner = tracer.silence();
    inner.close();
    inner.close();
    Span exit = tracer.startExit("report", "backend:11800");
    assertThat(exit.recording()).isFalse();
    assertThat(Headers.from(tracer, exit).values).isEmpty();
    exit.end();
    outer.close();
    tracer.startLocal("after").end();

    assertThat(recorder.only().span(0).operationName()).isEqualTo("after");
  }

  @Test
  void aSinkThatThrowsDoesNoHarm() {
    Tracer failing =
        recorder
            .settings
            .sink(
                segment -> {
                  throw new IllegalStateException("full");
                })
            .build();
    failing.startEntry("entry").end();

    assertThat(failing.counters().failures()).isEqualTo(1);
    assertThat(failing.activeSpan()).isNull();
  }

  @Test
  void aClockThatIsSetBackMakesNoNegativeSpan() {
    Span entry = tracer.startEntry("entry");
    recorder.tick(-3_600_000);
    entry.end();

    assertThat(recorder.only().span(0).endMillis())
        .isEqualTo(recorder.only().span(0).startMillis());
  }

  @Test
  void twoTracersInOneThreadDoNotSeeEachOther() {
    Tracer other = recorder.settings.service("other").build();
    Span first = tracer.startEntry("first");
    Span second = other.startEntry("second");
    first.end();
    second.end();

    assertThat(recorder.segments).hasSize(2);
  }
}
