package io.skein.wire.decode;

import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import io.skein.testing.fuzz.Check;
import io.skein.wire.model.InstancePing;
import io.skein.wire.model.InstanceProperties;
import io.skein.wire.model.KeyValue;
import java.util.ArrayList;
import java.util.List;

/** A digit for the message, then the message: properties, a ping, or a collection of segments. */
public final class ManagementFuzz {
  private ManagementFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length == 0) {
      return;
    }
    byte[] message = java.util.Arrays.copyOfRange(data, 1, data.length);
    switch ((data[0] & 0xff) % 3) {
      case 0 -> properties(message);
      case 1 -> ping(message);
      default -> collection(message);
    }
  }

  private static void properties(byte[] bytes) {
    Message expected = SegmentFuzz.byProtobuf(ProtocolDescriptors.PROPERTIES, bytes);
    InstanceProperties properties;
    try {
      properties = ManagementReader.instanceProperties(bytes);
    } catch (MalformedMessageException e) {
      Check.that(expected == null || SegmentFuzz.tooDeep(e), "refused what protobuf reads");
      return;
    }
    if (expected != null) {
      List<KeyValue> pairs = new ArrayList<>();
      var field = ProtocolDescriptors.PROPERTIES.findFieldByNumber(3);
      for (int i = 0; i < expected.getRepeatedFieldCount(field); i++) {
        Message pair = (Message) expected.getRepeatedField(field, i);
        pairs.add(new KeyValue(text(pair, 1), text(pair, 2)));
      }
      Check.equal(
          properties,
          new InstanceProperties(text(expected, 1), text(expected, 2), pairs, text(expected, 4)),
          "properties");
    }
  }

  private static void ping(byte[] bytes) {
    Message expected = SegmentFuzz.byProtobuf(ProtocolDescriptors.PING, bytes);
    try {
      InstancePing ping = ManagementReader.instancePing(bytes);
      if (expected != null) {
        Check.equal(
            ping,
            new InstancePing(text(expected, 1), text(expected, 2), text(expected, 3)),
            "ping");
      }
    } catch (MalformedMessageException e) {
      Check.that(expected == null || SegmentFuzz.tooDeep(e), "refused what protobuf reads");
    }
  }

  private static void collection(byte[] bytes) {
    Message expected = SegmentFuzz.byProtobuf(ProtocolDescriptors.COLLECTION, bytes);
    List<byte[]> pieces;
    try {
      pieces = SegmentReader.collection(bytes);
    } catch (MalformedMessageException e) {
      Check.that(expected == null || SegmentFuzz.tooDeep(e), "refused what protobuf reads");
      return;
    }
    long sum = 0;
    for (byte[] piece : pieces) {
      sum += piece.length;
    }
    Check.that(sum <= bytes.length, "pieces larger than the whole");
    if (expected != null) {
      var field = ProtocolDescriptors.COLLECTION.findFieldByNumber(1);
      Check.equal(pieces.size(), expected.getRepeatedFieldCount(field), "segments");
      for (int i = 0; i < pieces.size(); i++) {
        Check.equal(
            SegmentFuzz.byProtobuf(ProtocolDescriptors.SEGMENT, pieces.get(i)),
            expected.getRepeatedField(field, i),
            "segment " + i);
      }
    }
  }

  private static String text(Message message, int number) {
    return (String)
        ((DynamicMessage) message)
            .getField(message.getDescriptorForType().findFieldByNumber(number));
  }
}
