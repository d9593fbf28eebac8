package io.skein.server.storage.profile;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes what {@link BlockReader} reads. For one thread. */
final class BlockWriter {
  private byte[] bytes = new byte[4096];
  private int length;

  byte[] toByteArray() {
    return Arrays.copyOf(bytes, length);
  }

  void oneByte(int value) {
    reserve(1);
    bytes[length++] = (byte) value;
  }

  void varint(long value) {
    reserve(10);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
  }

  void signed(long value) {
    varint(value << 1 ^ value >> 63);
  }

  void text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    varint(utf8.length);
    reserve(utf8.length);
    System.arraycopy(utf8, 0, bytes, length, utf8.length);
    length += utf8.length;
  }

  private void reserve(int count) {
    if (bytes.length - length < count) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
    }
  }
}
