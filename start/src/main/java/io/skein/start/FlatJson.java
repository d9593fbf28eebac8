package io.skein.start;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The two small pieces of JSON the agent needs: a flat object of texts to read, an array of texts
 * to write.
 */
final class FlatJson {
  private final String text;
  private int at;

  private FlatJson(String text) {
    this.text = text;
  }

  /**
   * Returns the pairs of an object; numbers and literals are taken as their text. Nothing at all if
   * it is not one.
   */
  static List<Map.Entry<String, String>> pairs(String json) {
    if (json.isBlank()) {
      return List.of();
    }
    List<Map.Entry<String, String>> pairs = new FlatJson(json).object();
    return pairs == null ? List.of() : pairs;
  }

  static String array(List<String> texts) {
    StringBuilder json = new StringBuilder("[");
    for (String each : texts) {
      json.append(json.length() > 1 ? "," : "").append('"');
      for (int i = 0; i < each.length(); i++) {
        char c = each.charAt(i);
        if (c == '"' || c == '\\') {
          json.append('\\').append(c);
        } else if (c < ' ') {
          json.append(String.format(java.util.Locale.ROOT, "\\u%04x", (int) c));
        } else {
          json.append(c);
        }
      }
      json.append('"');
    }
    return json.append(']').toString();
  }

  private @Nullable List<Map.Entry<String, String>> object() {
    List<Map.Entry<String, String>> pairs = new ArrayList<>();
    if (!take('{')) {
      return null;
    }
    if (take('}')) {
      return pairs;
    }
    do {
      String key = quoted();
      if (key == null || !take(':')) {
        return null;
      }
      String value = value();
      if (value == null) {
        return null;
      }
      pairs.add(Map.entry(key, value));
    } while (take(','));
    return take('}') ? pairs : null;
  }

  private boolean take(char wanted) {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    if (at < text.length() && text.charAt(at) == wanted) {
      at++;
      return true;
    }
    return false;
  }

  private @Nullable String value() {
    String quoted = quoted();
    if (quoted != null) {
      return quoted;
    }
    int start = at;
    while (at < text.length() && ",}{[]\"".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    String bare = text.substring(start, at).trim();
    return bare.isEmpty() ? null : bare;
  }

  private @Nullable String quoted() {
    if (!take('"')) {
      return null;
    }
    StringBuilder value = new StringBuilder();
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == '"') {
        return value.toString();
      }
      if (c != '\\') {
        value.append(c);
        continue;
      }
      if (at == text.length()) {
        return null;
      }
      char escaped = text.charAt(at++);
      switch (escaped) {
        case 'n' -> value.append('\n');
        case 't' -> value.append('\t');
        case 'r' -> value.append('\r');
        case 'b' -> value.append('\b');
        case 'f' -> value.append('\f');
        case 'u' -> {
          if (at + 4 > text.length()) {
            return null;
          }
          try {
            value.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
          } catch (NumberFormatException notHex) {
            return null;
          }
          at += 4;
        }
        default -> value.append(escaped);
      }
    }
    return null;
  }
}
