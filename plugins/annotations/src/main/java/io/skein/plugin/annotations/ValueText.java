package io.skein.plugin.annotations;

import java.lang.reflect.Array;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a value looks like in a tag.
 *
 * <p>Texts, arrays, collections and maps of the JDK are written by us and not by their {@code
 * toString}, so that writing stops when there is enough: the application's may have a million
 * elements, or contain themselves. For everything else its {@code toString} is the application's
 * own choice.
 */
final class ValueText {
  private static final int MAX = 2048;
  private static final int MAX_DEPTH = 8;
  private static final String MORE = "...";

  private ValueText() {}

  static String of(@Nullable Object value) {
    StringBuilder text = new StringBuilder();
    append(text, value, 0);
    if (text.length() > MAX) {
      text.setLength(MAX - MORE.length());
      text.append(MORE);
    }
    return text.toString();
  }

  private static boolean isFull(StringBuilder text) {
    return text.length() > MAX;
  }

  private static void append(StringBuilder text, @Nullable Object value, int depth) {
    if (value == null) {
      text.append("null");
    } else if (value instanceof CharSequence chars) {
      int length = Math.min(chars.length(), MAX + 1);
      for (int i = 0; i < length && !isFull(text); i++) {
        text.append(chars.charAt(i));
      }
    } else if (depth > MAX_DEPTH) {
      text.append(MORE);
    } else if (value.getClass().isArray()) {
      int length = Array.getLength(value);
      text.append('[');
      for (int i = 0; i < length && !isFull(text); i++) {
        text.append(i == 0 ? "" : ", ");
        append(text, Array.get(value, i), depth + 1);
      }
      text.append(']');
    } else if (value instanceof Collection<?> collection && isWrittenByTheJdk(value)) {
      text.append('[');
      String between = "";
      for (Object each : collection) {
        if (isFull(text)) {
          break;
        }
        text.append(between);
        append(text, each, depth + 1);
        between = ", ";
      }
      text.append(']');
    } else if (value instanceof Map<?, ?> map && isWrittenByTheJdk(value)) {
      text.append('{');
      String between = "";
      for (Map.Entry<?, ?> each : map.entrySet()) {
        if (isFull(text)) {
          break;
        }
        text.append(between);
        append(text, each.getKey(), depth + 1);
        text.append('=');
        append(text, each.getValue(), depth + 1);
        between = ", ";
      }
      text.append('}');
    } else {
      String itself = value.toString();
      text.append(itself, 0, itself == null ? 4 : Math.min(itself.length(), MAX + 1));
    }
  }

  private static boolean isWrittenByTheJdk(Object value) {
    try {
      return value.getClass().getMethod("toString").getDeclaringClass().getClassLoader() == null;
    } catch (NoSuchMethodException cannotBe) {
      return false;
    }
  }
}
