package io.skein.wire.decode;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
import io.skein.testing.fuzz.Check;
import io.skein.wire.model.ThreadSnapshot;
import java.util.Arrays;

/**
 * A digit for the message, then the message: a snapshot, an agent's question, the end of a task, or
 * commands; read by us and by protobuf's own library.
 */
public final class ProfileFuzz {
  private ProfileFuzz() {}

  private interface Copy {
    byte[] of(byte[] message) throws MalformedMessageException;
  }

  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length == 0) {
      return;
    }
    byte[] message = Arrays.copyOfRange(data, 1, data.length);
    switch ((data[0] & 0xff) % 4) {
      case 0 -> compare(ProtocolDescriptors.SNAPSHOT, message, ProfileFuzz::snapshot);
      case 1 ->
          compare(
              ProtocolDescriptors.PROFILE_QUERY,
              message,
              bytes -> MessageWriter.profileTaskQuery(ProfileReader.query(bytes)));
      case 2 ->
          compare(
              ProtocolDescriptors.PROFILE_FINISH,
              message,
              bytes -> MessageWriter.profileTaskFinish(ProfileReader.finish(bytes)));
      default ->
          compare(
              ProtocolDescriptors.COMMANDS,
              message,
              bytes -> MessageWriter.commands(CommandsReader.commands(bytes)));
    }
  }

  private static byte[] snapshot(byte[] bytes) throws MalformedMessageException {
    ThreadSnapshot snapshot = ProfileReader.snapshot(bytes);
    for (String frame : snapshot.frames()) {
      Check.that(frame.length() <= ProfileReader.MAX_FRAME_CHARACTERS, "a long frame");
    }
    byte[] written = MessageWriter.snapshot(snapshot);
    Check.equal(ProfileReader.snapshot(written), snapshot, "what is written, read again");
    return written;
  }

  private static void compare(Descriptor type, byte[] bytes, Copy copy) {
    Message expected = SegmentFuzz.byProtobuf(type, bytes);
    byte[] written;
    try {
      written = copy.of(bytes);
    } catch (MalformedMessageException e) {
      Check.that(
          expected == null
              || SegmentFuzz.tooDeep(e)
              || e.reason().equals(MalformedMessageException.TOO_LARGE),
          "refused what protobuf reads: " + e.getMessage());
      return;
    }
    if (expected != null && !isShortened(type, expected)) {
      Check.equal(
          written,
          withoutEmptyStack(type, RandomMessages.known(expected)).toByteArray(),
          "what is read, written again");
    }
  }

  private static Message withoutEmptyStack(Descriptor type, Message message) {
    var stack = type.findFieldByName("stack");
    return stack != null && ((Message) message.getField(stack)).getAllFields().isEmpty()
        ? message.toBuilder().clearField(stack).build()
        : message;
  }

  private static boolean isShortened(Descriptor type, Message message) {
    var stack = type.findFieldByName("stack");
    if (stack == null) {
      return false;
    }
    Message frames = (Message) message.getField(stack);
    var signatures = frames.getDescriptorForType().findFieldByNumber(1);
    for (int i = 0; i < frames.getRepeatedFieldCount(signatures); i++) {
      if (((String) frames.getRepeatedField(signatures, i)).length()
          > ProfileReader.MAX_FRAME_CHARACTERS) {
        return true;
      }
    }
    return false;
  }
}
