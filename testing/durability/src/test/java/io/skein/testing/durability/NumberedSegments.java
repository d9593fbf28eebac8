package io.skein.testing.durability;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.testing.server.Trace;
import io.skein.wire.decode.MessageWriter;
import io.skein.wire.model.KeyValue;
import io.skein.wire.model.SpanLog;
import io.skein.wire.model.TraceSegment;
import io.skein.wire.model.TraceSpan;
import java.util.List;
import java.util.Random;

/**
 * Segments that follow from their number: each a trace of its own, of four spans, with texts that
 * cannot be compressed, so that little of it fills a partition.
 */
final class NumberedSegments {
  static final int SPANS = 4;
  private static final long START_MILLIS = 1_700_000_000_000L;
  private static final char[] LETTERS =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_".toCharArray();

  private final long seed;
  private final int loggedChars;

  /**
   * Segments of about this size.
   *
   * @param loggedChars of text that is stored, but not indexed
   */
  NumberedSegments(long seed, int loggedChars) {
    this.seed = seed;
    this.loggedChars = loggedChars;
  }

  static String traceId(long number) {
    return "trace-" + number;
  }

  byte[] encoded(long number) {
    return encoded(number, START_MILLIS + number);
  }

  /** The same with another beginning. */
  byte[] encoded(long number, long startMillis) {
    Random random = new Random(seed ^ number * 0x9e3779b97f4a7c15L);
    List<KeyValue> tags =
        List.of(
            new KeyValue("number", Long.toString(number)),
            new KeyValue("one", text(random, 24)),
            new KeyValue("two", text(random, 24)),
            new KeyValue("three", text(random, 24)));
    List<SpanLog> logs =
        List.of(
            new SpanLog(startMillis, List.of(new KeyValue("message", text(random, loggedChars)))));
    String url = "GET:/articles/" + number % 50;
    List<TraceSpan> spans =
        List.of(
            span(1, startMillis, "first", TraceSpan.LOCAL, List.of(), List.of()),
            span(2, startMillis, "second", TraceSpan.EXIT, List.of(), List.of()),
            span(3, startMillis, "third", TraceSpan.LOCAL, List.of(), logs),
            span(0, startMillis, url, TraceSpan.ENTRY, tags, List.of()));
    return MessageWriter.segment(
        new TraceSegment(
            traceId(number),
            "segment-" + number,
            spans,
            "service-" + number % 3,
            "instance-" + number % 7,
            false));
  }

  private static TraceSpan span(
      int id,
      long startMillis,
      String operation,
      int type,
      List<KeyValue> tags,
      List<SpanLog> logs) {
    return new TraceSpan(
        id,
        id == 0 ? -1 : 0,
        startMillis,
        startMillis + 10 - id,
        List.of(),
        operation,
        "",
        type,
        1,
        1,
        false,
        tags,
        logs,
        false);
  }

  private static String text(Random random, int length) {
    char[] text = new char[length];
    long bits = 0;
    for (int i = 0; i < length; i++) {
      bits = i % 10 == 0 ? random.nextLong() : bits >>> 6; // ten letters of six bits
      text[i] = LETTERS[(int) bits & 63];
    }
    return new String(text);
  }

  /** Fails unless the trace is this segment, whole and once. */
  void assertIs(long number, Trace trace) {
    assertThat(trace.segments()).as("segments of %s", traceId(number)).isEqualTo(1);
    assertThat(trace.spans()).hasSize(SPANS);
    Random random = new Random(seed ^ number * 0x9e3779b97f4a7c15L);
    Trace.Span entry = trace.span("GET:/articles/" + number % 50);
    assertThat(entry.tag("number")).isEqualTo(Long.toString(number));
    assertThat(entry.tag("one")).isEqualTo(text(random, 24));
    assertThat(entry.tag("two")).isEqualTo(text(random, 24));
    assertThat(entry.tag("three")).isEqualTo(text(random, 24));
    assertThat(trace.span("third").logged("message")).isEqualTo(text(random, loggedChars));
  }
}
