package io.skein.wire.encode;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import io.skein.api.Component;
import io.skein.api.Layer;
import io.skein.api.Span;
import io.skein.core.LogRecord;
import io.skein.core.Segment;
import io.skein.core.SegmentRef;
import io.skein.core.Snapshot;
import io.skein.core.SpanRecord;
import io.skein.core.Tracer;
import io.skein.core.report.SegmentEncoder;
import io.skein.wire.decode.ProtocolDescriptors;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Segments of a real tracer, compared byte by byte with what protobuf-java makes of them. */
class SegmentWriterTest {

  private static final Descriptor SEGMENT = ProtocolDescriptors.SEGMENT;
  private static final Descriptor SPAN = SEGMENT.findFieldByName("spans").getMessageType();
  private static final Descriptor REF = SPAN.findFieldByName("refs").getMessageType();
  private static final Descriptor PAIR = SPAN.findFieldByName("tags").getMessageType();
  private static final Descriptor LOG = SPAN.findFieldByName("logs").getMessageType();

  private static final List<Layer> LAYERS = List.of(Layer.values());

  private final List<Segment> made = new ArrayList<>();
  private final Tracer tracer =
      Tracer.builder().service("d\u00e9mo::shop").instance("i-1@host").sink(made::add).build();
  private final SegmentWriter writer = SegmentWriter.bare(4 << 20);

  private static byte[] bytesOf(SegmentWriter writer, Segment segment) {
    int length = writer.encode(segment);
    return Arrays.copyOf(writer.buffer(), length);
  }

  @Test
  void randomSegmentsAreThoseOfProtobuf() {
    Random random = new Random(7);
    for (int i = 0; i < 2_000; i++) {
      trace(random, 0);
    }
    assertThat(made).hasSizeGreaterThan(2_000);
    for (Segment segment : made) {
      assertThat(bytesOf(writer, segment)).isEqualTo(reference(segment));
    }
    // The random trees must have had everything that a segment can have.
    assertThat(made).anyMatch(Segment::sizeLimited);
    List<SpanRecord> spans = new ArrayList<>();
    for (Segment segment : made) {
      for (int i = 0; i < segment.spanCount(); i++) {
        spans.add(segment.span(i));
      }
    }
    assertThat(spans)
        .anyMatch(SpanRecord::isError)
        .anyMatch(SpanRecord::skipAnalysis)
        .anyMatch(span -> span.logCount() > 1)
        .anyMatch(span -> span.tagCount() > 5)
        .anyMatch(span -> span.peer() != null)
        .anyMatch(span -> span.layer() == Layer.GEN_AI)
        .anyMatch(span -> span.refCount() == 1 && span.ref(0).refType().number() == 0)
        .anyMatch(span -> span.refCount() == 1 && span.ref(0).refType().number() == 1);
  }

  private void trace(Random random, int depth) {
    Span root;
    if (random.nextBoolean()) {
      Map<String, String> headers =
          random.nextBoolean()
              ? Map.of()
              : Map.of("sw8", sw8(random), "sw8-x", random.nextInt(4) == 0 ? "1-" : "0-");
      root = tracer.startEntry(text(random, 200), headers, Map::get);
    } else {
      root = tracer.startLocal(text(random, 200));
    }
    decorate(root, random);
    int children = random.nextInt(100) == 0 ? 400 : random.nextInt(6);
    for (int i = 0; i < children; i++) {
      Span child =
          random.nextBoolean()
              ? tracer.startExit(text(random, 200), text(random, 60))
              : tracer.startLocal(text(random, 200));
      if (children < 10) {
        decorate(child, random);
      }
      child.end();
    }
    Snapshot snapshot = random.nextInt(4) == 0 && depth < 3 ? tracer.capture() : null;
    root.end();
    if (snapshot != null) {
      try (var scope = tracer.continueFrom(snapshot)) {
        assertThat(scope).isNotNull();
        trace(random, depth + 1);
      }
    }
  }

  private static void decorate(Span span, Random random) {
    span.layer(LAYERS.get(random.nextInt(LAYERS.size())));
    span.component(Component.of(random.nextInt(7000), "some"));
    for (int i = random.nextInt(9); i > 0; i--) {
      span.tag(text(random, 30), text(random, random.nextInt(20) == 0 ? 40_000 : 100));
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      span.log(Map.of(text(random, 10), text(random, 300), "event", text(random, 20)));
    }
    if (random.nextInt(10) == 0) {
      span.log(new IllegalStateException(text(random, 50)));
    }
  }

  private static String text(Random random, int limit) {
    int length = 1 + random.nextInt(limit);
    StringBuilder text = new StringBuilder(length);
    boolean odd = random.nextInt(5) == 0;
    for (int i = 0; i < length; i++) {
      text.append(
          (char)
              (odd && random.nextInt(5) == 0 ? random.nextInt(0x10000) : 32 + random.nextInt(95)));
    }
    return text.toString();
  }

  private static String sw8(Random random) {
    StringBuilder header = new StringBuilder("1");
    for (int field = 1; field < 8; field++) {
      header.append('-');
      if (field == 3) {
        header.append(random.nextInt(3) * random.nextInt(300));
      } else {
        byte[] bytes = text(random, 40).getBytes(StandardCharsets.UTF_8);
        header.append(Base64.getEncoder().encodeToString(bytes));
      }
    }
    return header.toString();
  }

