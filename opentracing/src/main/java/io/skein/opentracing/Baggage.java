package io.skein.opentracing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an application gives a trace to carry along, by OpenTracing's rules. Immutable: each change
 * makes a new one, and contexts that were handed out keep theirs.
 *
 * <pre>
 *   skein-baggage: user=eve,cart=12%20items      URL-escaped UTF-8
 * </pre>
 *
 * <p><b>A header of its own</b>, because {@code sw8-correlation} has room for three entries of 128
 * characters, which belong to whoever uses SkyWalking's correlation. And one header rather than one
 * for each key, because names of headers have a small alphabet and lose their case on the way.
 *
 * <p><b>Bounded</b> to what servers accept in a header: {@value #MAX} bytes, escaped. An item that
 * has no room any more is not taken, which its setter is told in the log; so what is there always
 * fits, and nothing gets lost on the way.
 */
final class Baggage {
  static final String HEADER = "skein-baggage";
  static final int MAX = 8192;
  static final Baggage NONE = new Baggage(Map.of(), 0);

  private static final String HEX = "0123456789ABCDEF";

  final Map<String, String> items;
  private final int escapedLength;

  private Baggage(Map<String, String> items, int escapedLength) {
    this.items = items;
    this.escapedLength = escapedLength;
  }

  @Nullable String get(@Nullable String key) {
    return key == null ? null : items.get(key);
  }

  /** With one item more or changed; null when there is no room for it. */
  @Nullable Baggage with(String key, String value) {
    if (key.length() > MAX || value.length() > MAX) {
      return null;
    }
    String old = items.get(key);
    int length = escapedLength + lengthOf(key, value) - (old == null ? 0 : lengthOf(key, old));
    if (length > MAX) {
      return null;
    }
    Map<String, String> more = new LinkedHashMap<>(items);
    more.put(key, value);
    return new Baggage(Collections.unmodifiableMap(more), length);
  }

  /** With those of another one, which win; as far as there is room. */
  Baggage and(Baggage later) {
    if (items.isEmpty()) {
      return later;
    }
    Baggage merged = this;
    for (Map.Entry<String, String> item : later.items.entrySet()) {
      Baggage more = merged.with(item.getKey(), item.getValue());
      if (more != null) {
        merged = more;
      }
    }
    return merged;
  }

  /** One item with its two separators. */
  private static int lengthOf(String key, String value) {
    return escape(key, null) + escape(value, null) + 2;
  }

  String toHeader() {
    StringBuilder header = new StringBuilder(escapedLength);
    items.forEach(
        (key, value) -> {
          if (!header.isEmpty()) {
            header.append(',');
          }
          int unused = escape(key, header);
          header.append('=');
          unused = escape(value, header);
        });
    return header.toString();
  }

  /**
   * Reads a header.
   *
   * @throws IllegalArgumentException when it is not one of ours
   */
  static Baggage ofHeader(@Nullable String header) {
    if (header == null || header.isBlank()) {
      return NONE;
    }
    if (header.length() > MAX) {
      throw new IllegalArgumentException(HEADER + " is longer than " + MAX + " characters");
    }
    Map<String, String> items = new LinkedHashMap<>();
    for (int from = 0; from <= header.length(); ) {
      int comma = header.indexOf(',', from);
      int to = comma < 0 ? header.length() : comma;
      String item = header.substring(from, to).strip();
      int equals = item.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException(HEADER + " has an item without a key");
      }
      items.put(unescape(item.substring(0, equals)), unescape(item.substring(equals + 1)));
      from = to + 1;
    }
    int length = 0;
    for (Map.Entry<String, String> item : items.entrySet()) {
      length += lengthOf(item.getKey(), item.getValue());
    }
    // Written by somebody who escapes less than we do; it must fit when we send it on.
    if (length > MAX) {
      throw new IllegalArgumentException(HEADER + " is longer than " + MAX + " when escaped");
    }
    return new Baggage(Collections.unmodifiableMap(items), length);
  }

  /** Escapes, or only says how long it would be. */
  private static int escape(String text, @Nullable StringBuilder to) {
    int length = 0;
    for (byte octet : text.getBytes(UTF_8)) {
      if (isPlain(octet)) {
        length++;
        if (to != null) {
          to.append((char) octet);
        }
      } else {
        length += 3;
        if (to != null) {
          to.append('%').append(HEX.charAt((octet >> 4) & 15)).append(HEX.charAt(octet & 15));
        }
      }
    }
    return length;
  }

  private static boolean isPlain(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_'
        || c == '.'
        || c == '~';
  }

  private static String unescape(String text) {
    byte[] octets = new byte[text.length()];
    int length = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%') {
        int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
        int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
        octets[length++] = octet(high, low);
        i += 2;
      } else if (c > ' ' && c < 127) {
        octets[length++] = (byte) c;
      } else {
        throw new IllegalArgumentException(HEADER + " has a character that is not escaped");
      }
    }
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(octets, 0, length)).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(HEADER + " is not UTF-8", e);
    }
  }

  private static byte octet(int high, int low) {
    if (high < 0 || low < 0) {
      throw new IllegalArgumentException(HEADER + " has a broken escape");
    }
    return (byte) (high << 4 | low);
  }
}
