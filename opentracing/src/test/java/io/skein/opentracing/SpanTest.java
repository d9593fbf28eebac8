package io.skein.opentracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentracing.Span;
import io.opentracing.SpanContext;
import io.opentracing.tag.Tag;
import io.opentracing.tag.Tags;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** Spans: rules 21 to 32 of OpenTracing's semantics. */
class SpanTest {
  private final Recorder recorder = new Recorder();
  private final SkeinTracer tracer = recorder.tracer();

  private static Map<String, String> baggage(SpanContext context) {
    Map<String, String> items = new HashMap<>();
    context.baggageItems().forEach(item -> items.put(item.getKey(), item.getValue()));
    return items;
  }

  @Test
  void contextIsThereBeforeAndAfterTheEnd() {
    Span span = tracer.buildSpan("one").start();
    String traceId = span.context().toTraceId();
    String spanId = span.context().toSpanId();
    span.finish();
    assertThat(span.context().toTraceId()).isEqualTo(traceId).isNotEmpty();
    assertThat(span.context().toSpanId()).isEqualTo(spanId).isNotEmpty();
  }

  @Test
  void contextsThatWereHandedOutKeepTheirBaggage() {
    Span span = tracer.buildSpan("one").start();
    SpanContext before = span.context();
    span.setBaggageItem("a", "1");
    SpanContext between = span.context();
    span.setBaggageItem("a", "2");
    assertThat(baggage(before)).isEmpty();
    assertThat(baggage(between)).containsOnly(Map.entry("a", "1"));
    assertThat(baggage(span.context())).containsOnly(Map.entry("a", "2"));
    span.finish();
  }

  @Test
  void finishingTwiceIsHarmless() {
    Span span = tracer.buildSpan("one").start();
    span.finish();
    span.finish();
    span.finish(5);
    assertThat(recorder.count("one")).isOne();
  }

  @Test
  void nothingChangesAfterTheEnd() {
    Span span = tracer.buildSpan("one").start();
    span.setTag("key", "before");
    span.finish();
    span.setTag("key", "after")
        .setTag("new", true)
        .setTag("new", 1)
        .setTag(Tags.ERROR, true)
        .log("event")
        .log(Map.of("a", "b"))
        .setBaggageItem("a", "b")
        .setOperationName("other");
    Recorder.Finished finished = recorder.span("one");
    assertThat(finished.tags()).containsOnly(Map.entry("key", "before"));
    assertThat(finished.logs()).isEmpty();
    assertThat(finished.record().isError()).isFalse();
    assertThat(span.getBaggageItem("a")).isNull();
  }

  @Test
  void endBeforeTheStartIsTheStart() {
    long micros = TimeUnit.SECONDS.toMicros(1_600_000_000);
    tracer.buildSpan("one").withStartTimestamp(micros).start().finish(micros - 1_000_000);
    assertThat(recorder.only().record().endMillis())
        .isEqualTo(recorder.only().record().startMillis())
        .isEqualTo(1_600_000_000_000L);
  }

  @Test
  void tagsOverwriteWhateverTheirType() {
    Span span = tracer.buildSpan("one").start();
    span.setTag("key", "text").setTag("key", true).setTag("key", 3);
    span.setTag(Tags.HTTP_METHOD, "GET").setTag(Tags.HTTP_METHOD, "POST");
    span.finish();
    assertThat(recorder.only().tags())
        .containsOnly(Map.entry("key", "3"), Map.entry("http.method", "POST"));
  }

  @Test
  void tagOfItsOwnSetsItself() {
    List<Object> called = new ArrayList<>();
    Tag<String> own =
        new io.opentracing.tag.AbstractTag<>("own") {
          @Override
          public void set(Span span, String value) {
            called.add(value);
            span.setTag(getKey(), value.toUpperCase(java.util.Locale.ROOT));
          }
        };
    tracer.buildSpan("one").start().setTag(own, "value").finish();
    assertThat(called).containsExactly("value");
    assertThat(recorder.only().tags()).containsEntry("own", "VALUE");
  }

  @Test
  void nullsSayNothing() {
    Span span = tracer.buildSpan("one").start();
    span.setTag("key", (String) null)
        .setTag("key", (Number) null)
        .setTag((String) null, "value")
        .setTag((String) null, true)
        .setTag(Tags.HTTP_METHOD, null)
        .setTag((Tag<String>) null, "value")
        .log((Map<String, ?>) null)
        .log(Map.of())
        .log((String) null)
        .log(5, (String) null)
        .log(5, (Map<String, ?>) null)
        .setBaggageItem(null, "value")
        .setBaggageItem("key", null)
        .setOperationName(null);
    assertThat(span.getBaggageItem(null)).isNull();
    span.finish();
    assertThat(recorder.only().name()).isEqualTo("one");
    assertThat(recorder.only().tags()).isEmpty();
    assertThat(recorder.only().logs()).isEmpty();
  }

