package io.skein.core.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.jspecify.annotations.Nullable;

/**
 * Texts that were made lately, so that the same need not be made again for each request: a service
 * has a few dozen routes, peers and paths that come all the time.
 *
 * <p>And it may have paths that never come twice, with an order's number in them. So a text is kept
 * only when it was asked for twice in a row in its place, and there is one place for each hash: the
 * next that is asked for twice takes it. Nothing is searched, nothing grows, and what comes only
 * once costs the hash.
 *
 * <p>Safe for use by several threads without a lock: entries are immutable, and who misses one
 * makes the text.
 */
public final class RecentTexts {
  private static final int PLACES = 256; // a power of two

  /** Long texts are rarely the same, and 256 of them would be much. */
  private static final int LONGEST = 200;

  private final @Nullable Entry[] entries = new Entry[PLACES];
  private final int[] asked = new int[PLACES];

  /** A text and what it was joined of; nothing for one that was cut or decoded. */
  private record Entry(
      @Nullable String first, @Nullable String second, @Nullable String third, String text) {}

  /** Three texts joined. */
  public String joined(String first, String second, String third) {
    int hash = (first.hashCode() * 31 + second.hashCode()) * 31 + third.hashCode();
    int place = place(hash);
    Entry entry = entries[place];
    if (entry != null
        && third.equals(entry.third)
        && second.equals(entry.second)
        && first.equals(entry.first)) {
      return entry.text;
    }
    String text = first.concat(second).concat(third);
    if (isAskedAgain(place, hash, text.length())) {
      entries[place] = new Entry(first, second, third, text);
    }
    return text;
  }

  /** The begin of a text. */
  public String begin(String whole, int length) {
    int hash = length;
    for (int i = 0; i < length; i++) {
      hash = 31 * hash + whole.charAt(i);
    }
    int place = place(hash);
    Entry entry = entries[place];
    if (entry != null
        && entry.first == null
        && entry.text.length() == length
        && whole.startsWith(entry.text)) {
      return entry.text;
    }
    String text = whole.substring(0, length);
    if (isAskedAgain(place, hash, length)) {
      entries[place] = new Entry(null, null, null, text);
    }
    return text;
  }

  /** The text of bytes in ISO 8859-1. */
  public String latin1(byte[] bytes, int from, int length) {
    int hash = length;
    for (int i = from; i < from + length; i++) {
      hash = 31 * hash + bytes[i];
    }
    int place = place(hash);
    Entry entry = entries[place];
    if (entry != null && isSame(entry, bytes, from, length)) {
      return entry.text;
    }
    String text = new String(bytes, from, length, ISO_8859_1);
    if (isAskedAgain(place, hash, length)) {
      entries[place] = new Entry(null, null, null, text);
    }
    return text;
  }

  private static boolean isSame(Entry entry, byte[] bytes, int from, int length) {
    String text = entry.text;
    if (entry.first != null || text.length() != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (text.charAt(i) != (bytes[from + i] & 0xff)) {
        return false;
      }
    }
    return true;
  }

  private boolean isAskedAgain(int place, int hash, int length) {
    if (asked[place] != hash) {
      asked[place] = hash;
      return false;
    }
    return length <= LONGEST;
  }

  private static int place(int hash) {
    return (hash ^ hash >>> 8 ^ hash >>> 16 ^ hash >>> 24) & (PLACES - 1);
  }
}
