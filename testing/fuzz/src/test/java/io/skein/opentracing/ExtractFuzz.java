package io.skein.opentracing;

import io.opentracing.SpanContext;
import io.opentracing.propagation.Binary;
import io.opentracing.propagation.BinaryAdapters;
import io.opentracing.propagation.Format;
import io.opentracing.propagation.TextMap;
import io.opentracing.propagation.TextMapAdapter;
import io.opentracing.propagation.TextMapExtractAdapter;
import io.opentracing.propagation.TextMapInjectAdapter;
import io.skein.core.ManualTracing;
import io.skein.core.Segment;
import io.skein.core.Tracer;
import io.skein.testing.fuzz.Check;
import io.skein.testing.fuzz.Input;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.AbstractMap.SimpleEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * A digit for the format, then lines of {@code name=value}, or the bytes of the binary form. What
 * is read once can be sent on in every format, and is the same on the other side.
 */
public final class ExtractFuzz {
  private static final List<Segment> MADE = new ArrayList<>();
  private static final Tracer CORE = Tracer.builder().service("s").sink(MADE::add).build();
  private static final SkeinTracer TRACER =
      SkeinTracer.builder().provider(new ManualTracing(CORE)).build();

  private ExtractFuzz() {}

  /** Makes ready what all inputs share, before the first one is timed. */
  public static void fuzzerInitialize() {}

  public static void fuzzerTestOneInput(byte[] data) {
    Input input = new Input(data);
    SpanContext context;
    try {
      context = extract(input);
    } catch (IllegalArgumentException damaged) {
      return; // What the interface promises, and nothing else.
    }
    if (context == null) {
      return;
    }
    Map<String, String> headers = sent(context);
    SpanContext again =
        TRACER.extract(Format.Builtin.HTTP_HEADERS, new TextMapAdapter(upper(headers)));
    same(again, context);
    Check.equal(sent(again), headers, "headers that are sent on");

    ByteBuffer bytes = ByteBuffer.allocate(64 << 10);
    TRACER.inject(context, Format.Builtin.BINARY, new Bytes(bytes));
    same(TRACER.extract(Format.Builtin.BINARY, new Bytes(bytes.flip())), context);

    MADE.clear();
    TRACER.buildSpan("child").asChildOf(context).start().finish();
    if (!context.toTraceId().isEmpty()) {
      Check.equal(MADE.size(), 1, "segments");
      Check.equal(MADE.get(0).traceId(), context.toTraceId(), "trace id of a child");
    } else {
      Check.that(MADE.isEmpty(), "recorded, although the caller asked not to");
    }
    Check.that(CORE.activeSpan() == null, "a span is still open");
  }

  private static SpanContext extract(Input input) {
    return switch (input.below(7)) {
      case 0 -> TRACER.extract(Format.Builtin.TEXT_MAP, new Lines(input));
      case 1 ->
          TRACER.extract(
              Format.Builtin.TEXT_MAP_EXTRACT, new TextMapExtractAdapter(new Lines(input).map()));
      case 3 ->
          TRACER.extract(
              Format.Builtin.BINARY_EXTRACT,
              BinaryAdapters.extractionCarrier(
                  ByteBuffer.wrap(input.rest()).order(ByteOrder.LITTLE_ENDIAN)));
      case 4 -> TRACER.extract(Format.Builtin.BINARY, new Bytes(ByteBuffer.wrap(input.rest())));
      case 5 -> refused(Format.Builtin.TEXT_MAP_INJECT, new TextMapInjectAdapter(new HashMap<>()));
      case 6 ->
          refused(
              Format.Builtin.BINARY_INJECT,
              BinaryAdapters.injectionCarrier(ByteBuffer.allocate(9)));
      default -> TRACER.extract(Format.Builtin.HTTP_HEADERS, new Lines(input));
    };
  }

  private static <C> SpanContext refused(Format<C> format, C carrier) {
    try {
      TRACER.extract(format, carrier);
    } catch (IllegalArgumentException expected) {
      return null; // So it is promised.
    }
    throw new AssertionError("extracted from a format for injection: " + format);
  }

  private static Map<String, String> sent(SpanContext context) {
    Map<String, String> headers = new TreeMap<>();
    TRACER.inject(context, Format.Builtin.HTTP_HEADERS, new TextMapAdapter(headers));
    headers.forEach((name, value) -> Check.headerSafe(value, name));
    return headers;
  }

  private static Map<String, String> upper(Map<String, String> headers) {
    Map<String, String> upper = new HashMap<>();
    headers.forEach((name, value) -> upper.put(name.toUpperCase(java.util.Locale.ROOT), value));
    return upper;
  }

  private static void same(SpanContext actual, SpanContext expected) {
    Check.that(actual != null, "what was sent cannot be read");
    Check.equal(actual.toTraceId(), expected.toTraceId(), "trace id");
    Check.equal(actual.toSpanId(), expected.toSpanId(), "span id");
    Check.equal(baggage(actual), baggage(expected), "baggage");
  }

  private static Map<String, String> baggage(SpanContext context) {
    Map<String, String> items = new TreeMap<>();
    context.baggageItems().forEach(item -> items.put(item.getKey(), item.getValue()));
    return items;
  }

  private record Bytes(ByteBuffer buffer) implements Binary {
    @Override
    public ByteBuffer extractionBuffer() {
      return buffer;
    }

    @Override
    public ByteBuffer injectionBuffer(int length) {
      return buffer;
    }
  }

  /** Lines of {@code name=value}; names may come twice. */
  private static final class Lines implements TextMap {
    private final List<Map.Entry<String, String>> entries = new ArrayList<>();

    Lines(Input input) {
      for (int i = 0; i < 12 && input.hasMore(); i++) {
        String line = input.line();
        int equals = line.indexOf('=');
        entries.add(
            new SimpleEntry<>(
                equals < 0 ? line : line.substring(0, equals),
                equals < 0 ? null : line.substring(equals + 1)));
      }
    }

    Map<String, String> map() {
      Map<String, String> map = new HashMap<>();
      entries.forEach(entry -> map.put(entry.getKey(), Objects.toString(entry.getValue(), "")));
      return map;
    }

    @Override
    public Iterator<Map.Entry<String, String>> iterator() {
      return entries.iterator();
    }

    @Override
    public void put(String key, String value) {
      throw new UnsupportedOperationException("only read here");
    }
  }
}
