package io.skein.wire.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import io.skein.wire.model.Command;
import io.skein.wire.model.InstancePing;
import io.skein.wire.model.InstanceProperties;
import io.skein.wire.model.KeyValue;
import io.skein.wire.model.SpanLog;
import io.skein.wire.model.SpanReference;
import io.skein.wire.model.TraceSegment;
import io.skein.wire.model.TraceSpan;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Our reader and writer beside protobuf's own library, which knows the protocol from its tables.
 */
class WireFormatTest {
  private static final SpanReference REF =
      new SpanReference(1, "other trace", "parent segment", 7, "service", "instance", "/e", "h:80");
  private static final TraceSpan SPAN =
      new TraceSpan(
          3,
          -1,
          1_700_000_000_001L,
          1_700_000_000_002L,
          List.of(REF),
          "GET:/orders",
          "db:5432",
          TraceSpan.LOCAL,
          7,
          14,
          true,
          List.of(new KeyValue("k", "v"), new KeyValue("k", "")),
          List.of(new SpanLog(-5, List.of(new KeyValue("event", "error")))),
          true);
  private static final TraceSegment SEGMENT =
      new TraceSegment("trace", "segment", List.of(SPAN), "shop", "shop-1", true);

  @Test
  void everyFieldGoesUnderTheNumberOfItsName() throws Exception {
    DynamicMessage segment =
        DynamicMessage.parseFrom(ProtocolDescriptors.SEGMENT, MessageWriter.segment(SEGMENT));

    // The whole text form, so that a field in a wrong place cannot hide behind a reader that errs
    // alike.
    assertThat(segment.toString().lines().map(String::strip))
        .containsExactly(
            "traceId: \"trace\"",
            "traceSegmentId: \"segment\"",
            "spans {",
            "spanId: 3",
            "parentSpanId: -1",
            "startTime: 1700000000001",
            "endTime: 1700000000002",
            "refs {",
            "refType: 1",
            "traceId: \"other trace\"",
            "parentTraceSegmentId: \"parent segment\"",
            "parentSpanId: 7",
            "parentService: \"service\"",
            "parentServiceInstance: \"instance\"",
            "parentEndpoint: \"/e\"",
            "networkAddressUsedAtPeer: \"h:80\"",
            "}",
            "operationName: \"GET:/orders\"",
            "peer: \"db:5432\"",
            "spanType: 2",
            "spanLayer: 7",
            "componentId: 14",
            "isError: true",
            "tags {",
            "key: \"k\"",
            "value: \"v\"",
            "}",
            "tags {",
            "key: \"k\"",
            "}",
            "logs {",
            "time: -5",
            "data {",
            "key: \"event\"",
            "value: \"error\"",
            "}",
            "}",
            "skipAnalysis: true",
            "}",
            "service: \"shop\"",
            "serviceInstance: \"shop-1\"",
            "isSizeLimited: true");
    assertThat(SegmentReader.segment(segment.toByteArray())).isEqualTo(SEGMENT);
  }

  @Test
  void managementMessagesGoUnderTheNumbersOfTheirNames() throws Exception {
    InstanceProperties properties =
        new InstanceProperties("s", "i", List.of(new KeyValue("language", "java")), "MESH");
    InstancePing ping = new InstancePing("s", "i", "GENERAL");
    byte[] propertiesBytes = MessageWriter.instanceProperties(properties);
    byte[] pingBytes = MessageWriter.instancePing(ping);

    assertThat(DynamicMessage.parseFrom(ProtocolDescriptors.PROPERTIES, propertiesBytes).toString())
        .isEqualToIgnoringWhitespace(
            "service: \"s\" serviceInstance: \"i\""
                + " properties { key: \"language\" value: \"java\" } layer: \"MESH\"");
    assertThat(DynamicMessage.parseFrom(ProtocolDescriptors.PING, pingBytes).toString())
        .isEqualToIgnoringWhitespace("service: \"s\" serviceInstance: \"i\" layer: \"GENERAL\"");
    assertThat(ManagementReader.instanceProperties(propertiesBytes)).isEqualTo(properties);
    assertThat(ManagementReader.instancePing(pingBytes)).isEqualTo(ping);
  }

