package io.skein.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Span;
import io.skein.core.Recorder.Headers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class DetachedSpanTest {
  private final Recorder recorder = new Recorder();
  private final Tracer tracer = recorder.settings.build();

  private Span detached(String name, Object... parents) {
    return tracer.startDetached(name, SpanType.LOCAL, 0, Arrays.asList(parents));
  }

  private static SegmentRef onlyRef(SpanRecord span) {
    assertThat(span.refCount()).isEqualTo(1);
    return span.ref(0);
  }

  @Nested
  class InOneSegment {
    @Test
    void aLoneSpanIsASegmentAndNotActive() {
      Span span = detached("alone");
      assertThat(tracer.activeSpan()).isNull();
      recorder.tick(7);
      span.tag("key", "value");
      span.end();

      SpanRecord alone = recorder.only().span(0);
      assertThat(alone.parentId()).isEqualTo(-1);
      assertThat(alone.endMillis() - alone.startMillis()).isEqualTo(7);
      assertThat(Spans.tags(alone)).containsExactly("key=value");
      assertThat(alone.refCount()).isZero();
      assertThat(tracer.waitingForAsync()).isZero();
    }

    @Test
    void spansEndInAnyOrderInAnyThread() {
      Span root = detached("root");
      Span first = detached("first", root);
      Span second = detached("second", first);
      root.end();
      Spans.inAnotherThread(
          () -> {
            Span third = detached("third", second);
            first.end();
            second.tag("by", "another").end();
            assertThat(recorder.count()).isZero();
            third.end();
          });

      Segment segment = recorder.only();
      assertThat(segment.spanCount()).isEqualTo(4);
      assertThat(Spans.named(segment, "first").parentId())
          .isEqualTo(Spans.named(segment, "root").id());
      assertThat(Spans.named(segment, "second").parentId())
          .isEqualTo(Spans.named(segment, "first").id());
      assertThat(Spans.named(segment, "third").parentId())
          .isEqualTo(Spans.named(segment, "second").id());
      assertThat(Spans.tags(Spans.named(segment, "second"))).containsExactly("by=another");
    }

    @Test
    void timesAreGivenAndTheEndIsNotBeforeTheStart() {
      Span span = tracer.startDetached("timed", SpanType.LOCAL, 1000, List.of());
      tracer.log(span, 1500, Map.of("event", "half"));
      tracer.end(span, 2000);
      tracer.end(span, 3000);
      SpanRecord timed = recorder.take().span(0);
      assertThat(timed.startMillis()).isEqualTo(1000);
      assertThat(timed.endMillis()).isEqualTo(2000);
      assertThat(timed.log(0).millis()).isEqualTo(1500);

      Span backwards = tracer.startDetached("backwards", SpanType.LOCAL, 1000, List.of());
      tracer.end(backwards, 500);
      assertThat(recorder.only().span(0).endMillis()).isEqualTo(1000);
    }

    @Test
    void theTypeMayBeSaidUntilTheEnd() {
      Span span = detached("span");
      tracer.type(span, SpanType.EXIT);
      span.peer("stock:9090");
      tracer.type(span, null);
      tracer.type(null, SpanType.ENTRY);
      span.end();
      tracer.type(span, SpanType.ENTRY);

      SpanRecord record = recorder.only().span(0);
      assertThat(record.type()).isEqualTo(SpanType.EXIT);
      assertThat(record.peer()).isEqualTo("stock:9090");
    }

    @Test
    void theTypeOfASpanOnAStackIsNotChanged() {
      Span local = tracer.startLocal("local");
      tracer.type(local, SpanType.ENTRY);
      local.end();
      assertThat(recorder.only().span(0).type()).isEqualTo(SpanType.LOCAL);
    }

    @Test
    void aChildOfWhatThisThreadIsDoingIsInItsSegment() {
      Span entry = tracer.startEntry("GET:/");
      Span local = tracer.startLocal("local");
      Span child = detached("child", local);
      Span inner = tracer.startLocal("inner");
      assertThat(tracer.activeSpan()).isNotSameAs(child);
      inner.end();
      local.end();
      entry.end();
      assertThat(tracer.activeSpan()).isNull();
      assertThat(recorder.count()).isZero();
      recorder.tick(3);
      child.end();

      Segment segment = recorder.only();
      assertThat(segment.spanCount()).isEqualTo(4);
      assertThat(Spans.named(segment, "child").parentId())
          .isEqualTo(Spans.named(segment, "local").id());
      assertThat(Spans.named(segment, "inner").parentId())
          .isEqualTo(Spans.named(segment, "local").id());
      assertThat(tracer.waitingForAsync()).isZero();
      assertThat(tracer.counters().repairedEnds()).isZero();
    }

    @Test
    void aSegmentThatBecameSharedIsReportedWithItsStack() {
      Span entry = tracer.startEntry("GET:/");
      detached("child", entry).end();
      Span local = tracer.startLocal("local");
      local.tag("key", "value");
      local.end();
      assertThat(recorder.count()).isZero();
      entry.tag("late", "yes").end();

      Segment segment = recorder.only();
      assertThat(segment.spanCount()).isEqualTo(3);
      assertThat(Spans.tags(Spans.named(segment, "local"))).containsExactly("key=value");
      assertThat(Spans.tags(Spans.named(segment, "GET:/"))).containsExactly("late=yes");
      tracer.startLocal("next").end();
      assertThat(recorder.count()).isEqualTo(2);
    }

    @Test
    @DisplayName("T01 sharing of entries goes on as before in a segment that became shared")
    void entriesAreStillShared() {
      Span tomcat = tracer.startEntry("GET:/orders/1");
      Span mvc = tracer.startEntry("GET:/orders/{id}");
      detached("child", mvc).end();
      Span again = tracer.startEntry("GET:/orders/{number}");
      again.end();
      tomcat.operationName("ignored");
      mvc.end();
      tomcat.end();

      Segment segment = recorder.only();
      assertThat(segment.spanCount()).isEqualTo(2);
      assertThat(Spans.named(segment, "GET:/orders/{number}").type()).isEqualTo(SpanType.ENTRY);
    }

    @Test
    @DisplayName("T06 wrong orders of ends are repaired in a shared segment, too")
    void wrongOrdersAreRepaired() {
      Span entry = tracer.startEntry("entry");
      detached("child", entry).end();
      Span local = tracer.startLocal("local");
      tracer.startExit("exit", "a:1");
      entry.end();
      local.end();
      entry.end();

      assertThat(recorder.only().spanCount()).isEqualTo(4);
      assertThat(tracer.activeSpan()).isNull();
      assertThat(tracer.counters().repairedEnds()).isEqualTo(2);
      assertThat(tracer.counters().repeatedEnds()).isEqualTo(2);
    }

    @Test
    @DisplayName("T11 asynchronous spans and detached ones wait for each other")
    void asynchronousSpansWork() {
      Span entry = tracer.startEntry("entry");
      Span before = tracer.startExit("before", "a:1").prepareForAsync();
      before.end();
      Span child = detached("child", entry);
      Span after = tracer.startExit("after", "a:1").prepareForAsync();
      after.end();
      entry.end();
      child.end();
      Spans.inAnotherThread(before::asyncEnd);
      assertThat(recorder.count()).isZero();
      recorder.tick(4);
      Spans.inAnotherThread(() -> after.tag("status", "200").asyncEnd());

      Segment segment = recorder.only();
      assertThat(segment.spanCount()).isEqualTo(4);
      SpanRecord record = Spans.named(segment, "after");
      assertThat(record.endMillis() - record.startMillis()).isEqualTo(4);
      assertThat(Spans.tags(record)).containsExactly("status=200");
      assertThat(tracer.counters().misusedAsync()).isZero();
    }

    @Test
    void endsFromAnotherThreadAreNoted() {
      Span entry = tracer.startEntry("entry");
      Span child = detached("child", entry);
      Spans.inAnotherThread(entry::end);
      child.end();
      assertThat(tracer.activeSpan()).isNull();
      assertThat(recorder.only().spanCount()).isEqualTo(2);
    }

    @Test
    void theLimitOfSpansHolds() {
      Tracer small = recorder.settings.spanLimit(2).build();
      Span root = small.startDetached("root", SpanType.ENTRY, 0, null);
      Span second = small.startDetached("second", null, 0, List.of(root));
      Span third = small.startDetached("third", null, 0, List.of(second));
      Span fourth = small.startDetached("fourth", null, 0, List.of(third));
      assertThat(third.recording()).isFalse();
      Headers headers = Headers.from(small, fourth);
      assertThat(headers.get("sw8")).contains("-1-");
      Scope scope = small.activate(fourth);
      small.startLocal("local").end();
      scope.close();
      fourth.end();
      third.end();
      second.end();
      root.end();

      assertThat(recorder.only().spanCount()).isEqualTo(2);
      assertThat(recorder.only().sizeLimited()).isTrue();
    }
  }

  @Nested
  class InASegmentOfItsOwn {
    @Test
    void aChildOfWhatAnotherThreadIsDoing() {
      Span entry = tracer.startEntry("GET:/");
      Spans.inAnotherThread(() -> detached("child", entry).end());
      Segment child = recorder.take();
      entry.end();
      Segment parent = recorder.only();

      SegmentRef ref = onlyRef(child.span(0));
      assertThat(ref.refType()).isEqualTo(SegmentRef.RefType.CROSS_THREAD);
      assertThat(ref.parentSegmentId()).isEqualTo(parent.segmentId());
      assertThat(ref.parentSpanId()).isZero();
      assertThat(ref.parentEndpoint()).isEqualTo("GET:/");
      assertThat(child.traceId()).isEqualTo(parent.traceId());
    }

    @Test
    @DisplayName("T14 a child that comes after its parent was reported")
    void aLateChild() {
      Span root = detached("root");
      root.end();
      Segment parent = recorder.take();
      Span late = detached("late", root);
      late.end();

      SegmentRef ref = onlyRef(recorder.only().span(0));
      assertThat(ref.refType()).isEqualTo(SegmentRef.RefType.CROSS_THREAD);
      assertThat(ref.parentSegmentId()).isEqualTo(parent.segmentId());
      assertThat(recorder.only().traceId()).isEqualTo(parent.traceId());
    }

    @Test
    void aChildOfASnapshot() {
      Span entry = tracer.startEntry("GET:/");
      Snapshot snapshot = tracer.capture();
      entry.end();
      Segment parent = recorder.take();
      detached("child", snapshot).end();
      assertThat(onlyRef(recorder.only().span(0)).parentSegmentId()).isEqualTo(parent.segmentId());
    }

    @Test
    void aChildOfWhatHeadersSay() {
      Span exit = tracer.startExit("call", "orders:80");
      Headers headers = Headers.from(tracer, exit);
      exit.end();
      Segment caller = recorder.take();
      ExtractedContext context = tracer.extractContext(headers, Headers.READER);
      assertThat(context.valid()).isTrue();
      Span entry = tracer.startDetached("serve", SpanType.ENTRY, 0, List.of(context));
      entry.end();

      SegmentRef ref = onlyRef(recorder.only().span(0));
      assertThat(ref.refType()).isEqualTo(SegmentRef.RefType.CROSS_PROCESS);
      assertThat(ref.parentSegmentId()).isEqualTo(caller.segmentId());
      assertThat(ref.networkAddress()).isEqualTo("orders:80");
      assertThat(recorder.only().traceId()).isEqualTo(caller.traceId());
    }

    @Test
    void headersThatAreNoneOrBroken() {
      assertThat(tracer.extractContext(Headers.of(), Headers.READER)).isNull();
      assertThat(tracer.extractContext(Headers.of("sw8", ""), Headers.READER)).isNull();
      assertThat(tracer.extractContext(null, Headers.READER)).isNull();
      ExtractedContext broken = tracer.extractContext(Headers.of("sw8", "1-x"), Headers.READER);
      assertThat(broken.valid()).isFalse();
      detached("root", broken).end();
      assertThat(recorder.only().span(0).refCount()).isZero();
    }

    @Test
    void severalParentsAreOneInsideAndReferences() {
      Headers headers = Headers.from(tracer, tracer.startExit("call", "a:1"));
      tracer.activeSpan().end();
      String callerTrace = recorder.take().traceId();
      ExtractedContext context = tracer.extractContext(headers, Headers.READER);
      Span other = detached("other");
      Span root = detached("root");
      Span span = detached("span", root, context, null, "no place", other, root, context);
      span.end();
      root.end();
      Segment segment = recorder.take();
      other.end();

      SpanRecord record = Spans.named(segment, "span");
      assertThat(record.parentId()).isEqualTo(Spans.named(segment, "root").id());
      assertThat(record.refCount()).isEqualTo(2);
      assertThat(record.ref(0).traceId()).isEqualTo(callerTrace);
      assertThat(record.ref(1).refType()).isEqualTo(SegmentRef.RefType.CROSS_THREAD);
      assertThat(segment.traceId()).isNotEqualTo(callerTrace);
    }

    @Test
    void spansOfAnotherTracerAreNoParents() {
      Recorder otherRecorder = new Recorder();
      Tracer other = otherRecorder.settings.build();
      Span theirs = other.startDetached("theirs", null, 0, null);
      detached("mine", theirs, Span.none()).end();
      assertThat(recorder.only().span(0).refCount()).isZero();
      Spans.within(tracer.activate(theirs), () -> tracer.startLocal("local").end());
      assertThat(recorder.count()).isEqualTo(2);
      theirs.end();
    }
  }

  @Nested
  class Activated {
    @Test
    void whatStartsMeanwhileIsItsChild() {
      Span span = detached("span");
      Scope scope = tracer.activate(span);
      assertThat(tracer.activeSpan()).isSameAs(span);
      Span local = tracer.startLocal("local");
      Span exit = tracer.startExit("exit", "a:1");
      exit.end();
      assertThat(tracer.activeSpan()).isSameAs(local);
      local.end();
      assertThat(tracer.activeSpan()).isSameAs(span);
      scope.close();
      assertThat(tracer.activeSpan()).isNull();
      assertThat(recorder.count()).isZero();
      span.end();

      Segment segment = recorder.only();
      assertThat(segment.spanCount()).isEqualTo(3);
      assertThat(Spans.named(segment, "local").parentId())
          .isEqualTo(Spans.named(segment, "span").id());
      assertThat(Spans.named(segment, "exit").parentId())
          .isEqualTo(Spans.named(segment, "local").id());
      assertThat(tracer.counters().repairedEnds()).isZero();
    }

    @Test
    void inSeveralThreadsAtOnce() {
      Span span = detached("span");
      Scope here = tracer.activate(span);
      Span mine = tracer.startLocal("mine");
      Spans.inAnotherThread(
          () ->
              Spans.within(
                  tracer.activate(span),
                  () -> {
                    Span theirs = tracer.startLocal("theirs");
                    tracer.startExit("call", "a:1").end();
                    theirs.end();
                  }));
      tracer.startLocal("inner").end();
      mine.end();
      here.close();
      span.end();

      Segment segment = recorder.only();
      assertThat(segment.spanCount()).isEqualTo(5);
      int id = Spans.named(segment, "span").id();
      assertThat(Spans.named(segment, "mine").parentId()).isEqualTo(id);
      assertThat(Spans.named(segment, "theirs").parentId()).isEqualTo(id);
      assertThat(Spans.named(segment, "inner").parentId())
          .isEqualTo(Spans.named(segment, "mine").id());
      assertThat(Spans.named(segment, "call").parentId())
          .isEqualTo(Spans.named(segment, "theirs").id());
    }

    @Test
    void inTheMiddleOfARequestAndTheRequestGoesOn() {
      Span entry = tracer.startEntry("GET:/");
      Span child = detached("child", tracer.activeSpan());
      Scope scope = tracer.activate(child);
      tracer.startExit("exit", "a:1").end();
      scope.close();
      tracer.startLocal("after").end();
      child.end();
      entry.end();

      Segment segment = recorder.only();
      assertThat(Spans.named(segment, "exit").parentId())
          .isEqualTo(Spans.named(segment, "child").id());
      assertThat(Spans.named(segment, "after").parentId())
          .isEqualTo(Spans.named(segment, "GET:/").id());
    }

    @Test
    void aSpanOfAStackMayBeActivated() {
      Span entry = tracer.startEntry("GET:/");
      Span local = tracer.startLocal("local");
      Spans.within(
          tracer.activate(entry),
          () -> {
            assertThat(tracer.activeSpan()).isSameAs(entry);
            tracer.startLocal("below the entry").end();
          });
      assertThat(tracer.activeSpan()).isSameAs(local);
      local.end();
      entry.end();
      Segment segment = recorder.only();
      assertThat(Spans.named(segment, "below the entry").parentId())
          .isEqualTo(Spans.named(segment, "GET:/").id());
    }

    @Test
    void whatAnotherThreadIsDoingMayBeActivatedAndIsReferredTo() {
      Span entry = tracer.startEntry("GET:/");
      Spans.inAnotherThread(
          () ->
              Spans.within(
                  tracer.activate(entry),
                  () -> {
                    assertThat(tracer.activeSpan()).isNull();
                    tracer.startLocal("task").end();
                  }));
      Segment task = recorder.take();
      entry.end();
      assertThat(onlyRef(task.span(0)).parentSegmentId()).isEqualTo(recorder.only().segmentId());
    }

    @Test
    void aReportedSpanMayBeActivatedAndIsReferredTo() {
      Span span = detached("span");
      span.end();
      String segmentId = recorder.take().segmentId();
      Spans.within(tracer.activate(span), () -> tracer.startLocal("late").end());
      assertThat(onlyRef(recorder.only().span(0)).parentSegmentId()).isEqualTo(segmentId);
    }

    @Test
    void whoseSegmentIsReportedMeanwhileGoesOnInAnother() {
      Span span = detached("span");
      Scope scope = tracer.activate(span);
      span.end();
      Segment first = recorder.take();
      Span late = tracer.startLocal("late");
      tracer.startLocal("inner").end();
      late.end();
      Segment second = recorder.take();
      assertThat(second.spanCount()).isEqualTo(2);
      assertThat(onlyRef(Spans.named(second, "late")).parentSegmentId())
          .isEqualTo(first.segmentId());
      tracer.startLocal("later").end();
      assertThat(onlyRef(recorder.take().span(0)).parentSegmentId()).isEqualTo(first.segmentId());
      scope.close();
      tracer.startLocal("unrelated").end();
      assertThat(recorder.only().span(0).refCount()).isZero();
    }

    @Test
    void noneSuspendsWhatIsActive() {
      Span entry = tracer.startEntry("GET:/");
      Spans.within(
          tracer.activate(null),
          () -> {
            assertThat(tracer.activeSpan()).isNull();
            assertThat(tracer.traceId()).isNull();
            tracer.startLocal("unrelated").end();
          });
      String traceId = tracer.traceId();
      entry.end();
      assertThat(recorder.segments).hasSize(2);
      assertThat(recorder.segments.get(0).traceId()).isNotEqualTo(traceId);
      assertThat(recorder.segments.get(0).span(0).refCount()).isZero();
    }

    @Test
    void aScopeClosedTooEarlyIsTakenOutWhenItComesToTheTop() {
      Span outer = detached("outer");
      Span inner = detached("inner");
      Scope first = tracer.activate(outer);
      Scope second = tracer.activate(inner);
      first.close();
      assertThat(tracer.activeSpan()).isSameAs(inner);
      first.close();
      second.close();
      assertThat(tracer.activeSpan()).isNull();
      second.close();
      first.close();
      assertThat(tracer.activeSpan()).isNull();
      outer.end();
      inner.end();
      assertThat(recorder.count()).isEqualTo(2);
      assertThat(tracer.counters().repairedEnds()).isEqualTo(1);
    }

    @Test
    void aScopeClosedInAnotherThreadStaysOpen() {
      Span span = detached("span");
      Scope scope = tracer.activate(span);
      Spans.inAnotherThread(scope::close);
      assertThat(tracer.activeSpan()).isSameAs(span);
      scope.close();
      assertThat(tracer.activeSpan()).isNull();
      span.end();
    }

    @Test
    void aScopeThatNobodyClosesEndsWithItsRequest() {
      Span entry = tracer.startEntry("GET:/1");
      Span child = detached("child", entry);
      Scope leaked = tracer.activate(child);
      tracer.startLocal("local");
      child.end();
      entry.end();
      assertThat(tracer.activeSpan()).isNull();
      Segment first = recorder.take();
      assertThat(first.spanCount()).isEqualTo(3);

      Span next = tracer.startEntry("GET:/2");
      leaked.close();
      assertThat(tracer.activeSpan()).isSameAs(next);
      next.end();
      Segment second = recorder.only();
      assertThat(second.traceId()).isNotEqualTo(first.traceId());
      assertThat(second.span(0).refCount()).isZero();
      assertThat(tracer.waitingForAsync()).isZero();
    }

    @Test
    void leakedScopesAreBounded() {
      Span span = detached("span");
      List<Scope> scopes = new ArrayList<>();
      for (int i = 0; i < 2000; i++) {
        scopes.add(tracer.activate(span));
      }
      for (int i = scopes.size() - 1; i >= 0; i--) {
        scopes.get(i).close();
      }
      assertThat(tracer.activeSpan()).isNull();
      span.end();
      assertThat(recorder.only().spanCount()).isEqualTo(1);
    }

    @Test
    void spansLeftOpenInAScopeEndWithIt() {
      Span span = detached("span");
      Scope scope = tracer.activate(span);
      Span forgotten = tracer.startLocal("forgotten");
      scope.close();
      assertThat(tracer.activeSpan()).isNull();
      forgotten.tag("too", "late").end();
      span.end();
      assertThat(recorder.only().spanCount()).isEqualTo(2);
      assertThat(Spans.named(recorder.only(), "forgotten").tagCount()).isZero();
    }

    @Test
    void handOversStartFromIt() {
      Span span = detached("span");
      Spans.within(
          tracer.activate(span),
          () -> {
            Snapshot snapshot = tracer.capture();
            Spans.inAnotherThread(
                () ->
                    Spans.within(
                        tracer.continueFrom(snapshot), () -> tracer.startLocal("task").end()));
            Spans.within(tracer.continueFrom(snapshot), () -> tracer.startLocal("here").end());
          });
      Segment task = recorder.take();
      span.end();
      Segment segment = recorder.only();
      assertThat(onlyRef(task.span(0)).parentSegmentId()).isEqualTo(segment.segmentId());
      assertThat(onlyRef(task.span(0)).parentSpanId()).isZero();
      assertThat(Spans.named(segment, "here").refCount()).isZero();
    }

    @Test
    void dataOfTheTraceIsTheSegments() {
      Span span = detached("span");
      Spans.within(
          tracer.activate(span),
          () -> {
            assertThat(tracer.putCorrelation("user", "ann")).isTrue();
            assertThat(tracer.traceId()).isNotNull();
            assertThat(tracer.segmentId()).isNotNull();
            assertThat(tracer.spanId()).isZero();
          });
      Spans.inAnotherThread(
          () ->
              Spans.within(
                  tracer.activate(span),
                  () -> assertThat(tracer.correlation("user")).isEqualTo("ann")));
      Headers headers = Headers.from(tracer, span);
      assertThat(headers.get("sw8-correlation")).isNotEmpty();
      span.end();
    }
  }

  @Nested
  class NotRecorded {
    @Test
    void aRootIsDecidedAboutAsAnyOther() {
      Tracer never = recorder.settings.sampler(Sampler.never()).build();
      Span root = never.startDetached("root", SpanType.ENTRY, 0, null);
      assertThat(root.recording()).isFalse();
      Span child = never.startDetached("child", null, 0, List.of(root));
      assertThat(child.recording()).isFalse();
      assertThat(Headers.from(never, child).get("sw8")).isEqualTo("0-------");
      Spans.within(
          never.activate(child),
          () -> {
            Span local = never.startLocal("local");
            assertThat(local.recording()).isFalse();
            local.end();
          });
      child.end();
      child.end();
      root.end();
      assertThat(recorder.count()).isZero();
      assertThat(never.counters().ignoredBySampler()).isEqualTo(1);
      assertThat(never.counters().repeatedEnds()).isEqualTo(1);
    }

    @Test
    void aChildOfAnIgnoredRequestIsIgnored() {
      Tracer quiet =
          recorder.settings.noiseFilter(NoiseFilter.of(List.of(".css"), List.of())).build();
      Span entry = quiet.startEntry("GET:/style.css");
      Span child = quiet.startDetached("child", null, 0, List.of(quiet.activeSpan()));
      assertThat(child.recording()).isFalse();
      Spans.within(quiet.activate(child), () -> quiet.startLocal("local").end());
      child.end();
      entry.end();
      assertThat(recorder.count()).isZero();
      assertThat(quiet.activeSpan()).isNull();
    }

    @Test
    void aCallerThatDoesNotRecordIsFollowed() {
      ExtractedContext context =
          tracer.extractContext(Headers.of("sw8", "0-------"), Headers.READER);
      assertThat(context.valid()).isTrue();
      assertThat(context.recorded()).isFalse();
      assertThat(detached("child", context).recording()).isFalse();
    }
  }

  @Nested
  class Huge {
    @Test
    void chainsBeyondTheLimitKeepNothing() {
      Span root = detached("root");
      Span span = root;
      for (int i = 0; i < 1000; i++) {
        span = detached("span " + i, span);
      }
      assertThat(((NoopSpan) span).below).isInstanceOf(RecordingSpan.class);
      assertThat(tracer.counters().spansOverLimit()).isEqualTo(701);
      tracer.reportUnfinished(true);
    }

    @Test
    void parentsAreBounded() {
      Tracer few = recorder.settings.refLimit(3).build();
      List<Span> parents = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        parents.add(few.startDetached("parent " + i, null, 0, null));
      }
      few.startDetached("child", null, 0, parents).end();
      parents.forEach(Span::end);
      assertThat(Spans.named(recorder.segments.get(0), "child").refCount()).isEqualTo(3);
    }

    @Test
    void keysAreBounded() {
      Span span = detached("span");
      span.tag("k".repeat(100_000), "v").log(Map.of("k".repeat(100_000), "v"));
      span.end();
      assertThat(recorder.only().span(0).tagKey(0)).hasSize(1024);
      assertThat(recorder.only().span(0).log(0).key(0)).hasSize(1024);
    }
  }

  @Nested
  class Unfinished {
    @Test
    @DisplayName("T15 what nobody ends is reported after its time")
    void whatNobodyEndsIsReported() {
      Tracer bounded = recorder.settings.asyncTimeout(Duration.ofSeconds(60)).build();
      Span root = bounded.startDetached("root", null, 0, null);
      Span child = bounded.startDetached("child", null, 0, List.of(root));
      root.end();
      recorder.tick(60_000);
      bounded.reportUnfinished(false);

      Segment segment = recorder.only();
      assertThat(segment.spanCount()).isEqualTo(2);
      assertThat(Spans.tags(Spans.named(segment, "child"))).containsExactly("async=unfinished");
      assertThat(Spans.named(segment, "root").tagCount()).isZero();
      child.tag("too", "late").end();
      assertThat(recorder.count()).isEqualTo(1);
      assertThat(bounded.waitingForAsync()).isZero();
    }

    @Test
    void whatAThreadIsAtWorkInIsNotForgotten() {
      Tracer bounded = recorder.settings.asyncTimeout(Duration.ofSeconds(60)).build();
      Span job = bounded.startDetached("job", null, 0, null);
      Scope scope = bounded.activate(job);
      recorder.tick(100_000);
      bounded.reportUnfinished(false);
      assertThat(recorder.count()).isZero();
      scope.close();
      recorder.tick(59_999);
      bounded.reportUnfinished(false);
      assertThat(recorder.count()).isZero();
      assertThat(bounded.waitingForAsync()).isEqualTo(1);
      job.end();
      assertThat(Spans.tags(recorder.only().span(0))).isEmpty();
      assertThat(bounded.waitingForAsync()).isZero();
    }

    @Test
    void whereTooManyWaitTheOldestThatNobodyWorksInAreReported() {
      Tracer narrow = recorder.settings.asyncLimit(2).build();
      List<Span> spans = new ArrayList<>();
      List<Scope> scopes = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        Span span = narrow.startDetached("span " + i, null, 0, null);
        spans.add(span);
        scopes.add(narrow.activate(span));
      }
      assertThat(recorder.count()).isZero();
      for (int i = 4; i >= 0; i--) {
        scopes.get(i).close();
      }
      assertThat(recorder.count()).isEqualTo(3);
      assertThat(narrow.waitingForAsync()).isEqualTo(2);
      spans.forEach(Span::end);
      assertThat(recorder.count()).isEqualTo(5);
      assertThat(narrow.waitingForAsync()).isZero();
    }

    @Test
    void atTheEndEverythingIsReportedAndThreadsGoOn() {
      Span entry = tracer.startEntry("entry");
      Span child = detached("child", entry);
      Span local = tracer.startLocal("local");
      tracer.reportUnfinished(true);
      Segment segment = recorder.take();
      assertThat(segment.spanCount()).isEqualTo(3);
      local.tag("too", "late").end();
      child.end();
      Span late = tracer.startLocal("late");
      late.end();
      assertThat(onlyRef(recorder.take().span(0)).parentSegmentId()).isEqualTo(segment.segmentId());
      entry.end();
      tracer.startLocal("next").end();
      assertThat(recorder.only().span(0).refCount()).isZero();
    }
  }
}
