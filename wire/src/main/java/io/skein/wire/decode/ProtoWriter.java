package io.skein.wire.decode;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes protobuf from the last byte to the first.
 *
 * <p>A nested message stands behind its length; written backwards, the length is known when it is
 * due, so that nothing is measured beforehand or copied. Fields are therefore given in falling
 * order, elements of a list from the last to the first, and the result is in the order in which
 * protobuf itself writes. For one thread.
 */
final class ProtoWriter {
  private byte[] bytes = new byte[1024];
  // Everything from here to the end is written.
  private int start = bytes.length;

  int written() {
    return bytes.length - start;
  }

  byte[] toByteArray() {
    return Arrays.copyOfRange(bytes, start, bytes.length);
  }

  /** Completes the message that was written since {@code written()} was {@code before}. */
  void endMessage(int field, int before) {
    varint(written() - before);
    tag(field, ProtoReader.BYTES);
  }

  void text(int field, String text) {
    if (!text.isEmpty()) {
      element(field, text);
    }
  }

  /** One text of a repeated field: written also when it is empty. */
  void element(int field, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    reserve(utf8.length);
    start -= utf8.length;
    System.arraycopy(utf8, 0, bytes, start, utf8.length);
    varint(utf8.length);
    tag(field, ProtoReader.BYTES);
  }

  /** An int32, int64 or enum; negative ones take ten bytes. */
  void number(int field, long value) {
    if (value != 0) {
      varint(value);
      tag(field, ProtoReader.VARINT);
    }
  }

  void bool(int field, boolean value) {
    number(field, value ? 1 : 0);
  }

  private void tag(int field, int wireType) {
    varint((long) field << 3 | wireType);
  }

  private void varint(long value) {
    int size = (70 - Long.numberOfLeadingZeros(value | 1)) / 7; // seven bits per byte, rounded up
    reserve(size);
    start -= size;
    int at = start;
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[at] = (byte) rest;
  }

  private void reserve(int count) {
    if (start < count) {
      int written = written();
      byte[] larger = new byte[Math.max(bytes.length * 2, written + count)];
      System.arraycopy(bytes, start, larger, larger.length - written, written);
      start = larger.length - written;
      bytes = larger;
    }
  }
}