  @Test
  void commandsAreWhatProtobufReads() throws Exception {
    byte[] bytes =
        MessageWriter.commands(
            List.of(
                new Command("ProfileTaskQuery", List.of(new KeyValue("SerialNumber", "1"))),
                new Command("Other", List.of())));

    assertThat(DynamicMessage.parseFrom(ProtocolDescriptors.COMMANDS, bytes).toString())
        .isEqualToIgnoringWhitespace(
            "commands { command: \"ProfileTaskQuery\""
                + " args { key: \"SerialNumber\" value: \"1\" } } commands { command: \"Other\" }");
    assertThat(MessageWriter.commands(List.of())).isEmpty();
  }

  @Test
  void anyMessageOfProtobufIsReadAndWrittenAgainByteForByte() throws Exception {
    for (int seed = 0; seed < 2_000; seed++) {
      byte[] bytes = new RandomMessages(seed).next(ProtocolDescriptors.SEGMENT).toByteArray();
      assertThat(MessageWriter.segment(SegmentReader.segment(bytes)))
          .as("segment of seed %s", seed)
          .isEqualTo(bytes);
    }
    for (int seed = 0; seed < 500; seed++) {
      byte[] bytes = new RandomMessages(seed).next(ProtocolDescriptors.PROPERTIES).toByteArray();
      assertThat(MessageWriter.instanceProperties(ManagementReader.instanceProperties(bytes)))
          .as("properties of seed %s", seed)
          .isEqualTo(bytes);
    }
  }

  @Test
  void aCollectionIsTakenApartWithoutLookingInside() throws Exception {
    byte[] bytes = new RandomMessages(1).next(ProtocolDescriptors.COLLECTION).toByteArray();
    DynamicMessage collection = DynamicMessage.parseFrom(ProtocolDescriptors.COLLECTION, bytes);
    List<byte[]> expected = new ArrayList<>();
    var field = ProtocolDescriptors.COLLECTION.findFieldByNumber(1);
    for (int i = 0; i < collection.getRepeatedFieldCount(field); i++) {
      expected.add(((Message) collection.getRepeatedField(field, i)).toByteArray());
    }
    assertThat(expected).isNotEmpty();
    assertThat(SegmentReader.collection(bytes)).containsExactlyElementsOf(expected);

    byte[] oneBad = bytes(0x0a, 2, 0x0a, 0x7f, 0x0a, 3, 0x0a, 1, 'x');
    assertThat(SegmentReader.collection(oneBad)).hasSize(2);
  }

