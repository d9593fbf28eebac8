package io.skein.testing.fuzz;

import java.util.Objects;

/** Assertions that cost nothing while they hold: they run some ten thousand times a second. */
public final class Check {
  private Check() {}

  public static void that(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  public static void equal(Object actual, Object expected, String what) {
    if (!Objects.deepEquals(actual, expected)) {
      throw new AssertionError(what + ": " + shown(actual) + " instead of " + shown(expected));
    }
  }

  private static String shown(Object value) {
    if (value instanceof String text) {
      StringBuilder shown = new StringBuilder("\"");
      text.chars()
          .forEach(
              c -> {
                if (c > ' ' - 1 && c < 127) {
                  shown.append((char) c);
                } else {
                  shown.append(String.format("\\u%04x", c));
                }
              });
      return shown.append('"').toString();
    }
    return value instanceof Object[] array
        ? java.util.Arrays.deepToString(array)
        : value instanceof byte[] bytes
            ? java.util.HexFormat.of().formatHex(bytes)
            : String.valueOf(value);
  }

  /** What may stand in an HTTP header and come out again as it was. */
  public static void headerSafe(String value, String what) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < ' ' || c > '~') {
        throw new AssertionError(what + " is not safe in a header: " + shown(value));
      }
    }
  }
}