  @Test
  void logsHaveFieldsAndTimesInMicroseconds() {
    Span span = tracer.buildSpan("one").start();
    Map<String, Object> fields = new HashMap<>();
    fields.put("text", "value");
    fields.put("number", 5);
    fields.put("yes", true);
    fields.put("object", List.of(1));
    fields.put("nothing", null);
    fields.put(null, "nothing");
    span.log(fields);
    span.log(1_600_000_000_123_456L, Map.of("a", "b"));
    span.log("event");
    span.log(1_600_000_000_124_999L, "later");
    span.finish();
    Recorder.Finished finished = recorder.only();
    assertThat(finished.logs().get(0))
        .containsOnly(
            Map.entry("text", "value"),
            Map.entry("number", "5"),
            Map.entry("yes", "true"),
            Map.entry("object", "[1]"));
    assertThat(finished.logs().get(1)).containsOnly(Map.entry("a", "b"));
    assertThat(finished.logs().get(2)).containsOnly(Map.entry("event", "event"));
    assertThat(finished.logs().get(3)).containsOnly(Map.entry("event", "later"));
    assertThat(finished.record().log(0).millis()).isEqualTo(recorder.clock.get());
    assertThat(finished.record().log(1).millis()).isEqualTo(1_600_000_000_123L);
    assertThat(finished.record().log(3).millis()).isEqualTo(1_600_000_000_124L);
  }

  @Test
  void fieldsThatCannotBeReadHarmNobody() {
    Span span = tracer.buildSpan("one").start();
    span.log(
        new AbstractMap<String, Object>() {
          @Override
          public Set<Map.Entry<String, Object>> entrySet() {
            throw new IllegalStateException("not readable");
          }
        });
    span.log(Map.of("fails", new Unprintable()));
    span.setTag("fails", new Unprintable());
    span.finish();
    assertThat(recorder.only().tags()).containsEntry("fails", Unprintable.class.getName());
    assertThat(recorder.only().logs()).hasSize(1);
  }

  private static final class Unprintable extends Number {
    private static final long serialVersionUID = 1;

    @Override
    public int intValue() {
      return 0;
    }

    @Override
    public long longValue() {
      return 0;
    }

    @Override
    public float floatValue() {
      return 0;
    }

    @Override
    public double doubleValue() {
      return 0;
    }

    @Override
    public String toString() {
      throw new IllegalStateException("not printable");
    }
  }

  @Test
  void errorObjectOfALogSaysWhatItIs() {
    Span span = tracer.buildSpan("one").start();
    span.log(Map.of("event", "error", "error.object", new IllegalStateException("broken")));
    span.finish();
    assertThat(recorder.only().logs().get(0))
        .containsEntry("event", "error")
        .containsEntry("error.kind", "java.lang.IllegalStateException")
        .containsEntry("message", "broken");
    assertThat(recorder.only().logs().get(0).get("stack")).contains("SpanTest");
    assertThat(recorder.only().record().isError()).as("only the tag says so").isFalse();
  }

  @Test
  void baggageIsSeenInLaterChildrenOnly() {
    Span parent = tracer.buildSpan("parent").start();
    Span before = tracer.buildSpan("before").asChildOf(parent).start();
    assertThat(parent.setBaggageItem("key", "value")).isSameAs(parent);
    Span after = tracer.buildSpan("after").asChildOf(parent).start();
    assertThat(parent.getBaggageItem("key")).isEqualTo("value");
    assertThat(before.getBaggageItem("key")).isNull();
    assertThat(after.getBaggageItem("key")).isEqualTo("value");
    after.setBaggageItem("childs", "own");
    assertThat(parent.getBaggageItem("childs")).isNull();
    before.finish();
    after.finish();
    parent.finish();
  }

  @Test
  void baggageOfTheActiveSpanIsInheritedToo() {
    Span parent = tracer.buildSpan("parent").start().setBaggageItem("key", "value");
    try (Spans.ActiveSpan active = Spans.activate(tracer, parent)) {
      Span child = tracer.buildSpan("child").start();
      assertThat(child.getBaggageItem("key")).isEqualTo("value");
      child.finish();
    }
  }

  @Test
  void baggageIsLimitedAndSaysNothingToTheCaller() {
    Span span = tracer.buildSpan("one").start();
    for (int i = 0; i < 1000; i++) {
      span.setBaggageItem("key" + i, "x".repeat(100));
    }
    int taken = baggage(span.context()).size();
    assertThat(taken).isBetween(70, 80); // of about 107 characters each, in 8192
    span.setBaggageItem("key0", "short");
    assertThat(span.getBaggageItem("key0")).isEqualTo("short");
    assertThat(span.getBaggageItem("key999")).isNull();
    span.setBaggageItem("k", "x".repeat(100_000));
    assertThat(span.getBaggageItem("k")).isNull();
    span.finish();
  }

