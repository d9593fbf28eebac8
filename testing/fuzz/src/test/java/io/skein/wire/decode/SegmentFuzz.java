package io.skein.wire.decode;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.skein.testing.fuzz.Check;
import io.skein.wire.model.TraceSegment;

/**
 * A {@code SegmentObject}, read by us and by protobuf's own library. What that one can read we read
 * alike; what it refuses we refuse by our exception, or read, and survive.
 */
public final class SegmentFuzz {
  private SegmentFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    Message expected = byProtobuf(ProtocolDescriptors.SEGMENT, data);
    TraceSegment segment;
    try {
      segment = SegmentReader.segment(data);
    } catch (MalformedMessageException e) {
      Check.that(!e.reason().isEmpty() && e.getMessage() != null, "a refusal without a reason");
      Check.that(expected == null || tooDeep(e), "refused what protobuf reads: " + e.getMessage());
      return;
    }
    byte[] written = MessageWriter.segment(segment);
    if (expected != null) {
      Check.equal(
          written, RandomMessages.known(expected).toByteArray(), "what is read, written again");
    }
    try {
      Check.equal(SegmentReader.segment(written), segment, "what is written, read again");
    } catch (MalformedMessageException e) {
      throw new AssertionError("what we wrote cannot be read", e);
    }
  }

  /** We give up on groups in groups earlier than protobuf does: this protocol has no groups. */
  static boolean tooDeep(MalformedMessageException e) {
    return e.reason().equals(MalformedMessageException.TOO_DEEP);
  }

  static Message byProtobuf(Descriptor type, byte[] bytes) {
    if (hasOddNumberOfTenBytes(bytes)) {
      return null; // What the top bits mean is a matter of taste; nobody writes such numbers.
    }
    try {
      return DynamicMessage.parseFrom(type, bytes);
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  /** The tenth byte of a number has one bit to say, and stands there because it is set. */
  private static boolean hasOddNumberOfTenBytes(byte[] bytes) {
    int continued = 0;
    for (byte b : bytes) {
      if (b != 1 && continued >= 9) {
        return true;
      }
      continued = b < 0 ? continued + 1 : 0;
    }
    return false;
  }
}
