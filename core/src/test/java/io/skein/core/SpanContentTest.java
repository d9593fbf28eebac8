package io.skein.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Layer;
import io.skein.api.Span;
import io.skein.api.TagKey;
import io.skein.api.Tags;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SpanContentTest {
  private final Recorder recorder = new Recorder();
  private final Tracer tracer = recorder.settings.build();

  @Test
  @DisplayName("T37 a tag is replaced, sameness is the key's text, and appended only on request")
  void tagsAreReplacedByKey() {
    TagKey<String> appending = TagKey.appending("many");
    Span span = tracer.startLocal("span");
    span.tag("a", "1").tag("b", "2").tag(TagKey.of("a"), "3").tag(new String("a"), "4");
    span.tag(appending, "x").tag(appending, "y");
    span.tag(Tags.TRANSMISSION_LATENCY, 5L);
    span.end();

    assertThat(Spans.tags(recorder.only().span(0)))
        .containsExactly("a=4", "b=2", "many=x", "many=y", "transmission.latency=5");
  }

  @Test
  void nothingToSayIsIgnored() {
    Span span = tracer.startLocal("span");
    span.tag((String) null, "a").tag("", "a").tag("a", null).tag((TagKey<String>) null, "a");
    span.tag(Tags.URL, null).component(null).layer(null).peer(null).peer("").operationName(null);
    span.log((Throwable) null).log((String) null).log("").log((Map<String, String>) null);
    span.log(Map.of());
    span.tag("empty is a value", "");
    span.end((Throwable) null);

    SpanRecord record = recorder.only().span(0);
    assertThat(Spans.tags(record)).containsExactly("empty is a value=");
    assertThat(record.logCount()).isZero();
    assertThat(record.isError()).isFalse();
    assertThat(record.layer()).isEqualTo(Layer.UNKNOWN);
    assertThat(record.peer()).isNull();
  }

  @Test
  void aSpanHasBounds() {
    Span span = tracer.startLocal("span");
    for (int i = 0; i < 1000; i++) {
      span.tag("key " + i, "value").log("event");
    }
    span.tag("key 1", "x".repeat(1_000_000));
    span.end();

    SpanRecord record = recorder.only().span(0);
    assertThat(record.tagCount()).isEqualTo(256);
    assertThat(record.tagValue(1)).hasSize(32_768).endsWith("x...");
    assertThat(record.logCount()).isEqualTo(300);
    assertThat(tracer.counters().tagsOverLimit()).isEqualTo(744);
    assertThat(tracer.counters().logsOverLimit()).isEqualTo(700);
  }

  @Test
  void objectsWithABrokenToStringAreNamedByTheirClass() {
    TagKey<Object> key = TagKey.of("k");
    Span span = tracer.startLocal("span");
    span.tag(key, new Broken());
    span.end();

    assertThat(Spans.tags(recorder.only().span(0))).containsExactly("k=" + Broken.class.getName());
  }

  @Test
  @DisplayName("T38 an error is logged in the Java agent's form and marks the span")
  void anErrorIsLoggedInTheUsualForm() {
    Span span = tracer.startLocal("span");
    recorder.tick(3);
    span.log(new IllegalStateException("boom", new IOException("disk")));
    span.end();

    SpanRecord record = recorder.only().span(0);
    assertThat(record.isError()).isTrue();
    LogRecord log = record.log(0);
    assertThat(log.millis()).isEqualTo(1_700_000_000_003L);
    assertThat(Spans.fields(log).subList(0, 3))
        .containsExactly(
            "event=error", "error.kind=java.lang.IllegalStateException", "message=boom");
    assertThat(log.key(3)).isEqualTo("stack");
    assertThat(log.value(3))
        .startsWith("java.lang.IllegalStateException: boom\n\tat io.skein.core.SpanContentTest.")
        .contains("\nCaused by: java.io.IOException: disk\n\t... ");
  }

  @Test
  @DisplayName(
      "T38 ignored errors are logged and do not mark the span: by name, superclass or cause")
  void ignoredErrorsDoNotMarkTheSpan() {
    Tracer lenient =
        recorder.settings.ignoredErrors(Set.of("java.io.IOException", "not.There")).build();
    Throwable[] ignored = {
      new IOException(), new FileNotFoundException(), new RuntimeException(new IOException())
    };
    Throwable[] counted = {
      new RuntimeException(), new RuntimeException(new RuntimeException(new IOException()))
    };
    for (Throwable error : ignored) {
      lenient.startLocal("span").end(error);
      Segment segment = recorder.take();
      assertThat(segment.span(0).isError()).as(error.toString()).isFalse();
      assertThat(segment.span(0).logCount()).isEqualTo(1);
    }
    for (Throwable error : counted) {
      lenient.startLocal("span").end(error);
      assertThat(recorder.take().span(0).isError()).as(error.toString()).isTrue();
    }
    Span span = lenient.startLocal("span");
    span.log(new IOException()).error();
    span.end();
    assertThat(recorder.only().span(0).isError()).isTrue();
  }

  @Test
  @DisplayName("T39 times are milliseconds since the epoch, of spans and of logs")
  void timesAreMilliseconds() {
    Tracer real = recorder.settings.clock(System::currentTimeMillis).build();
    long before = System.currentTimeMillis();
    real.startLocal("span").log("event").end();
    long after = System.currentTimeMillis();

    SpanRecord record = recorder.only().span(0);
    assertThat(record.startMillis()).isBetween(before, after);
    assertThat(record.endMillis()).isBetween(before, after);
    assertThat(record.log(0).millis()).isBetween(before, after);
  }

  @Test
  @DisplayName("T40 an error without a message has no message field")
  void anErrorWithoutAMessage() {
    tracer.startLocal("span").end(new IllegalStateException());

    assertThat(Spans.fields(recorder.only().span(0).log(0)))
        .noneMatch(field -> field.startsWith("message="))
        .anyMatch(field -> field.startsWith("stack=java.lang.IllegalStateException\n"));
  }

  @Test
  @DisplayName("T40 stacks are cut at 4000 characters")
  void stacksAreCut() {
    Throwable error = new IllegalStateException("x".repeat(10_000));
    assertThat(ErrorText.stack(error)).hasSize(4000);
    assertThat(ErrorText.stack(deep(500, null))).hasSizeLessThanOrEqualTo(4000);
  }

  @Test
  @DisplayName("T40 a deep stack leaves room for its causes")
  void aDeepStackLeavesRoomForItsCauses() {
    Throwable error = deep(500, new IOException("disk full", deep(500, null)));
    String stack = ErrorText.stack(error);
    assertThat(stack)
        .hasSizeLessThanOrEqualTo(4000)
        .startsWith("java.lang.IllegalStateException: deep\n\tat ")
        .contains("\nCaused by: java.io.IOException: disk full\n")
        .containsPattern("\nCaused by: java.lang.IllegalStateException: deep\n\tat .*deep")
        .containsPattern("\t\\.\\.\\. \\d+ more\n");
    assertThat(stack.length()).isGreaterThan(3000);
  }

  @Test
  @DisplayName("T40 causes are told to a depth of 5")
  void causesAreToldToADepth() {
    Throwable error = new Bare("root", null);
    for (int i = 0; i < 10; i++) {
      error = new Bare("level " + i, error);
    }
    String stack = ErrorText.stack(error);
    assertThat(stack.split("Caused by: ", -1)).hasSize(6);
    assertThat(stack).contains("level 9", "level 4").doesNotContain("level 3");
  }

  @Test
  @DisplayName("T40 an error without a stack does not hide its causes")
  void anErrorWithoutAStackDoesNotHideItsCauses() {
    String stack = ErrorText.stack(new Bare("outer", new IOException("inner")));
    assertThat(stack).contains("outer\nCaused by: java.io.IOException: inner\n\tat ");
  }

  @Test
  @DisplayName("T40 cyclic causes end")
  void cyclicCausesEnd() {
    Bare a = new Bare("a", null);
    Bare b = new Bare("b", a);
    a.cause = b;
    assertThat(ErrorText.stack(a).split("Caused by: ", -1)).hasSize(2);
    a.cause = a;
    assertThat(ErrorText.stack(a)).doesNotContain("Caused by");
    a.cause = null;
    tracer.startLocal("span").end(b);
    assertThat(recorder.only().spanCount()).isEqualTo(1);
  }

  @Test
  @DisplayName("T40 an error whose methods throw does no harm")
  void anErrorWhoseMethodsThrow() {
    tracer.startLocal("span").end(new Hostile());

    assertThat(Spans.fields(recorder.only().span(0).log(0)))
        .containsExactly(
            "event=error",
            "error.kind=" + Hostile.class.getName(),
            "stack=" + Hostile.class.getName() + "\n");
  }

  @Test
  @DisplayName("T41 a span is frozen at its end; what comes later is ignored and counted")
  void aSpanIsFrozenAtItsEnd() {
    Span entry = tracer.startEntry("entry");
    Span local = tracer.startLocal("local").tag("k", "v");
    local.end();
    assertThat(local.recording()).isFalse();
    local.tag("late", "1").tag(Tags.URL, "2").operationName("3").peer("4:5").layer(Layer.MQ);
    local.component(io.skein.api.Component.H2).error().log("6").log(Map.of("7", "8"));
    local.log(new Error());
    entry.end();
    entry.tag("late", "9");

    SpanRecord record = recorder.only().span(0);
    assertThat(record.operationName()).isEqualTo("local");
    assertThat(Spans.tags(record)).containsExactly("k=v");
    assertThat(record.logCount()).isZero();
    assertThat(record.isError()).isFalse();
    assertThat(record.peer()).isNull();
    assertThat(record.layer()).isEqualTo(Layer.UNKNOWN);
    assertThat(record.componentId()).isZero();
    assertThat(tracer.counters().lateChanges()).isEqualTo(11);
  }

  @Test
  void logsHoldTheirFieldsInOrder() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("b", "1");
    fields.put("a", "2");
    fields.put("", "3");
    fields.put("null", null);
    Span span = tracer.startLocal("span").log(fields);
    fields.clear();
    span.log("event");
    span.log(new Unreadable());
    span.end();

    SpanRecord record = recorder.only().span(0);
    assertThat(record.logCount()).isEqualTo(2);
    assertThat(Spans.fields(record.log(0))).containsExactly("b=1", "a=2");
    assertThat(Spans.fields(record.log(1))).containsExactly("event=event");
  }

  @Test
  @DisplayName("T32 peers are bounded and carry the cluster")
  void peersAreBoundedAndCarryTheCluster() {
    Tracer clustered = recorder.settings.cluster("eu").build();
    Span exit = clustered.startExit("exit", "a:1");
    exit.end();
    Span longer = clustered.startExit("exit", "host:1,".repeat(100));
    longer.end();
    Span later = clustered.startExit("exit", null).peer("b:2");
    later.end();

    assertThat(recorder.segments.get(0).span(0).peer()).isEqualTo("eu/a:1");
    assertThat(recorder.segments.get(1).span(0).peer()).hasSize(200).endsWith("...");
    assertThat(recorder.segments.get(2).span(0).peer()).isEqualTo("eu/b:2");
  }

  private static Throwable deep(int depth, Throwable cause) {
    return depth == 0 ? new IllegalStateException("deep", cause) : deep(depth - 1, cause);
  }

  private static final class Broken {
    @Override
    public String toString() {
      throw new IllegalStateException();
    }
  }

  private static final class Bare extends RuntimeException {
    private static final long serialVersionUID = 1;
    private Throwable cause;

    Bare(String message, Throwable cause) {
      super(message, null, false, false);
      this.cause = cause;
    }

    @Override
    public synchronized Throwable getCause() {
      return cause;
    }
  }

  private static final class Hostile extends RuntimeException {
    private static final long serialVersionUID = 1;

    @Override
    public String getMessage() {
      throw new IllegalStateException();
    }

    @Override
    public synchronized Throwable getCause() {
      throw new IllegalStateException();
    }

    @Override
    public StackTraceElement[] getStackTrace() {
      return null;
    }
  }

  private static final class Unreadable extends HashMap<String, String> {
    private static final long serialVersionUID = 1;

    @Override
    public Set<Map.Entry<String, String>> entrySet() {
      throw new IllegalStateException();
    }
  }
}
