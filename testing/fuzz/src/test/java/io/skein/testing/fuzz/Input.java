package io.skein.testing.fuzz;

import java.util.Arrays;

/**
 * The bytes of one run, read as what a target needs. Small numbers and texts stand in them as they
 * are, so that seeds can be written by hand and a finding can be read.
 */
public final class Input {
  private final byte[] bytes;
  private int at;

  public Input(byte[] bytes) {
    this.bytes = bytes;
  }

  public boolean hasMore() {
    return at < bytes.length;
  }

  /** The next byte, 0 to 255; 0 at the end. */
  public int next() {
    return at < bytes.length ? bytes[at++] & 0xff : 0;
  }

  /** A number from 0 to below the bound. */
  public int below(int bound) {
    return bound <= 256 ? next() % bound : (next() << 16 | next() << 8 | next()) % bound;
  }

  public long number() {
    long number = 0;
    for (int i = 0; i < 8; i++) {
      number = number << 8 | next();
    }
    return number;
  }

  public boolean flag() {
    return (next() & 1) == 1;
  }

  /** The bytes up to a line's end, or to the end. */
  public String line() {
    int from = Math.min(at, bytes.length);
    while (at < bytes.length && bytes[at] != '\n') {
      at++;
    }
    String line = text(Arrays.copyOfRange(bytes, from, at));
    at++;
    return line;
  }

  /** A text of so many bytes as the next byte says. */
  public String text() {
    int length = Math.min(next(), Math.max(0, bytes.length - at));
    String text = text(Arrays.copyOfRange(bytes, at, at + length));
    at += length;
    return text;
  }

  public byte[] rest() {
    byte[] rest = Arrays.copyOfRange(bytes, Math.min(at, bytes.length), bytes.length);
    at = bytes.length;
    return rest;
  }

  public String restText() {
    return text(rest());
  }

  /**
   * UTF-8, but every text there can be in Java can be said: three bytes may also be one half of a
   * surrogate pair, and a byte that begins nothing is the character of its number.
   */
  public static String text(byte[] bytes) {
    StringBuilder text = new StringBuilder(bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      int b = bytes[i] & 0xff;
      int more =
          b >= 0xf0 && b < 0xf8 ? 3 : b >= 0xe0 && b < 0xf0 ? 2 : b >= 0xc2 && b < 0xe0 ? 1 : 0;
      int point = more == 0 ? b : b & (0x3f >> more);
      boolean whole = more > 0 && i + more < bytes.length;
      for (int k = 1; whole && k <= more; k++) {
        whole = (bytes[i + k] & 0xc0) == 0x80;
        point = point << 6 | (bytes[i + k] & 0x3f);
      }
      if (whole && point <= Character.MAX_CODE_POINT) {
        text.appendCodePoint(point);
        i += more;
      } else {
        text.append((char) b);
      }
    }
    return text.toString();
  }

  /** Whether a text is one that UTF-8 can say: no halves of surrogate pairs. */
  public static boolean wellFormed(String text) {
    return text.codePoints()
        .noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }
}
