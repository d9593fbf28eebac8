package io.skein.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The user's data that travels with a trace: at most 3 keys, values of at most 128 characters,
 * unless set otherwise.
 *
 * <p>Kept as an array {@code key, value, key, value ...} that is never changed, so that contexts,
 * snapshots and threads share it without copying (T21). The rules of putting are SkyWalking's Java
 * agent's, and one that it lacks: a key has the same bound as a value, because everything here ends
 * up in a header of every call.
 *
 * <pre>
 *   sw8-correlation: base64(key):base64(value),base64(key):base64(value)
 * </pre>
 */
final class Correlation {
  static final int MAX_KEYS = 3;
  static final int MAX_LENGTH = 128;
  static final String[] NONE = {};

  /**
   * How much there may be.
   *
   * @param keys how many keys
   * @param length how many characters a key or a value may have
   */
  record Limits(int keys, int length) {
    static final Limits DEFAULT = new Limits(MAX_KEYS, MAX_LENGTH);

    /** Every call carries it: more than this is no correlation, and servers refuse such headers. */
    private static final int MOST_KEYS = 16;

    private static final int LONGEST = 512;

    Limits {
      keys = Math.max(0, Math.min(MOST_KEYS, keys));
      length = Math.max(0, Math.min(LONGEST, length));
    }

    /** Two texts for each key, 3 bytes for a character at most, as base64 with separators. */
    int header() {
      return Math.max(4096, keys * 2 * (4 * length + 6));
    }
  }

  private Correlation() {}

  static @Nullable String get(String[] pairs, String key) {
    for (int i = 0; i < pairs.length; i += 2) {
      if (pairs[i].equals(key)) {
        return pairs[i + 1];
      }
    }
    return null;
  }

  /** The pairs with one put in; the same array where the rules say that nothing changes. */
  static String[] put(String[] pairs, @Nullable String key, @Nullable String value, Limits limits) {
    if (key == null || key.isEmpty() || key.length() > limits.length()) {
      return pairs;
    }
    int at = 0;
    while (at < pairs.length && !pairs[at].equals(key)) {
      at += 2;
    }
    boolean present = at < pairs.length;
    if (value == null || value.isEmpty()) {
      return present ? without(pairs, at) : pairs;
    }
    if (value.length() > limits.length() || (!present && pairs.length >= 2 * limits.keys())) {
      return pairs;
    }
    String[] changed = Arrays.copyOf(pairs, present ? pairs.length : pairs.length + 2);
    changed[at] = key;
    changed[at + 1] = value;
    return changed;
  }

  /**
   * Those of a second carrier too, as far as there is room: what came first has the right of way.
   */
  static String[] merge(String[] first, String[] second, Limits limits) {
    if (first.length == 0) {
      return second;
    }
    String[] merged = first;
    for (int i = 0; i < second.length; i += 2) {
      if (get(merged, second[i]) == null) {
        merged = put(merged, second[i], second[i + 1], limits);
      }
    }
    return merged;
  }

  private static String[] without(String[] pairs, int at) {
    String[] fewer = new String[pairs.length - 2];
    System.arraycopy(pairs, 0, fewer, 0, at);
    System.arraycopy(pairs, at + 2, fewer, at, fewer.length - at);
    return fewer;
  }

  static String encode(String[] pairs) {
    if (pairs.length == 0) {
      return "";
    }
    Base64.Encoder base64 = Base64.getEncoder();
    StringBuilder header = new StringBuilder();
    for (int i = 0; i < pairs.length; i += 2) {
      if (i > 0) {
        header.append(',');
      }
      header
          .append(base64.encodeToString(pairs[i].getBytes(UTF_8)))
          .append(':')
          .append(base64.encodeToString(pairs[i + 1].getBytes(UTF_8)));
    }
    return header.toString();
  }

  /** Reads a header; what is malformed or beyond the limits is left out. */
  static String[] decode(@Nullable String header, Limits limits) {
    if (header == null || header.isEmpty() || header.length() > limits.header()) {
      return NONE;
    }
    String[] pairs = NONE;
    int begin = 0;
    int colon = header.indexOf(':');
    // Each character is looked at a bounded number of times: a header of commas must not cost more.
    while (colon >= 0 && pairs.length < 2 * limits.keys()) {
      int comma = header.indexOf(',', begin);
      int end = comma < 0 ? header.length() : comma;
      if (colon > begin && colon < end) {
        String value = Base64Text.decode(header, colon + 1, end);
        if (value != null && !value.isEmpty()) { // elsewhere that means: remove
          pairs = put(pairs, Base64Text.decode(header, begin, colon), value, limits);
        }
      }
      begin = end + 1;
      if (colon < begin) {
        colon = header.indexOf(':', begin);
      }
    }
    return pairs;
  }
}
