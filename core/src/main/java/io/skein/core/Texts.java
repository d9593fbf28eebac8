package io.skein.core;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Texts of unknown size and behaviour, made harmless. */
final class Texts {
  /** Far above every SQL statement worth reading, far below what hurts a queue of segments. */
  static final int MAX_VALUE = 32_768;

  /** Keys are short words; one that is data by mistake must not fill the memory. */
  static final int MAX_KEY = 1024;

  private static final int MAX_FIELDS = 64;

  private Texts() {}

  /** Cuts to a number of characters, never through the middle of a surrogate pair. */
  static String cut(String text, int length) {
    if (text.length() <= length) {
      return text;
    }
    int end = length;
    if (end > 0 && Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
  }

  static String boundedKey(String key) {
    return key.length() <= MAX_KEY ? key : cut(key, MAX_KEY);
  }

  static String bounded(String value) {
    return value.length() <= MAX_VALUE ? value : cut(value, MAX_VALUE - 3) + "...";
  }

  /** The text of somebody else's object, whose {@code toString} may do anything. */
  static String of(Object value) {
    if (value instanceof String text) {
      return text;
    }
    try {
      return String.valueOf(value.toString());
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      return value.getClass().getName();
    }
  }

  static @Nullable LogRecord log(Tracer tracer, @Nullable String event) {
    return event == null || event.isEmpty()
        ? null
        : new LogRecord(tracer.now(), "event", bounded(event));
  }

  static @Nullable LogRecord log(Tracer tracer, @Nullable Map<String, String> fields) {
    return fields == null ? null : log(tracer.now(), fields);
  }

  static @Nullable LogRecord log(long millis, @Nullable Map<String, String> fields) {
    if (fields == null) {
      return null;
    }
    try {
      String[] pairs = new String[2 * Math.min(fields.size(), MAX_FIELDS)];
      int used = 0;
      for (Map.Entry<String, String> field : fields.entrySet()) {
        String key = field.getKey();
        String value = field.getValue();
        if (key != null && !key.isEmpty() && value != null && used < pairs.length) {
          pairs[used++] = boundedKey(key);
          pairs[used++] = bounded(value);
        }
      }
      return used == 0
          ? null
          : new LogRecord(
              millis, used == pairs.length ? pairs : java.util.Arrays.copyOf(pairs, used));
    } catch (RuntimeException e) {
      return null; // a map of the application's that cannot be read, or changes meanwhile
    }
  }
}