  /**
   * Whatever protobuf reads from a damaged message, we read alike; what it refuses, we refuse or
   * read, but survive.
   */
  @Test
  void damagedMessagesAreReadAsProtobufReadsThem() {
    Random random = new Random(42);
    int read = 0;
    int refused = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = new RandomMessages(round % 50).next(ProtocolDescriptors.SEGMENT).toByteArray();
      if (bytes.length == 0) {
        continue;
      }
      byte[] damaged = damage(bytes, random);
      if (hasNumberOfMoreThan64Bits(damaged)) {
        continue;
      }
      Message expected = byProtobuf(ProtocolDescriptors.SEGMENT, damaged);
      try {
        TraceSegment segment = SegmentReader.segment(damaged);
        if (expected != null) {
          assertThat(MessageWriter.segment(segment))
              .as("round %s", round)
              .isEqualTo(RandomMessages.known(expected).toByteArray());
        }
        read++;
      } catch (MalformedMessageException e) {
        assertThat(e).hasMessageNotContaining("null");
        assertThat(expected).as("round %s: %s", round, e.getMessage()).isNull();
        refused++;
      }
    }
    assertThat(read).isGreaterThan(1_000);
    assertThat(refused).isGreaterThan(1_000);
  }

  @Test
  void fieldsWeDoNotKnowAreSkippedWhateverTheirWireType() throws Exception {
    UnknownFieldSet strange =
        UnknownFieldSet.newBuilder()
            .addField(
                99,
                UnknownFieldSet.Field.newBuilder()
                    .addVarint(-1)
                    .addFixed32(1)
                    .addFixed64(2)
                    .addLengthDelimited(ByteString.copyFromUtf8("later"))
                    .addGroup(
                        UnknownFieldSet.newBuilder()
                            .addField(1, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                            .build())
                    .build())
            .build();
    byte[] bytes =
        DynamicMessage.parseFrom(ProtocolDescriptors.SEGMENT, MessageWriter.segment(SEGMENT))
            .toBuilder()
            .setUnknownFields(strange)
            .build()
            .toByteArray();

    assertThat(SegmentReader.segment(bytes)).isEqualTo(SEGMENT);
  }

  @Test
  void aMissingParentSpanIdMeansZero() throws Exception {
    byte[] emptySpan = bytes(0x1a, 0);
    assertThat(SegmentReader.segment(emptySpan).spans().get(0).parentId()).isZero();
  }

  @Test
  void textThatIsNotUtf8IsKeptWithReplacementCharacters() throws Exception {
    byte[] bytes = bytes(0x22, 3, 'a', 0xff, 'b');
    assertThat(SegmentReader.segment(bytes).service()).isEqualTo("a\ufffdb");
  }

  @Test
  void lengthsBeyondTheEndAreRefusedBeforeAnythingIsAllocated() {
    assertRefused("truncated", 0x22, 0xff, 0xff, 0xff, 0xff, 0x07);
    assertRefused("truncated", 0x22, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01);
    assertRefused("truncated", 0x1a, 2, 0x32, 5, 'x', 'x', 'x', 'x', 'x');
    assertRefused("truncated", 0x22);
    assertRefused("truncated", 0x30, 0x80);
  }

  @Test
  void whatIsNotProtobufIsRefused() {
    assertRefused("not-protobuf", 0x00, 0x00);
    assertRefused("not-protobuf", 0x0f);
    assertRefused("not-protobuf", 0x0c);
    assertRefused(
        "not-protobuf", 0x30, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00);
    assertRefused("not-protobuf", 0x4b, 0x54);
  }

  @Test
  void groupsInGroupsAreRefusedWithoutRecursion() {
    byte[] bytes = new byte[1_000_000];
    Arrays.fill(bytes, (byte) 0x4b);
    assertThat(refusal(bytes).reason()).isEqualTo("too-deep");
  }

  @Test
  void aSmallMessageOfVeryManyElementsIsRefused() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i <= SegmentReader.MAX_ELEMENTS; i++) {
      bytes.write(0x1a);
      bytes.write(0);
    }
    MalformedMessageException refusal = refusal(bytes.toByteArray());
    assertThat(refusal.reason()).isEqualTo("too-many-elements");
    assertThat(refusal).hasMessageContaining("500000");
  }

  @Test
  void aSegmentThatIsTooLargeSaysHowLargeItMayBe() {
    MalformedMessageException refusal = refusal(new byte[SegmentReader.MAX_SEGMENT_BYTES + 1]);
    assertThat(refusal.reason()).isEqualTo("too-large");
    assertThat(refusal).hasMessageContaining(Integer.toString(SegmentReader.MAX_SEGMENT_BYTES));
  }

  @Test
  void unpairedSurrogatesDoNotStopTheWriter() throws Exception {
    TraceSegment segment = new TraceSegment("\ud800", "s", List.of(), "\udc00x", "", false);
    assertThat(SegmentReader.segment(MessageWriter.segment(segment)).service()).isEqualTo("?x");
  }

  @Test
  void manyPropertiesAreRefused() {
    byte[] bytes = new byte[30_000];
    for (int i = 0; i < bytes.length; i += 2) {
      bytes[i] = 0x1a;
    }
    assertThatThrownBy(() -> ManagementReader.instanceProperties(bytes))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("10000 properties");
  }

  private static byte[] damage(byte[] bytes, Random random) {
    byte[] damaged = bytes.clone();
    switch (random.nextInt(3)) {
      case 0 -> damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
      case 1 -> damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      default -> {
        int from = random.nextInt(damaged.length);
        int to = random.nextInt(damaged.length);
        System.arraycopy(bytes, Math.min(from, to), damaged, 0, Math.abs(from - to));
      }
    }
    return damaged;
  }

  /**
   * protobuf-java reads such a number differently at the end of its buffer and elsewhere; nobody
   * writes one.
   */
  private static boolean hasNumberOfMoreThan64Bits(byte[] bytes) {
    int continued = 0;
    for (byte b : bytes) {
      if (b > 1 && continued >= 9) {
        return true;
      }
      continued = b < 0 ? continued + 1 : 0;
    }
    return false;
  }

  private static Message byProtobuf(Descriptor type, byte[] bytes) {
    try {
      return DynamicMessage.parseFrom(type, bytes);
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  private static void assertRefused(String reason, int... bytes) {
    assertThat(refusal(bytes(bytes)).reason()).isEqualTo(reason);
  }

  private static MalformedMessageException refusal(byte[] bytes) {
    MalformedMessageException refusal =
        catchThrowableOfType(MalformedMessageException.class, () -> SegmentReader.segment(bytes));
    assertThat(refusal)
        .as("%s", new String(bytes, 0, Math.min(20, bytes.length), StandardCharsets.ISO_8859_1))
        .isNotNull();
    return refusal;
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }
}
