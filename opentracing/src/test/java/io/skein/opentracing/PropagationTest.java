package io.skein.opentracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentracing.Span;
import io.opentracing.SpanContext;
import io.opentracing.noop.NoopSpan;
import io.opentracing.propagation.Binary;
import io.opentracing.propagation.BinaryAdapters;
import io.opentracing.propagation.Format;
import io.opentracing.propagation.TextMap;
import io.opentracing.propagation.TextMapAdapter;
import io.opentracing.propagation.TextMapExtractAdapter;
import io.opentracing.propagation.TextMapInjectAdapter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Carriers: rules 5 to 7 and 44 to 51 of OpenTracing's semantics. */
class PropagationTest {
  private final Recorder recorder = new Recorder();
  private final SkeinTracer tracer = recorder.tracer();
  private Span span;

  @BeforeEach
  void start() {
    span =
        tracer
            .buildSpan("GET:/orders")
            .withTag("span.kind", "client")
            .withTag("peer.address", "stock:8080")
            .start();
  }

  @AfterEach
  void finish() {
    span.finish();
  }

  private static Map<String, String> baggage(SpanContext context) {
    Map<String, String> items = new HashMap<>();
    context.baggageItems().forEach(item -> items.put(item.getKey(), item.getValue()));
    return items;
  }

  private Map<String, String> injected() {
    Map<String, String> headers = new LinkedHashMap<>();
    tracer.inject(span.context(), Format.Builtin.HTTP_HEADERS, new TextMapAdapter(headers));
    return headers;
  }

  private SpanContext extracted(Map<String, String> headers) {
    return tracer.extract(Format.Builtin.HTTP_HEADERS, new TextMapAdapter(headers));
  }

  private void assertIsTheSpan(SpanContext context) {
    assertThat(context).isNotNull();
    assertThat(context.toTraceId()).isEqualTo(span.context().toTraceId());
    assertThat(context.toSpanId()).isEqualTo(span.context().toSpanId());
  }

  // ---- text

  @Test
  void allSevenFormatsWork() {
    Map<String, String> headers = new HashMap<>();
    tracer.inject(span.context(), Format.Builtin.TEXT_MAP, new TextMapAdapter(headers));
    assertIsTheSpan(tracer.extract(Format.Builtin.TEXT_MAP, new TextMapAdapter(headers)));
    assertIsTheSpan(
        tracer.extract(Format.Builtin.TEXT_MAP_EXTRACT, new TextMapExtractAdapter(headers)));
    Map<String, Object> objects = new HashMap<>();
    tracer.inject(
        span.context(), Format.Builtin.TEXT_MAP_INJECT, new TextMapInjectAdapter(objects));
    assertThat(objects).isEqualTo(headers);
    assertIsTheSpan(extracted(injected()));
    ByteBuffer buffer = ByteBuffer.allocate(1000);
    tracer.inject(
        span.context(), Format.Builtin.BINARY_INJECT, BinaryAdapters.injectionCarrier(buffer));
    buffer.flip();
    ByteBuffer copy = buffer.duplicate();
    assertIsTheSpan(
        tracer.extract(Format.Builtin.BINARY_EXTRACT, BinaryAdapters.extractionCarrier(buffer)));
    assertIsTheSpan(tracer.extract(Format.Builtin.BINARY, both(copy)));
    assertThat(Format.Builtin.HTTP_HEADERS.toString()).isEqualTo("Builtin.HTTP_HEADERS");
  }

  private static Binary both(ByteBuffer buffer) {
    return new Binary() {
      @Override
      public ByteBuffer injectionBuffer(int length) {
        return buffer;
      }

      @Override
      public ByteBuffer extractionBuffer() {
        return buffer;
      }
    };
  }

  @Test
  void headersAreSkyWalkingsInLowerCase() {
    span.setBaggageItem("User", "eve");
    assertThat(injected()).containsOnlyKeys("sw8", "sw8-correlation", "sw8-x", "skein-baggage");
    assertThat(injected().get("sw8")).startsWith("1-");
  }

  @Test
  void agentUnderstandsWhatIsInjectedHere() {
    Map<String, String> headers = injected();
    recorder.core.startEntry("served by a plugin", headers, (map, name) -> map.get(name)).end();
    span.finish();
    Recorder.Finished served = recorder.span("served by a plugin");
    assertThat(served.isChildOf(recorder.span("GET:/orders"))).isTrue();
    assertThat(served.refs().get(0).networkAddress()).isEqualTo("stock:8080");
  }

