package io.skein.wire.decode;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads protobuf fields from a part of an array that nobody vouches for.
 *
 * <p>The reader never looks beyond its limit, never allocates by a length that it has not compared
 * with the bytes that are there, and never recurses. Use: {@code while (reader.next()) switch
 * (reader.field()) ...}; a field that is not read, or that has another wire type than expected,
 * must be {@linkplain #skip() skipped}, which is what protobuf does with unknown ones.
 *
 * <p>Text that is not UTF-8 is read with replacement characters rather than refused: one damaged
 * tag is no reason to lose a trace. For one thread.
 */
final class ProtoReader {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int BYTES = 2;
  static final int START_GROUP = 3;
  static final int END_GROUP = 4;
  static final int FIXED32 = 5;

  // protobuf's own readers give up at 100; nothing of this protocol uses groups at all.
  private static final int MAX_GROUP_DEPTH = 32;

  private final byte[] bytes;
  private int position;
  private int limit;
  private int field;
  private int wireType;

  ProtoReader(byte[] bytes) {
    this(bytes, 0, bytes.length);
  }

  ProtoReader(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.position = from;
    this.limit = to;
  }

  /** Goes to the next field, or returns false at the end of the message. */
  boolean next() throws MalformedMessageException {
    if (position == limit) {
      return false;
    }
    int tag = (int) varint();
    field = tag >>> 3;
    wireType = tag & 7;
    if (field == 0) {
      throw malformed("field number 0");
    }
    return true;
  }

  int field() {
    return field;
  }

  /** Whether the current field has this number and this wire type. */
  boolean is(int number, int type) {
    return field == number && wireType == type;
  }

  int wireType() {
    return wireType;
  }

  /** An int32 or an enum: protobuf takes the lower half of whatever was sent. */
  int int32() throws MalformedMessageException {
    return (int) varint();
  }

  long int64() throws MalformedMessageException {
    return varint();
  }

  boolean bool() throws MalformedMessageException {
    return varint() != 0;
  }

  String text() throws MalformedMessageException {
    int length = length();
    String text = new String(bytes, position, length, StandardCharsets.UTF_8);
    position += length;
    return text;
  }

  byte[] byteArray() throws MalformedMessageException {
    int length = length();
    byte[] copy = Arrays.copyOfRange(bytes, position, position + length);
    position += length;
    return copy;
  }

  /**
   * Narrows the reader to the message in the current field. Returns the limit to give to {@link
   * #leave} afterwards, so that nested messages cost no further reader.
   */
  int enter() throws MalformedMessageException {
    int length = length();
    int outer = limit;
    limit = position + length;
    return outer;
  }

  void leave(int outerLimit) {
    position = limit;
    limit = outerLimit;
  }

  void skip() throws MalformedMessageException {
    if (wireType == START_GROUP) {
      skipGroup();
    } else {
      skipSimple();
    }
  }

  private void skipSimple() throws MalformedMessageException {
    switch (wireType) {
      case VARINT -> varint();
      case FIXED64 -> advance(8);
      case BYTES -> advance(length());
      case FIXED32 -> advance(4);
      default -> throw malformed("wire type " + wireType + " in field " + field);
    }
  }

  private void skipGroup() throws MalformedMessageException {
    int[] open = new int[MAX_GROUP_DEPTH];
    int depth = 0;
    open[depth++] = field;
    while (depth > 0) {
      if (!next()) {
        throw truncated();
      }
      if (wireType == START_GROUP) {
        if (depth == MAX_GROUP_DEPTH) {
          throw new MalformedMessageException(
              MalformedMessageException.TOO_DEEP,
              "groups are nested deeper than " + MAX_GROUP_DEPTH + " levels");
        }
        open[depth++] = field;
      } else if (wireType == END_GROUP) {
        if (open[--depth] != field) {
          throw malformed("group " + open[depth] + " ends as " + field);
        }
      } else {
        skipSimple();
      }
    }
  }

  private void advance(int count) throws MalformedMessageException {
    if (limit - position < count) {
      throw truncated();
    }
    position += count;
  }

  private int length() throws MalformedMessageException {
    int length = (int) varint(); // of a longer number protobuf takes the lower half here, too
    if (length < 0 || length > limit - position) {
      throw new MalformedMessageException(
          MalformedMessageException.TRUNCATED,
          "field "
              + field
              + " says it has "
              + Integer.toUnsignedString(length)
              + " bytes; "
              + (limit - position)
              + " are left");
    }
    return length;
  }

  private long varint() throws MalformedMessageException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (position == limit) {
        throw truncated();
      }
      byte next = bytes[position++];
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw malformed("a number of more than 10 bytes");
  }

  private MalformedMessageException truncated() {
    return new MalformedMessageException(
        MalformedMessageException.TRUNCATED, "the message ends in the middle of a field");
  }

  private MalformedMessageException malformed(String what) {
    return new MalformedMessageException(
        MalformedMessageException.NOT_PROTOBUF, what + " at byte " + position);
  }
}
