package io.skein.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Span;
import io.skein.core.Recorder.Headers;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CorrelationTest {
  private final Recorder recorder = new Recorder();
  private final Tracer tracer = recorder.settings.build();

  @Test
  void writesAndReadsTheDocumentedExample() {
    String[] pairs = Correlation.put(Correlation.NONE, "k1", "v1", Correlation.Limits.DEFAULT);
    pairs = Correlation.put(pairs, "k2", "v2", Correlation.Limits.DEFAULT);

    assertThat(Correlation.encode(pairs)).isEqualTo("azE=:djE=,azI=:djI=");
    assertThat(Correlation.decode("azE=:djE=,azI=:djI=", Correlation.Limits.DEFAULT))
        .containsExactly("k1", "v1", "k2", "v2");
  }

  @Test
  void theRulesOfPutting() {
    Span entry = tracer.startEntry("GET:/");
    assertThat(tracer.putCorrelation(null, "v")).isFalse();
    assertThat(tracer.putCorrelation("", "v")).isFalse();
    assertThat(tracer.putCorrelation("a", "1")).isTrue();
    assertThat(tracer.putCorrelation("b", "x".repeat(128))).isTrue();
    assertThat(tracer.putCorrelation("c", "3")).isTrue();
    assertThat(tracer.putCorrelation("d", "4")).as("a fourth key").isFalse();
    assertThat(tracer.putCorrelation("a", "replaced")).as("replacing at the limit").isTrue();
    assertThat(tracer.putCorrelation("a", "x".repeat(129))).as("too long").isFalse();
    assertThat(tracer.correlation("a")).as("and the old value stays").isEqualTo("replaced");
    assertThat(tracer.putCorrelation("k".repeat(129), "v")).isFalse();
    assertThat(tracer.putCorrelation("a", null)).isTrue();
    assertThat(tracer.correlation("a")).isNull();
    assertThat(tracer.putCorrelation("b", "")).as("empty removes as well").isTrue();
    assertThat(tracer.correlation("b")).isNull();
    assertThat(tracer.putCorrelation("never was", null)).isTrue();
    assertThat(tracer.putCorrelation("d", "4")).as("there is room again").isTrue();
    assertThat(tracer.correlation("c")).isEqualTo("3");
    entry.end();
  }

  @Test
  void whatIsMalformedOrTooMuchIsLeftOut() {
    assertThat(
            Correlation.decode(
                "azE=:djE=,,:,a,=:=,!!:djI=,azI=:!!,azM=:,azI=:djI=", Correlation.Limits.DEFAULT))
        .containsExactly("k1", "v1", "k2", "v2");
    assertThat(
            Correlation.decode(
                "YQ==:YQ==,Yg==:Yg==,Yw==:Yw==,ZA==:ZA==", Correlation.Limits.DEFAULT))
        .containsExactly("a", "a", "b", "b", "c", "c");
    assertThat(Correlation.decode(null, Correlation.Limits.DEFAULT)).isEmpty();
    assertThat(Correlation.decode("", Correlation.Limits.DEFAULT)).isEmpty();
    assertThat(Correlation.decode(",".repeat(4097), Correlation.Limits.DEFAULT)).isEmpty();
    assertThat(Correlation.decode("azE=:djE=,azE=:!!", Correlation.Limits.DEFAULT))
        .containsExactly("k1", "v1");
  }

  @Test
  void chosenKeysBecomeTags() {
    Tracer tagging = recorder.settings.tagsFromCorrelation(Set.of("tenant")).build();
    Span entry = tagging.startEntry("GET:/");
    tagging.putCorrelation("tenant", "a");
    tagging.putCorrelation("other", "b");
    Span exit = tagging.startExit("call", "a:1");
    Headers headers = Headers.from(tagging, exit);
    exit.end();
    entry.end();
    assertThat(Spans.tags(recorder.take().span(1))).containsExactly("tenant=a");

    tagging.startEntry("GET:/", headers, Headers.READER).end();
    assertThat(Spans.tags(recorder.only().span(0))).containsExactly("tenant=a");
  }

  @Test
  void itEndsWithItsContext() {
    Span entry = tracer.startEntry("GET:/");
    tracer.putCorrelation("a", "1");
    entry.end();
    Span next = tracer.startEntry("GET:/");
    assertThat(tracer.correlation("a")).isNull();
    next.end();
  }

  @Test
  void thereMayBeMoreOrLess() {
    Recorder recorder = new Recorder();
    Tracer tracer = recorder.settings.correlationLimits(5, 300).build();
    Span exit = tracer.startExit("call", "b:80");
    for (int i = 0; i < 7; i++) {
      assertThat(tracer.putCorrelation("k" + i, "v".repeat(300))).isEqualTo(i < 5);
    }
    assertThat(tracer.putCorrelation("k0", "v".repeat(301))).isFalse();
    Recorder.Headers headers = Recorder.Headers.from(tracer, exit);
    exit.end();
    Span entry = tracer.startEntry("serve", headers, Recorder.Headers.READER);
    assertThat(tracer.correlation("k4")).hasSize(300);
    entry.end();

    Tracer none = recorder.settings.correlationLimits(-1, 1_000_000).build();
    Span span = none.startEntry("serve", headers, Recorder.Headers.READER);
    assertThat(none.correlation("k0")).isNull();
    assertThat(none.putCorrelation("k", "v")).isFalse();
    span.end();
  }
}