  @Test
  void baggageCannotBeChangedFromOutside() {
    Span span = tracer.buildSpan("one").start().setBaggageItem("key", "value");
    Assertions.assertThatThrownBy(
            () -> span.context().baggageItems().iterator().next().setValue("other"))
        .isInstanceOf(UnsupportedOperationException.class);
    var items = span.context().baggageItems().iterator();
    items.next();
    Assertions.assertThatThrownBy(items::remove).isInstanceOf(UnsupportedOperationException.class);
    span.finish();
  }

  @Test
  void baggageItemsAreNeverNull() {
    Span span = tracer.buildSpan("one").start();
    assertThat(span.context().baggageItems()).isNotNull().isEmpty();
    span.finish();
  }

  @Test
  void lastNameWins() {
    tracer.buildSpan("first").start().setOperationName("second").setOperationName("third").finish();
    assertThat(recorder.only().name()).isEqualTo("third");
  }

  @Test
  void everyMethodOfASpanReturnsIt() {
    Span span = tracer.buildSpan("one").start();
    assertThat(span.setTag("a", "b")).isSameAs(span);
    assertThat(span.setTag("a", 1)).isSameAs(span);
    assertThat(span.setTag("a", true)).isSameAs(span);
    assertThat(span.setTag(Tags.COMPONENT, "c")).isSameAs(span);
    assertThat(span.log("event")).isSameAs(span);
    assertThat(span.log(1, "event")).isSameAs(span);
    assertThat(span.log(Map.of("a", 1))).isSameAs(span);
    assertThat(span.log(1, Map.of("a", 1))).isSameAs(span);
    assertThat(span.setBaggageItem("a", "b")).isSameAs(span);
    assertThat(span.setOperationName("n")).isSameAs(span);
    span.finish();
  }

  @Test
  void idsAreTheSegmentsAndTheSpans() {
    Span parent = tracer.buildSpan("parent").start();
    Span child = tracer.buildSpan("child").asChildOf(parent).start();
    String traceId = child.context().toTraceId();
    String parentId = parent.context().toSpanId();
    String childId = child.context().toSpanId();
    child.finish();
    parent.finish();
    assertThat(traceId).isEqualTo(recorder.span("child").traceId());
    assertThat(childId).isEqualTo(recorder.span("child").spanId()).isNotEqualTo(parentId);
    assertThat(parentId).isEqualTo(recorder.span("parent").spanId());
  }

  @Test
  void idsAreEmptyWhereNothingIsRecorded() {
    Span span = tracer.buildSpan("unsampled").start();
    assertThat(span.context().toTraceId()).isEmpty();
    assertThat(span.context().toSpanId()).isEmpty();
    Span child = tracer.buildSpan("child").asChildOf(span).start();
    child.finish();
    span.finish();
    assertThat(recorder.count()).isZero();
  }

  @Test
  void manyThreadsMayUseOneSpan() throws Exception {
    int threads = 4;
    int rounds = 60;
    Span span = tracer.buildSpan("one").start();
    CyclicBarrier together = new CyclicBarrier(threads);
    List<Thread> workers = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int thread = t;
      Thread worker =
          new Thread(
              () -> {
                try {
                  together.await(30, TimeUnit.SECONDS);
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
                for (int i = 0; i < rounds; i++) {
                  span.setTag("tag" + thread + "-" + i, i);
                  span.log("event" + thread + "-" + i);
                  span.setBaggageItem("b" + thread + "-" + i % 10, "v");
                  tracer.buildSpan("child").asChildOf(span).start().finish();
                  span.context().toSpanId();
                }
              });
      workers.add(worker);
      worker.start();
    }
    for (Thread worker : workers) {
      worker.join(60_000);
      assertThat(worker.isAlive()).isFalse();
    }
    span.finish();
    Recorder.Finished finished = recorder.span("one");
    assertThat(finished.tags()).hasSize(threads * rounds);
    Set<String> events = new HashSet<>();
    finished.logs().forEach(log -> events.add(log.get("event")));
    assertThat(events).hasSize(threads * rounds);
    assertThat(baggage(span.context())).hasSize(threads * 10);
    assertThat(recorder.count("child")).isEqualTo((long) threads * rounds);
    assertThat(recorder.spans().stream().filter(each -> each.name().equals("child")))
        .allMatch(child -> child.isChildOf(finished));
  }

  @Test
  void finishMayRaceWithEverything() throws Exception {
    for (int round = 0; round < 200; round++) {
      Span span = tracer.buildSpan("raced").start();
      Thread other =
          new Thread(
              () -> {
                span.setTag("http.url", "/");
                span.log("event");
                span.finish();
              });
      other.start();
      span.setTag("error", true);
      tracer.buildSpan("child").asChildOf(span).start().finish();
      span.finish();
      other.join(30_000);
    }
    assertThat(recorder.count("raced")).isEqualTo(200);
    assertThat(recorder.count("child")).isEqualTo(200);
  }
}
