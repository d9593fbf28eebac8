package io.skein.wire.encode;

import io.skein.api.Component;
import io.skein.api.Layer;
import io.skein.api.Scope;
import io.skein.api.Span;
import io.skein.core.LogRecord;
import io.skein.core.Segment;
import io.skein.core.SegmentRef;
import io.skein.core.Snapshot;
import io.skein.core.SpanRecord;
import io.skein.core.Tracer;
import io.skein.core.report.SegmentEncoder;
import io.skein.testing.fuzz.Check;
import io.skein.testing.fuzz.Input;
import io.skein.wire.decode.MalformedMessageException;
import io.skein.wire.decode.SegmentReader;
import io.skein.wire.model.KeyValue;
import io.skein.wire.model.SpanLog;
import io.skein.wire.model.SpanReference;
import io.skein.wire.model.TraceSegment;
import io.skein.wire.model.TraceSpan;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A sequence of calls to the tracer, with texts of any characters. Whatever it records is written,
 * read back, and the same; or it is too large, and then it is told so.
 */
public final class WriterFuzz {
  private static final List<Layer> LAYERS = List.of(Layer.values());
  private static final int LARGE = 4 << 20;
  private static final int SMALL = 2_000;
  private static final SegmentWriter WRITER = SegmentWriter.bare(LARGE);
  private static final SegmentWriter FOR_GRPC = SegmentWriter.forGrpc(LARGE);
  private static final SegmentWriter TIGHT = SegmentWriter.bare(SMALL);

