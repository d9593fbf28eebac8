package io.skein.wire.decode;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import java.util.Random;

/** Messages of any shape, built by protobuf's library from the descriptors. */
final class RandomMessages {
  private static final long[] NUMBERS = {
    0, 1, -1, 127, 128, Integer.MAX_VALUE, Integer.MIN_VALUE, 1_700_000_000_000L
  };
  private static final String[] TEXTS = {
    "", "a", "GET:/orders/{id}", "\u00e9\u4e2d\ud83d\ude00", "\u0000", "' OR 1=1 --", "<script>"
  };

  private final Random random;

  RandomMessages(long seed) {
    random = new Random(seed);
  }

  DynamicMessage next(Descriptor type) {
    DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
    for (FieldDescriptor field : type.getFields()) {
      if (field.isRepeated()) {
        for (int i = random.nextInt(4); i > 0; i--) {
          message.addRepeatedField(field, value(field));
        }
      } else if (random.nextInt(5) > 0) {
        message.setField(field, value(field));
      }
    }
    return message.build();
  }

  private Object value(FieldDescriptor field) {
    return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
        ? next(field.getMessageType())
        : scalar(field);
  }

  private Object scalar(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case STRING -> random.nextInt(20) == 0 ? "x".repeat(random.nextInt(20_000)) : pick(TEXTS);
      case INT -> (int) NUMBERS[random.nextInt(NUMBERS.length)];
      case LONG ->
          random.nextBoolean() ? random.nextLong() : NUMBERS[random.nextInt(NUMBERS.length)];
      case BOOLEAN -> random.nextBoolean();
      default -> throw new IllegalStateException(field.getFullName());
    };
  }

  private String pick(String[] texts) {
    return texts[random.nextInt(texts.length)] + texts[random.nextInt(texts.length)];
  }

  /** The message without what the descriptors do not know, at any depth. */
  static Message known(Message message) {
    Message.Builder copy =
        message.toBuilder().setUnknownFields(UnknownFieldSet.getDefaultInstance());
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
        continue;
      }
      if (!field.isRepeated()) {
        if (message.hasField(field)) {
          copy.setField(field, known((Message) message.getField(field)));
        }
        continue;
      }
      for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
        copy.setRepeatedField(field, i, known((Message) message.getRepeatedField(field, i)));
      }
    }
    return copy.build();
  }
}