  @Test
  void whatAnAgentInjectedIsUnderstoodHere() {
    io.skein.api.Span exit = recorder.core.startExit("called by a plugin", "stock:8080");
    Map<String, String> headers = new HashMap<>();
    recorder.core.inject(exit, headers, (map, name, value) -> map.put(name, value));
    exit.end();
    tracer.buildSpan("served").asChildOf(extracted(headers)).start().finish();
    assertThat(recorder.span("served").isChildOf(recorder.span("called by a plugin"))).isTrue();
  }

  @Test
  void namesOfHttpHeadersHaveAnyCase() {
    span.setBaggageItem("Key", "value");
    Map<String, String> headers = new HashMap<>();
    injected()
        .forEach((name, value) -> headers.put(name.toUpperCase(java.util.Locale.ROOT), value));
    assertIsTheSpan(extracted(headers));
    assertThat(baggage(extracted(headers))).containsOnly(Map.entry("Key", "value"));
    Map<String, String> mixed = new HashMap<>();
    mixed.put("Sw8", injected().get("sw8"));
    assertIsTheSpan(extracted(mixed));
  }

  @Test
  void namesOfTextMapsAreExact() {
    Map<String, String> headers = Map.of("SW8", injected().get("sw8"));
    assertThat(tracer.extract(Format.Builtin.TEXT_MAP, new TextMapExtractOnly(headers))).isNull();
  }

  private record TextMapExtractOnly(Map<String, String> headers) implements TextMap {
    @Override
    public java.util.Iterator<Map.Entry<String, String>> iterator() {
      return headers.entrySet().iterator();
    }

    @Override
    public void put(String key, String value) {
      throw new UnsupportedOperationException();
    }
  }

  @Test
  void otherEntriesDoNotMatter() {
    Map<String, String> headers = new HashMap<>(injected());
    headers.put("accept", "*/*");
    headers.put("sw8x", "1-");
    headers.put("nothing", null);
    headers.put(null, "nothing");
    headers.put("", "");
    assertIsTheSpan(extracted(headers));
  }

  @Test
  void firstOfSeveralHeadersWithOneNameCounts() {
    Map<String, String> two = new LinkedHashMap<>();
    two.put("sw8", injected().get("sw8"));
    two.put("SW8", "damaged");
    assertIsTheSpan(extracted(two));
  }

  @Test
  void injectingAgainReplaces() {
    Map<String, String> headers = injected();
    Span other = tracer.buildSpan("other").start();
    tracer.inject(other.context(), Format.Builtin.HTTP_HEADERS, new TextMapAdapter(headers));
    assertThat(extracted(headers).toSpanId()).isEqualTo(other.context().toSpanId());
    other.finish();
  }

  @Test
  void emptyCarriersHoldNoContext() {
    assertThat(extracted(Map.of())).isNull();
    assertThat(extracted(Map.of("sw8", ""))).isNull();
    assertThat(extracted(Map.of("sw8", "  "))).isNull();
    assertThat(extracted(Map.of("sw8-correlation", "YQ==:Yg=="))).isNull();
    assertThat(extracted(Map.of("skein-baggage", "a=b"))).isNull();
    assertThat(
            tracer.extract(
                Format.Builtin.BINARY_EXTRACT,
                BinaryAdapters.extractionCarrier(ByteBuffer.allocate(0))))
        .isNull();
  }

