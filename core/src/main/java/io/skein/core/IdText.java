package io.skein.core;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Writes the ids of one thread as base64 into headers.
 *
 * <p>Two ids in each header, 17 digits and some encoding each, were half the price of an injection.
 * But of an id only the end changes from one call to the next:
 *
 * <pre>
 *   0123456789abcdef0123456789abcdef.45.1700000000 0010002
 *   └──────────── head: 45 bytes, encoded once ───┘└ tail ┘   the tail's 7 digits are one second
 * </pre>
 *
 * The head is cut where base64 has no remainder, a multiple of 3 bytes, and kept encoded as long as
 * it stays the same, about a second. The tail, 7 to 9 digits, is two or three looks into a table:
 * three digits are three bytes are four characters.
 *
 * <p>Belongs to one thread.
 */
final class IdText {
  /** {@code millis * 10000} has 17 digits from September 2001 to the year 2286. */
  private static final int DIGITS = 17;

  private static final long LOWEST = 10_000_000_000_000_000L;
  private static final long HIGHEST = 99_999_999_999_999_999L;

  private static final VarHandle FOUR_BYTES =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  // Four characters for 3, 2 and 1 digits; the latter two with their padding.
  private static final int[] THREE_DIGITS = table(3);
  private static final int[] TWO_DIGITS = table(2);
  private static final int[] ONE_DIGIT = table(1);

  private final long threadId;
  private final int tailDigits;
  private final long tailUnit;
  private @Nullable Identity identity;
  private byte[] head = {};
  private long headValue;

  IdText(long threadId) {
    this.threadId = threadId;
    int length = Identity.PREFIX_LENGTH + Long.toString(threadId).length() + 1 + DIGITS;
    tailDigits = 7 + (length - 7) % 3;
    tailUnit = tailDigits == 7 ? 10_000_000 : tailDigits == 8 ? 100_000_000 : 1_000_000_000;
  }

  /**
   * Writes an id that was made in this thread and returns the position behind it; at most 100
   * bytes.
   */
  int write(byte[] out, int position, Identity ofWhom, long number) {
    if (number < LOWEST || number > HIGHEST) {
      return writeAny(out, position, ofWhom, threadId, number);
    }
    long tail = number - headValue;
    if (identity != ofWhom || tail < 0 || tail >= tailUnit) {
      newHead(ofWhom, number);
      tail = number - headValue;
    }
    System.arraycopy(head, 0, out, position, head.length);
    int at = position + head.length;
    int low = (int) tail;
    switch (tailDigits) {
      case 7 -> {
        FOUR_BYTES.set(out, at, THREE_DIGITS[low / 10_000]);
        FOUR_BYTES.set(out, at + 4, THREE_DIGITS[low / 10 % 1000]);
        FOUR_BYTES.set(out, at + 8, ONE_DIGIT[low % 10]);
      }
      case 8 -> {
        FOUR_BYTES.set(out, at, THREE_DIGITS[low / 100_000]);
        FOUR_BYTES.set(out, at + 4, THREE_DIGITS[low / 100 % 1000]);
        FOUR_BYTES.set(out, at + 8, TWO_DIGITS[low % 100]);
      }
      default -> {
        FOUR_BYTES.set(out, at, THREE_DIGITS[low / 1_000_000]);
        FOUR_BYTES.set(out, at + 4, THREE_DIGITS[low / 1000 % 1000]);
        FOUR_BYTES.set(out, at + 8, THREE_DIGITS[low % 1000]);
      }
    }
    return at + 12;
  }

  /** The same for any thread and number, the slow way. */
  static int writeAny(byte[] out, int position, Identity ofWhom, long threadId, long number) {
    byte[] text = ofWhom.idText(threadId, number).getBytes(ISO_8859_1);
    return Base64Text.encode(out, position, text, 0, text.length);
  }

  private void newHead(Identity ofWhom, long number) {
    long high = number / tailUnit;
    byte[] text = (ofWhom.prefix + threadId + '.' + high).getBytes(ISO_8859_1);
    byte[] encoded = new byte[text.length / 3 * 4];
    Base64Text.encode(encoded, 0, text, 0, text.length);
    head = encoded;
    headValue = high * tailUnit;
    identity = ofWhom;
  }

  private static int[] table(int digits) {
    int count = digits == 3 ? 1000 : digits == 2 ? 100 : 10;
    int[] table = new int[count];
    byte[] text = new byte[digits];
    byte[] encoded = new byte[4];
    for (int value = 0; value < count; value++) {
      int rest = value;
      for (int i = digits - 1; i >= 0; i--) {
        text[i] = (byte) ('0' + rest % 10);
        rest /= 10;
      }
      Base64Text.encode(encoded, 0, text, 0, digits);
      table[value] = (int) FOUR_BYTES.get(encoded, 0);
    }
    return table;
  }
}
