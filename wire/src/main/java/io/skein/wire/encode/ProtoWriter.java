package io.skein.wire.encode;

import java.util.Arrays;

/**
 * Writes protobuf's wire format into one growing array that is used again and again. Not safe for
 * use by several threads.
 *
 * <p>The bytes are those that protobuf-java writes for the same content, byte by byte: fields in
 * order of their numbers is up to the caller; numbers, lengths and texts are written in their
 * shortest form here, and proto3's defaults (0, false, "") not at all.
 */
public final class ProtoWriter {

  /*
   * A nested message's length stands in front of it, as a number of one to five bytes, and is known
   * only at its end. Computing it first would walk all texts twice. So the caller says how many bytes
   * the length will probably take, that many are left free, and at the end the length is filled in;
   * a wrong guess costs one move of the message's bytes, which are in the nearest cache. For a pair
   * of texts the guess is exact whenever they are ASCII, for spans it is nearly always right.
   *
   * Texts are taken for ASCII: their length is then the number of characters and can be written
   * beforehand, and String can copy them as they lie in memory. A second loop that does nothing but
   * look whether all were ASCII is quicker than one that copies and looks (a fifth less time for the
   * whole segment on JDK 17, a third on 25). If not, the text is measured and written again.
   *
   * Keys and names come again and again, as the same objects. Those are kept with their bytes.
   */