  @Test
  void theGrpcPrefixStandsInFront() {
    tracer.startLocal("op").end();
    byte[] bare = bytesOf(writer, made.get(0));
    byte[] framed = bytesOf(SegmentWriter.forGrpc(4 << 20), made.get(0));
    ByteBuffer buffer = ByteBuffer.wrap(framed);
    assertThat(buffer.get()).isZero();
    assertThat(buffer.getInt()).isEqualTo(bare.length);
    assertThat(framed).hasSize(bare.length + 5).endsWith(bare);
  }

  @Test
  void aSegmentOfExactlyTheLimitIsWrittenAndOneByteMoreIsTooLarge() {
    tracer.startLocal("op").tag("k", "v".repeat(3000)).end();
    int length = writer.encode(made.get(0));
    assertThat(SegmentWriter.bare(length).encode(made.get(0))).isEqualTo(length);
    assertThat(SegmentWriter.forGrpc(length).encode(made.get(0))).isEqualTo(length + 5);
    assertThat(SegmentWriter.bare(length - 1).encode(made.get(0)))
        .isEqualTo(SegmentEncoder.TOO_LARGE);
    assertThat(SegmentWriter.forGrpc(length - 1).encode(made.get(0)))
        .isEqualTo(SegmentEncoder.TOO_LARGE);
  }

  @Test
  void anEncoderIsUsableAfterATooLargeSegment() {
    Span large = tracer.startLocal("large");
    for (int i = 0; i < 100; i++) {
      large.tag("k" + i, "v".repeat(2000));
    }
    large.end();
    tracer.startLocal("small").end();
    SegmentWriter limited = SegmentWriter.bare(100_000);
    assertThat(limited.encode(made.get(0))).isEqualTo(SegmentEncoder.TOO_LARGE);
    assertThat(bytesOf(limited, made.get(1))).isEqualTo(reference(made.get(1)));
  }

  private static byte[] reference(Segment segment) {
    DynamicMessage.Builder message = DynamicMessage.newBuilder(SEGMENT);
    set(message, "traceId", segment.traceId());
    set(message, "traceSegmentId", segment.segmentId());
    set(message, "service", segment.service());
    set(message, "serviceInstance", segment.instance());
    set(message, "isSizeLimited", segment.sizeLimited());
    for (int i = 0; i < segment.spanCount(); i++) {
      add(message, "spans", span(segment.span(i)));
    }
    return message.build().toByteArray();
  }

  private static DynamicMessage span(SpanRecord span) {
    DynamicMessage.Builder message = DynamicMessage.newBuilder(SPAN);
    set(message, "spanId", span.id());
    set(message, "parentSpanId", span.parentId());
    set(message, "startTime", span.startMillis());
    set(message, "endTime", span.endMillis());
    for (int i = 0; i < span.refCount(); i++) {
      add(message, "refs", ref(span.ref(i)));
    }
    set(message, "operationName", span.operationName());
    set(message, "peer", span.peer() == null ? "" : span.peer());
    set(message, "spanType", span.type().number());
    set(message, "spanLayer", span.layer().number());
    set(message, "componentId", span.componentId());
    set(message, "isError", span.isError());
    for (int i = 0; i < span.tagCount(); i++) {
      add(message, "tags", pair(span.tagKey(i), span.tagValue(i)));
    }
    for (int i = 0; i < span.logCount(); i++) {
      LogRecord log = span.log(i);
      DynamicMessage.Builder logMessage = DynamicMessage.newBuilder(LOG);
      set(logMessage, "time", log.millis());
      for (int f = 0; f < log.fieldCount(); f++) {
        add(logMessage, "data", pair(log.key(f), log.value(f)));
      }
      add(message, "logs", logMessage.build());
    }
    set(message, "skipAnalysis", span.skipAnalysis());
    return message.build();
  }

  private static DynamicMessage ref(SegmentRef ref) {
    DynamicMessage.Builder message = DynamicMessage.newBuilder(REF);
    set(message, "refType", ref.refType().number());
    set(message, "traceId", ref.traceId());
    set(message, "parentTraceSegmentId", ref.parentSegmentId());
    set(message, "parentSpanId", ref.parentSpanId());
    set(message, "parentService", ref.parentService());
    set(message, "parentServiceInstance", ref.parentInstance());
    set(message, "parentEndpoint", ref.parentEndpoint());
    set(message, "networkAddressUsedAtPeer", ref.networkAddress());
    return message.build();
  }

  private static DynamicMessage pair(String key, String value) {
    DynamicMessage.Builder message = DynamicMessage.newBuilder(PAIR);
    set(message, "key", key);
    set(message, "value", value);
    return message.build();
  }

  private static void set(DynamicMessage.Builder message, String field, Object value) {
    // protobuf-java refuses broken surrogates in newer versions; we write what the JDK makes of
    // them
    Object clean =
        value instanceof String text
            ? new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)
            : value;
    message.setField(field(message, field), clean);
  }

  private static void add(DynamicMessage.Builder message, String field, DynamicMessage value) {
    message.addRepeatedField(field(message, field), value);
  }

  private static FieldDescriptor field(DynamicMessage.Builder message, String name) {
    return message.getDescriptorForType().findFieldByName(name);
  }
}
