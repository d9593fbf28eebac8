package io.skein.server.query;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a query string, read strictly: a misspelt name, a second value or a number with
 * a letter in it is an error that says so. A lenient reader would answer another question than the
 * one that was asked. An empty value counts as absent, as forms send it.
 */
final class Parameters {
  private static final int MAX_PARAMETERS = 64;

  private final Map<String, List<String>> values;

  private Parameters(Map<String, List<String>> values) {
    this.values = values;
  }

  /**
   * @param query the raw query, still percent-encoded; null when there is none
   * @param known every name that the request may use
   */
  static Parameters parse(@Nullable String query, Set<String> known) throws RequestException {
    Map<String, List<String>> values = new LinkedHashMap<>();
    int count = 0;
    String rest = query == null ? "" : query;
    for (int from = 0; from < rest.length(); ) {
      int ampersand = rest.indexOf('&', from);
      int to = ampersand < 0 ? rest.length() : ampersand;
      if (to > from) {
        if (++count > MAX_PARAMETERS) {
          throw RequestException.of(
              400, "too-many-parameters", "more than " + MAX_PARAMETERS + " parameters");
        }
        String pair = rest.substring(from, to);
        int equals = pair.indexOf('=');
        String name = decode(equals < 0 ? pair : pair.substring(0, equals));
        String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
        if (!known.contains(name)) {
          throw RequestException.badParameterSaying(
              RequestException.shortened(name),
              value,
              "there is no parameter \""
                  + RequestException.shortened(name)
                  + "\" here; "
                  + (known.isEmpty() ? "none is known" : "known are " + known(known)));
        }
        if (!value.isEmpty()) {
          values.computeIfAbsent(name, ignored -> new ArrayList<>()).add(value);
        }
      }
      from = to + 1;
    }
    return new Parameters(values);
  }

  private static String known(Set<String> names) {
    return String.join(", ", new TreeSet<>(names));
  }

  List<String> all(String name, int max) throws RequestException {
    List<String> found = values.getOrDefault(name, List.of());
    if (found.size() > max) {
      throw RequestException.badParameterSaying(
          name, found.get(max), name + " can be given at most " + max + " times");
    }
    return found;
  }

  @Nullable String text(String name) throws RequestException {
    List<String> found = values.getOrDefault(name, List.of());
    if (found.size() > 1) {
      throw RequestException.badParameterSaying(
          name, found.get(1), name + " is given more than once");
    }
    return found.isEmpty() ? null : found.get(0);
  }

  String needed(String name, String meaning) throws RequestException {
    String text = text(name);
    if (text == null) {
      throw RequestException.missing(name, meaning);
    }
    return text;
  }

  @Nullable Long number(String name, long min, long max) throws RequestException {
    String text = text(name);
    if (text == null) {
      return null;
    }
    try {
      // Not parseLong alone: it takes a plus sign and the digits of any script.
      if (text.chars().allMatch(c -> (c >= '0' && c <= '9') || c == '-')) {
        long number = Long.parseLong(text);
        if (number >= min && number <= max) {
          return number;
        }
      }
    } catch (NumberFormatException e) {
      // Said below, like every other text that is not such a number.
    }
    String range =
        max == Long.MAX_VALUE
            ? (min == Long.MIN_VALUE ? "" : " from " + min)
            : " from " + min + " to " + max;
    throw RequestException.badParameter(name, text, "a whole number" + range);
  }

  int limit(int fallback, int max) throws RequestException {
    Long limit = number("limit", 1, max);
    return limit == null ? fallback : limit.intValue();
  }

  @Nullable Boolean flag(String name) throws RequestException {
    String text = text(name);
    if (text == null) {
      return null;
    }
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw RequestException.badParameter(name, text, "true or false");
    };
  }

  /** Percent-decoding that accepts no broken escape and no broken UTF-8; plus is a blank. */
  private static String decode(String text) throws RequestException {
    if (text.indexOf('%') < 0 && text.indexOf('+') < 0 && isAscii(text)) {
      return text;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '+') {
        bytes.write(' ');
      } else if (c == '%') {
        boolean whole = i + 2 < text.length();
        int high = whole ? hex(text.charAt(i + 1)) : -1;
        int low = whole ? hex(text.charAt(i + 2)) : -1;
        if (high < 0 || low < 0) {
          throw badEncoding(text, "the % in it is not followed by two hexadecimal digits");
        }
        bytes.write(high << 4 | low);
        i += 2;
      } else if (c < 0x80) {
        bytes.write(c);
      } else {
        int point = text.codePointAt(i); // both halves of a pair at once
        bytes.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
        i += Character.charCount(point) - 1;
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      throw badEncoding(text, "it is not UTF-8");
    }
  }

  private static int hex(char c) {
    return c < 0x80 ? Character.digit(c, 16) : -1;
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 0x80);
  }

  private static RequestException badEncoding(String text, String why) {
    return RequestException.of(
        400,
        "bad-encoding",
        "the query \"" + RequestException.shortened(text) + "\" cannot be decoded: " + why);
  }
}