  private WriterFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    Input input = new Input(data);
    List<Segment> made = new ArrayList<>();
    Tracer tracer =
        Tracer.builder()
            .service(input.text())
            .instance(input.text())
            .spanLimit(1 + input.below(40))
            .clock(input::number)
            .sink(made::add)
            .build();
    run(input, tracer);
    tracer.reportUnfinished(true);
    for (Segment segment : made) {
      TraceSegment expected = expected(segment);
      Check.equal(read(WRITER, segment, 0), expected, "segment");
      Check.equal(read(FOR_GRPC, segment, 5), expected, "segment in a stream");
      int length = TIGHT.encode(segment);
      Check.that(
          length == SegmentEncoder.TOO_LARGE || length <= SMALL, "larger than allowed: " + length);
      Check.equal(
          length == SegmentEncoder.TOO_LARGE,
          WRITER.encode(segment) > SMALL,
          "whether it is too large");
    }
  }

  private static void run(Input input, Tracer tracer) {
    Deque<Span> open = new ArrayDeque<>();
    List<Span> async = new ArrayList<>();
    Deque<Scope> scopes = new ArrayDeque<>();
    Snapshot place = null;
    for (int i = 0; i < 200 && input.hasMore(); i++) {
      Span span = open.peek();
      switch (input.below(20)) {
        case 0 -> open.push(tracer.startEntry(text(input)));
        case 1, 2 -> open.push(tracer.startLocal(text(input)));
        case 3 -> open.push(tracer.startExit(text(input), text(input)));
        case 4 -> {
          Map<String, String> headers = new HashMap<>();
          tracer.inject(span, headers, Map::put);
          headers.forEach((name, value) -> Check.headerSafe(value, name));
          if (input.flag()) {
            open.push(tracer.startEntry(text(input), headers, Map::get));
          }
        }
        case 5 -> {
          if (span != null) {
            open.pop().end();
          }
        }
        case 6 -> {
          if (span != null) {
            span.end(new IllegalStateException(text(input))); // not popped: ended twice, perhaps
          }
        }
        case 7, 8, 9 -> {
          if (span != null) {
            span.tag(text(input), text(input));
          }
        }
        case 10 -> {
          if (span != null) {
            Map<String, String> fields = new HashMap<>();
            for (int k = input.below(4); k > 0; k--) {
              fields.put(text(input), text(input));
            }
            span.log(fields);
          }
        }
        case 11 -> {
          if (span != null) {
            span.log(text(input)).error().operationName(text(input)).peer(text(input));
          }
        }
        case 12 -> {
          if (span != null) {
            span.layer(LAYERS.get(input.below(LAYERS.size())))
                .component(Component.of(input.below(100_000), text(input)));
          }
        }
        case 13 -> place = tracer.capture();
        case 14 -> scopes.push(tracer.continueFrom(place));
        case 15 -> {
          if (!scopes.isEmpty()) {
            scopes.pop().close();
          }
        }
        case 16 -> tracer.link(span, place);
        case 17 -> {
          if (span != null) {
            async.add(span.prepareForAsync());
          }
        }
        case 18 -> {
          if (!async.isEmpty()) {
            async.remove(async.size() - 1).asyncEnd();
          }
        }
        default -> tracer.putCorrelation(text(input), text(input));
      }
    }
    open.forEach(Span::end);
    async.forEach(Span::asyncEnd);
    while (!scopes.isEmpty()) {
      scopes.pop().close();
    }
    Check.that(tracer.activeSpan() == null, "a span is still open");
  }

  /** Now and then a long one. */
  private static String text(Input input) {
    String text = input.text();
    return text.startsWith("*") && text.length() > 2 ? text.repeat(text.charAt(1) % 128 * 4) : text;
  }

  private static TraceSegment read(SegmentWriter writer, Segment segment, int from) {
    int length = writer.encode(segment);
    Check.that(length != SegmentEncoder.TOO_LARGE, "too large");
    try {
      return SegmentReader.segment(Arrays.copyOfRange(writer.buffer(), from, length));
    } catch (MalformedMessageException e) {
      throw new AssertionError("what the agent writes cannot be read", e);
    }
  }

  private static TraceSegment expected(Segment segment) {
    List<TraceSpan> spans = new ArrayList<>();
    for (int i = 0; i < segment.spanCount(); i++) {
      SpanRecord span = segment.span(i);
      List<KeyValue> tags = new ArrayList<>();
      for (int k = 0; k < span.tagCount(); k++) {
        tags.add(new KeyValue(utf8(span.tagKey(k)), utf8(span.tagValue(k))));
      }
      List<SpanLog> logs = new ArrayList<>();
      for (int k = 0; k < span.logCount(); k++) {
        LogRecord log = span.log(k);
        List<KeyValue> fields = new ArrayList<>();
        for (int f = 0; f < log.fieldCount(); f++) {
          fields.add(new KeyValue(utf8(log.key(f)), utf8(log.value(f))));
        }
        logs.add(new SpanLog(log.millis(), fields));
      }
      List<SpanReference> refs = new ArrayList<>();
      for (int k = 0; k < span.refCount(); k++) {
        SegmentRef ref = span.ref(k);
        refs.add(
            new SpanReference(
                ref.refType().number(),
                utf8(ref.traceId()),
                utf8(ref.parentSegmentId()),
                ref.parentSpanId(),
                utf8(ref.parentService()),
                utf8(ref.parentInstance()),
                utf8(ref.parentEndpoint()),
                utf8(ref.networkAddress())));
      }
      spans.add(
          new TraceSpan(
              span.id(),
              span.parentId(),
              span.startMillis(),
              span.endMillis(),
              refs,
              utf8(span.operationName()),
              span.peer() == null ? "" : utf8(span.peer()),
              span.type().number(),
              span.layer().number(),
              span.componentId(),
              span.isError(),
              tags,
              logs,
              span.skipAnalysis()));
    }
    return new TraceSegment(
        utf8(segment.traceId()),
        utf8(segment.segmentId()),
        spans,
        utf8(segment.service()),
        utf8(segment.instance()),
        segment.sizeLimited());
  }

  /** A half of a surrogate pair is a question mark on the wire. */
  private static String utf8(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }
}