  @Test
  void damagedHeadersAreNotAContext() {
    String good = injected().get("sw8");
    for (String bad :
        List.of(
            "x", "1-", "2" + good.substring(1), good + "-", good.substring(2), "1-a-b-c-d-e-f-g")) {
      assertThatThrownBy(() -> extracted(Map.of("sw8", bad)))
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void damagedBaggageIsNotAContext() {
    for (String bad :
        List.of("a", "=b", "a=%4", "a=%zz", "a=b,,c=d", "a=%ff", "a=b c", "a=\u00e4")) {
      Map<String, String> headers = new HashMap<>(injected());
      headers.put("skein-baggage", bad);
      assertThatThrownBy(() -> extracted(headers))
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class);
    }
    Map<String, String> headers = new HashMap<>(injected());
    headers.put("skein-baggage", "a=" + "b".repeat(10_000));
    assertThatThrownBy(() -> extracted(headers)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void traceThatIsNotRecordedIsAContextAllTheSame() {
    SpanContext context = extracted(Map.of("sw8", "0-------"));
    assertThat(context).isNotNull();
    assertThat(context.toTraceId()).isEmpty();
    tracer.buildSpan("served").asChildOf(context).start().finish();
    assertThat(recorder.count("served")).isZero();
  }

  @Test
  void receivedContextCanBePassedOnAsItIs() {
    recorder.core.startEntry("makes correlation").end();
    span.setBaggageItem("key", "value");
    Map<String, String> headers = injected();
    headers.put("sw8-correlation", "a2V5:dmFsdWU=");
    Map<String, String> passedOn = new LinkedHashMap<>();
    tracer.inject(extracted(headers), Format.Builtin.HTTP_HEADERS, new TextMapAdapter(passedOn));
    assertThat(passedOn).isEqualTo(headers);
  }

  // ---- what is not to be done

  @Test
  void formatsForTheOtherDirectionAreRefused() {
    assertThatThrownBy(
            () ->
                tracer.inject(
                    span.context(),
                    Format.Builtin.TEXT_MAP_EXTRACT,
                    new TextMapExtractAdapter(Map.of())))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                tracer.inject(
                    span.context(),
                    Format.Builtin.BINARY_EXTRACT,
                    BinaryAdapters.extractionCarrier(ByteBuffer.allocate(10))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                tracer.extract(
                    Format.Builtin.TEXT_MAP_INJECT, new TextMapInjectAdapter(new HashMap<>())))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                tracer.extract(
                    Format.Builtin.BINARY_INJECT,
                    BinaryAdapters.injectionCarrier(ByteBuffer.allocate(10))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void unknownFormatsAreRefusedInBothDirections() {
    Format<Object> unknown = new Format<>() {};
    assertThatThrownBy(() -> tracer.inject(span.context(), unknown, new Object()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> tracer.extract(unknown, new Object()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> tracer.extract(null, new Object()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @SuppressWarnings({"unchecked", "rawtypes"}) // what a caller without generics does
  void carriersOfAnotherKindAreRefused() {
    for (Format format :
        new Format[] {
          Format.Builtin.TEXT_MAP,
          Format.Builtin.HTTP_HEADERS,
          Format.Builtin.TEXT_MAP_INJECT,
          Format.Builtin.BINARY,
          Format.Builtin.BINARY_INJECT
        }) {
      assertThatThrownBy(() -> tracer.inject(span.context(), format, "carrier"))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> tracer.inject(span.context(), format, null))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> tracer.extract((Format) Format.Builtin.BINARY, "carrier"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> tracer.extract((Format) Format.Builtin.TEXT_MAP, null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void contextsOfOthersAreNotInjected() {
    Map<String, String> headers = new HashMap<>();
    tracer.inject(null, Format.Builtin.HTTP_HEADERS, new TextMapAdapter(headers));
    tracer.inject(
        NoopSpan.INSTANCE.context(), Format.Builtin.HTTP_HEADERS, new TextMapAdapter(headers));
    assertThat(headers).isEmpty();
  }

  // ---- baggage

  @Test
  void baggageGoesAroundInEveryFormat() {
    Map<String, String> items = new HashMap<>();
    items.put("user", "eve");
    items.put("Case Kept", "yes, please = no; 100% \u200b");
    items.put("schl\u00fcssel", "\u00e4\u00f6\u00fc \ud83d\ude00");
    items.put("empty", "");
    items.forEach(span::setBaggageItem);
    assertThat(injected().get("skein-baggage")).matches("[\\x21-\\x7e]+");
    assertThat(baggage(extracted(injected()))).isEqualTo(items);
    ByteBuffer buffer = ByteBuffer.allocate(2000);
    tracer.inject(
        span.context(), Format.Builtin.BINARY_INJECT, BinaryAdapters.injectionCarrier(buffer));
    buffer.flip();
    assertThat(
            baggage(
                tracer.extract(
                    Format.Builtin.BINARY_EXTRACT, BinaryAdapters.extractionCarrier(buffer))))
        .isEqualTo(items);
    Span served = tracer.buildSpan("served").asChildOf(extracted(injected())).start();
    assertThat(served.getBaggageItem("user")).isEqualTo("eve");
    served.finish();
  }

  @Test
  void emptyBaggageStaysEmptyAndTakesNoHeader() {
    assertThat(injected()).doesNotContainKey("skein-baggage");
    assertThat(baggage(extracted(injected()))).isEmpty();
  }

  @Test
  void fullBaggageFitsTheHeaderAndLeavesCorrelationAlone() {
    for (int i = 0; i < 500; i++) {
      span.setBaggageItem("key" + i, "\u00e4".repeat(20));
    }
    Map<String, String> headers = injected();
    assertThat(headers.get("skein-baggage").length()).isBetween(8_000, 8_192);
    assertThat(baggage(extracted(headers))).isEqualTo(baggage(span.context()));
    assertThat(headers.get("sw8-correlation")).isEmpty();
  }

  @Test
  void spacesThatAProxyPutsBetweenItemsDoNotMatter() {
    Map<String, String> headers = new HashMap<>(injected());
    headers.put("skein-baggage", " a=b , c=d ");
    assertThat(baggage(extracted(headers))).isEqualTo(Map.of("a", "b", "c", "d"));
  }

  // ---- binary

  private byte[] binary() {
    ByteBuffer buffer = ByteBuffer.allocate(2000);
    tracer.inject(
        span.context(), Format.Builtin.BINARY_INJECT, BinaryAdapters.injectionCarrier(buffer));
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  private SpanContext extracted(byte[] payload) {
    return tracer.extract(
        Format.Builtin.BINARY_EXTRACT, BinaryAdapters.extractionCarrier(ByteBuffer.wrap(payload)));
  }

  @Test
  void binaryFormIsAVersionAndFourValuesWithTheirLengths() {
    span.setBaggageItem("a", "b");
    Map<String, String> headers = injected();
    ByteBuffer payload = ByteBuffer.wrap(binary());
    assertThat(payload.get()).isEqualTo((byte) 1);
    for (String name : List.of("sw8", "sw8-correlation", "sw8-x", "skein-baggage")) {
      byte[] value = new byte[payload.getInt()];
      payload.get(value);
      assertThat(new String(value, java.nio.charset.StandardCharsets.UTF_8))
          .isEqualTo(headers.get(name));
    }
    assertThat(payload.hasRemaining()).isFalse();
  }

  @Test
  void binaryIsWrittenAtThePositionAndReadUpToItsEnd() {
    ByteBuffer buffer = ByteBuffer.allocate(2000).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putInt(42);
    tracer.inject(
        span.context(), Format.Builtin.BINARY_INJECT, BinaryAdapters.injectionCarrier(buffer));
    buffer.limit(buffer.capacity());
    buffer.putInt(43).flip();
    assertThat(buffer.getInt()).isEqualTo(42);
    assertIsTheSpan(
        tracer.extract(Format.Builtin.BINARY_EXTRACT, BinaryAdapters.extractionCarrier(buffer)));
    assertThat(buffer.getInt()).isEqualTo(43);
  }

  @Test
  void binaryThatIsCutOffAnywhereIsDamaged() {
    span.setBaggageItem("a", "b");
    byte[] payload = binary();
    for (int length = 1; length < payload.length; length++) {
      byte[] cut = Arrays.copyOf(payload, length);
      assertThatThrownBy(() -> extracted(cut))
          .as("cut to %s", length)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void anyBytesAreAContextOrNoneOrAnIllegalArgument() {
    byte[] payload = binary();
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes;
      if (i % 2 == 0) {
        bytes = payload.clone();
        for (int changes = random.nextInt(4); changes >= 0; changes--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
      } else {
        bytes = new byte[random.nextInt(60)];
        random.nextBytes(bytes);
      }
      assertThatCode(() -> tryToExtract(bytes)).doesNotThrowAnyException();
    }
  }

  private void tryToExtract(byte[] bytes) {
    try {
      SpanContext unused = extracted(bytes);
    } catch (IllegalArgumentException expected) {
      // the only exception there may be
    }
  }

  @Test
  void anyTextIsAContextOrNoneOrAnIllegalArgument() {
    span.setBaggageItem("a", "b");
    Map<String, String> good = injected();
    Random random = new Random(2);
    for (int i = 0; i < 20_000; i++) {
      Map<String, String> headers = new TreeMap<>(good);
      String name = Propagation.NAMES.get(random.nextInt(4));
      StringBuilder value = new StringBuilder(good.get(name));
      for (int changes = random.nextInt(3); changes >= 0 && !value.isEmpty(); changes--) {
        value.setCharAt(random.nextInt(value.length()), (char) random.nextInt(300));
      }
      headers.put(name, value.toString());
      assertThatCode(
              () -> {
                try {
                  SpanContext unused = extracted(headers);
                } catch (IllegalArgumentException expected) {
                  // the only exception there may be
                }
              })
          .doesNotThrowAnyException();
    }
  }

  @Test
  void adaptersOfTheApiAreAsTheyAre() {
    assertThatThrownBy(() -> BinaryAdapters.extractionCarrier(null))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(
            () -> BinaryAdapters.injectionCarrier(ByteBuffer.allocate(1)).injectionBuffer(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                tracer.inject(
                    span.context(),
                    Format.Builtin.BINARY_INJECT,
                    BinaryAdapters.injectionCarrier(ByteBuffer.allocate(1))))
        .as("no room: the carrier's own answer")
        .isInstanceOf(AssertionError.class);
  }
}
