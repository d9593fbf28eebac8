package io.skein.core;

import io.skein.testing.fuzz.Check;
import io.skein.testing.fuzz.Input;
import java.util.LinkedHashMap;
import java.util.Map;

/** Any puts and merges, beside a map that knows the rules. */
public final class CorrelationFuzz {
  private CorrelationFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    Input input = new Input(data);
    Correlation.Limits limits = new Correlation.Limits(input.below(20), 4 * input.below(140));
    String[] pairs = Correlation.NONE;
    Map<String, String> expected = new LinkedHashMap<>();
    for (int i = 0; i < 60 && input.hasMore(); i++) {
      boolean merged = input.flag();
      String key = repeated(input);
      String value = repeated(input);
      String[] before = pairs.clone();
      String[] given = pairs;
      if (merged) {
        // What came first has the right of way, and an other carrier was read by the same limits.
        String[] other = Correlation.put(Correlation.NONE, key, value, limits);
        if (other.length > 0 && !expected.containsKey(key)) {
          put(expected, key, value, limits);
        }
        pairs = Correlation.merge(pairs, other, limits);
      } else {
        put(expected, key, value, limits);
        pairs = Correlation.put(pairs, key, value, limits);
      }
      Check.equal(given, before, "what others hold");
    }
    Map<String, String> actual = new LinkedHashMap<>();
    boolean wellFormed = true;
    for (int i = 0; i < pairs.length; i += 2) {
      Check.that(actual.put(pairs[i], pairs[i + 1]) == null, "a key twice");
      wellFormed &= Input.wellFormed(pairs[i]) && Input.wellFormed(pairs[i + 1]);
    }
    Check.equal(actual, expected, "pairs");
    String header = Correlation.encode(pairs);
    Check.headerSafe(header, "sw8-correlation");
    if (wellFormed) {
      Check.equal(Correlation.decode(header, limits), pairs, "pairs written and read again");
    }
  }

  private static String repeated(Input input) {
    String text = input.text();
    return text.length() > 3 && text.charAt(0) == '*' ? text.repeat(text.charAt(1) % 64) : text;
  }

  private static void put(
      Map<String, String> pairs, String key, String value, Correlation.Limits limits) {
    if (key.isEmpty() || key.length() > limits.length() || value.length() > limits.length()) {
      return;
    }
    if (value.isEmpty()) {
      pairs.remove(key);
    } else if (pairs.containsKey(key) || pairs.size() < limits.keys()) {
      pairs.put(key, value);
    }
  }
}
