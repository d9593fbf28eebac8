package io.skein.server.storage.profile;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Reads numbers and texts of a block; never beyond its end. For one thread. */
final class BlockReader {
  private final byte[] bytes;
  private int at;

  BlockReader(byte[] bytes, int at) {
    this.bytes = bytes;
    this.at = at;
  }

  int at() {
    return at;
  }

  int left() {
    return bytes.length - at;
  }

  int oneByte() throws IOException {
    if (at >= bytes.length) {
      throw new EOFException("a block of snapshots ends early");
    }
    return bytes[at++];
  }

  long varint() throws IOException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int next = oneByte();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IOException("a number of more than ten bytes in a block of snapshots");
  }

  /** A number that may be negative. */
  long signed() throws IOException {
    long value = varint();
    return value >>> 1 ^ -(value & 1);
  }

  /** A number of things of which each takes a byte at least. */
  int count() throws IOException {
    long count = varint();
    if (count < 0 || count > left()) {
      throw new IOException("a block of snapshots speaks of " + count + " things and has no room");
    }
    return (int) count;
  }

  /** A number from 0 to below the bound. */
  int below(int bound) throws IOException {
    long number = varint();
    if (number < 0 || number >= bound) {
      throw new IOException("a block of snapshots has " + number + " where " + bound + " ends");
    }
    return (int) number;
  }

  String text() throws IOException {
    int length = count();
    String text = new String(bytes, at, length, StandardCharsets.UTF_8);
    at += length;
    return text;
  }
}