  /**
   * Thrown when the message grows beyond its limit. Has no stack: it is an outcome, not a fault.
   */
  static final class Overflow extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private Overflow() {
      super("message too large", null, false, false);
    }
  }

  private static final int VARINT = 0;
  private static final int LENGTH_DELIMITED = 2;

  private static final int FIRST_CAPACITY = 1024;

  /** A buffer that one large message made is given back before the next message. */
  private static final int USUAL_CAPACITY = 64 * 1024;

  private static final int MAX_VARINT = 10;

  private static final int NAMES = 256;
  private static final int MAX_NAME = 150;
  private static final byte[] NOT_YET = {};

  private final String[] names = new String[NAMES];
  private final byte[][] nameBytes = new byte[NAMES][];
  private final int maxBytes;
  private byte[] buffer = new byte[FIRST_CAPACITY];
  private int position;

  /** Creates a writer for messages of at most this many bytes. */
  public ProtoWriter(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Forgets what was written and leaves so many bytes free in front. */
  public void reset(int headroom) {
    if (buffer.length > USUAL_CAPACITY) {
      buffer = new byte[FIRST_CAPACITY];
    }
    position = headroom;
  }

  /** Returns the array being written to; another one after the next write, perhaps. */
  public byte[] buffer() {
    return buffer;
  }

  /** Returns how many bytes are written, headroom included. */
  public int length() {
    return position;
  }

  /** Writes a whole number, nothing if it is 0. Negative ones take ten bytes, also 32-bit ones. */
  public void number(int field, long value) {
    if (value != 0) {
      ensure(MAX_VARINT + MAX_VARINT);
      varint((field << 3) | VARINT);
      varint(value);
    }
  }

  /** Writes a truth, nothing if it is false. */
  public void bool(int field, boolean value) {
    if (value) {
      number(field, 1);
    }
  }

  /** Writes a text, nothing if it is empty. */
  public void text(int field, String value) {
    if (!value.isEmpty()) {
      if (value.length() > maxBytes) {
        throw new Overflow();
      }
      ensure(2 * MAX_VARINT + value.length());
      varint((field << 3) | LENGTH_DELIMITED);
      textWithLength(value);
    }
  }

  /** Writes a text that is there as its bytes already, from the start of an array. */
  public void ascii(int field, byte[] text, int length) {
    ensure(2 * MAX_VARINT + length);
    varint((field << 3) | LENGTH_DELIMITED);
    varint(length);
    System.arraycopy(text, 0, buffer, position, length);
    position += length;
  }

  /**
   * Writes a text that is often the very same object: a name, a key. Nothing if it is empty.
   *
   * <p>What comes a second time is kept with its bytes, in a table of fixed size in which a later
   * text takes the place of an earlier one.
   *
   * @param field below {@value #NAMES}: the place says which field the bytes are of
   */
  @SuppressWarnings("ReferenceEquality") // comparing texts would cost what this saves
  public void name(int field, String value) {
    int place = (value.hashCode() + field) & (NAMES - 1);
    byte[] known = nameBytes[place];
    if (names[place] != value) {
      text(field, value);
      if (value.length() <= MAX_NAME) {
        names[place] = value;
        nameBytes[place] = NOT_YET;
      }
    } else if (known.length == 0) {
      int start = position;
      text(field, value);
      if (position > start) {
        nameBytes[place] = Arrays.copyOfRange(buffer, start, position);
      }
    } else {
      ensure(known.length);
      System.arraycopy(known, 0, buffer, position, known.length);
      position += known.length;
    }
  }

  /** Writes one element of a repeated pair of texts (1: key, 2: value). */
  public void pair(int field, String key, String value) {
    int guess = fieldSize(key.length()) + fieldSize(value.length());
    int start = begin(field, varintSize(guess));
    name(1, key);
    text(2, value);
    end(start, varintSize(guess));
  }

  private static int fieldSize(int length) {
    return length == 0 ? 0 : 1 + varintSize(length) + length;
  }

  /**
   * Begins a nested message.
   *
   * @param lengthBytes how many bytes its length will probably take; 1 up to 127 bytes, 2 up to
   *     16,383
   * @return what {@link #end} wants to know
   */
  public int begin(int field, int lengthBytes) {
    ensure(MAX_VARINT + lengthBytes);
    varint((field << 3) | LENGTH_DELIMITED);
    position += lengthBytes;
    return position;
  }

  /** Ends a nested message: fills in its length. */
  public void end(int start, int lengthBytes) {
    int length = position - start;
    int needed = varintSize(length);
    if (needed != lengthBytes) {
      ensure(MAX_VARINT);
      System.arraycopy(buffer, start, buffer, start + needed - lengthBytes, length);
    }
    position = start - lengthBytes;
    varint(length);
    position += length;
  }

  private void textWithLength(String value) {
    int start = position;
    int length = value.length();
    varint(length);
    copyLowBytes(value, buffer, position);
    if (isAscii(value)) {
      position += length;
    } else {
      position = start;
      unusualText(value);
    }
  }

  @SuppressWarnings("deprecation") // it halves characters, which is what is wanted for ASCII
  private static void copyLowBytes(String value, byte[] out, int at) {
    value.getBytes(0, value.length(), out, at);
  }

  private static boolean isAscii(String value) {
    int bits = 0;
    for (int i = 0, length = value.length(); i < length; i++) {
      bits |= value.charAt(i);
    }
    return bits < 0x80;
  }

  /**
   * Writes a text that is not ASCII. Half of a pair of surrogates becomes a question mark, as
   * {@link String#getBytes()} has it: texts come from outside, and one that is broken must not cost
   * its segment.
   */
  private void unusualText(String value) {
    int size = utf8Size(value);
    ensure(MAX_VARINT + size);
    varint(size);
    byte[] out = buffer;
    int at = position;
    int length = value.length();
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      if (c < 0x80) {
        out[at++] = (byte) c;
      } else if (c < 0x800) {
        out[at++] = (byte) (0xC0 | (c >> 6));
        out[at++] = (byte) (0x80 | (c & 0x3F));
      } else if (!Character.isSurrogate(c)) {
        out[at++] = (byte) (0xE0 | (c >> 12));
        out[at++] = (byte) (0x80 | ((c >> 6) & 0x3F));
        out[at++] = (byte) (0x80 | (c & 0x3F));
      } else if (isPair(value, i)) {
        int point = Character.toCodePoint(c, value.charAt(++i));
        out[at++] = (byte) (0xF0 | (point >> 18));
        out[at++] = (byte) (0x80 | ((point >> 12) & 0x3F));
        out[at++] = (byte) (0x80 | ((point >> 6) & 0x3F));
        out[at++] = (byte) (0x80 | (point & 0x3F));
      } else {
        out[at++] = '?';
      }
    }
    position = at;
  }

  private int utf8Size(String value) {
    long size = 0;
    int length = value.length();
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      if (c < 0x80) {
        size++;
      } else if (c < 0x800) {
        size += 2;
      } else if (!Character.isSurrogate(c)) {
        size += 3;
      } else if (isPair(value, i)) {
        size += 4;
        i++;
      } else {
        size++;
      }
    }
    if (size > maxBytes) {
      throw new Overflow();
    }
    return (int) size;
  }

  private static boolean isPair(String value, int at) {
    return Character.isHighSurrogate(value.charAt(at))
        && at + 1 < value.length()
        && Character.isLowSurrogate(value.charAt(at + 1));
  }

  private void varint(long value) {
    byte[] out = buffer;
    int at = position;
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    out[at++] = (byte) rest;
    position = at;
  }

  static int varintSize(int value) {
    // 7 bits of the number per byte; the highest set bit says how many bytes.
    return (38 - Integer.numberOfLeadingZeros(value | 1)) / 7;
  }

  private void ensure(int more) {
    if (buffer.length - position < more) {
      grow(more);
    }
  }

  private void grow(int more) {
    long needed = (long) position + more;
    // What ensure() asks for may be a few bytes more than is then written.
    if (needed > (long) maxBytes + 4 * MAX_VARINT) {
      throw new Overflow();
    }
    long doubled = Math.max(needed, buffer.length * 2L);
    buffer = Arrays.copyOf(buffer, (int) Math.min(doubled, (long) maxBytes + 4 * MAX_VARINT));
  }
}
