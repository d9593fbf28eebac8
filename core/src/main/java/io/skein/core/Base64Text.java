package io.skein.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Base64 of UTF-8 text, RFC 4648 section 4: the standard alphabet, padded, one line (T29). The
 * header's dash works as a separator only because this alphabet has none.
 *
 * <p>Written by hand because a header needs it in the middle of a byte array, without the arrays in
 * between; and because on receipt everything is hostile, and {@code java.util.Base64} answers bad
 * input with an exception, which costs a thousand times what the answer is worth.
 */
final class Base64Text {
  private static final byte[] ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".getBytes(UTF_8);
  private static final byte[] VALUES = new byte[128];

  static {
    Arrays.fill(VALUES, (byte) -1);
    for (int i = 0; i < ALPHABET.length; i++) {
      VALUES[ALPHABET[i]] = (byte) i;
    }
  }

  private Base64Text() {}

  /** How much room a text needs at most: 3 bytes for a character, 4 for 3 bytes. */
  static int maxLength(String text) {
    return 4 * text.length() + 4;
  }

  /** Writes a text at a position and returns the position behind it. */
  static int encode(byte[] out, int position, String text) {
    int length = text.length();
    int at = position;
    int i = 0;
    for (; i + 2 < length; i += 3) {
      int a = text.charAt(i);
      int b = text.charAt(i + 1);
      int c = text.charAt(i + 2);
      if ((a | b | c) >= 0x80) {
        return encodeBytes(out, position, text.getBytes(UTF_8));
      }
      at = encode3(out, at, a, b, c);
    }
    if (i < length) {
      int a = text.charAt(i);
      int b = i + 1 < length ? text.charAt(i + 1) : 0;
      if ((a | b) >= 0x80) {
        return encodeBytes(out, position, text.getBytes(UTF_8));
      }
      at = i + 1 < length ? encode2(out, at, a, b) : encode1(out, at, a);
    }
    return at;
  }

  /** The same for bytes that are there already. */
  static int encode(byte[] out, int position, byte[] bytes, int from, int to) {
    int at = position;
    int i = from;
    for (; i + 2 < to; i += 3) {
      at = encode3(out, at, bytes[i], bytes[i + 1], bytes[i + 2]);
    }
    if (i + 2 == to) {
      return encode2(out, at, bytes[i], bytes[i + 1]);
    }
    return i + 1 == to ? encode1(out, at, bytes[i]) : at;
  }

  private static int encodeBytes(byte[] out, int position, byte[] bytes) {
    byte[] encoded = Base64.getEncoder().encode(bytes);
    System.arraycopy(encoded, 0, out, position, encoded.length);
    return position + encoded.length;
  }

  private static int encode3(byte[] out, int at, int a, int b, int c) {
    int bits = (a & 0xff) << 16 | (b & 0xff) << 8 | (c & 0xff);
    out[at] = ALPHABET[bits >>> 18];
    out[at + 1] = ALPHABET[bits >>> 12 & 63];
    out[at + 2] = ALPHABET[bits >>> 6 & 63];
    out[at + 3] = ALPHABET[bits & 63];
    return at + 4;
  }

  private static int encode2(byte[] out, int at, int a, int b) {
    int bits = (a & 0xff) << 10 | (b & 0xff) << 2;
    out[at] = ALPHABET[bits >>> 12];
    out[at + 1] = ALPHABET[bits >>> 6 & 63];
    out[at + 2] = ALPHABET[bits & 63];
    out[at + 3] = '=';
    return at + 4;
  }

  private static int encode1(byte[] out, int at, int a) {
    int bits = (a & 0xff) << 4;
    out[at] = ALPHABET[bits >>> 6];
    out[at + 1] = ALPHABET[bits & 63];
    out[at + 2] = '=';
    out[at + 3] = '=';
    return at + 4;
  }

  /**
   * Reads a part of a text, or null when it is not base64 of UTF-8. Missing padding is accepted,
   * since SkyWalking's own receivers accept it.
   */
  static @Nullable String decode(String text, int from, int to) {
    int end = to;
    while (end > from && to - end < 2 && text.charAt(end - 1) == '=') {
      end--;
    }
    int length = end - from;
    if (length % 4 == 1 || (end < to && (to - from) % 4 != 0)) {
      return null;
    }
    byte[] bytes = new byte[length * 3 / 4];
    int used = 0;
    int bits = 0;
    int bitCount = 0;
    int notAscii = 0;
    for (int i = from; i < end; i++) {
      char c = text.charAt(i);
      int value = c < 128 ? VALUES[c] : -1;
      if (value < 0) {
        return null;
      }
      bits = bits << 6 | value;
      bitCount += 6;
      if (bitCount >= 8) {
        bitCount -= 8;
        byte b = (byte) (bits >>> bitCount);
        notAscii |= b;
        bytes[used++] = b;
      }
    }
    if (notAscii >= 0) {
      return new String(bytes, 0, used, UTF_8);
    }
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, used)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
