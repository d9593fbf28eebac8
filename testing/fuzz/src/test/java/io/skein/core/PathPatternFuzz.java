package io.skein.core;

import io.skein.testing.fuzz.Check;
import io.skein.testing.fuzz.Input;

/**
 * A line with a pattern, a line with a name; beside the definition of the language, recursively.
 */
public final class PathPatternFuzz {
  private static final int LONGEST = 24;

  private PathPatternFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    Input input = new Input(data);
    String pattern = input.line();
    String name = input.line();
    boolean actual = new PathPattern(pattern).matches(name);
    if (pattern.length() <= LONGEST && name.length() <= LONGEST) {
      int path = name.indexOf(":/") + 1;
      boolean expected = whole(pattern, name) || (path > 0 && whole(pattern, name.substring(path)));
      Check.equal(actual, expected, "whether \"" + pattern + "\" matches \"" + name + "\"");
    }
  }

  private static boolean whole(String pattern, String name) {
    return matches(pattern, name)
        || (name.length() > 1
            && name.endsWith("/")
            && matches(pattern, name.substring(0, name.length() - 1)));
  }

  private static boolean matches(String pattern, String name) {
    // known[p][n]: whether the rest of the pattern from p matches the rest of the name from n
    boolean[][] known = new boolean[pattern.length() + 1][name.length() + 1];
    for (int p = pattern.length(); p >= 0; p--) {
      for (int n = name.length(); n >= 0; n--) {
        known[p][n] = step(pattern, name, p, n, known);
      }
    }
    return known[0][0];
  }

  private static boolean step(String pattern, String name, int p, int n, boolean[][] known) {
    if (p == pattern.length()) {
      return n == name.length();
    }
    char c = pattern.charAt(p);
    if (c == '*' && pattern.startsWith("**", p)) {
      int after = p;
      while (after < pattern.length() && pattern.charAt(after) == '*') {
        after++;
      }
      boolean segments = after < pattern.length() && pattern.charAt(after) == '/';
      if (segments) {
        // No segment at all, or any text that ends with a slash.
        boolean any = known[after + 1][n];
        for (int i = n; i < name.length() && !any; i++) {
          any = name.charAt(i) == '/' && known[after + 1][i + 1];
        }
        return any;
      }
      for (int i = n; i <= name.length(); i++) {
        if (known[after][i]) {
          return true;
        }
      }
      return false;
    }
    if (c == '*') {
      for (int i = n; ; i++) {
        if (known[p + 1][i]) {
          return true;
        }
        if (i == name.length() || name.charAt(i) == '/') {
          return false;
        }
      }
    }
    return n < name.length()
        && (c == '?' ? name.charAt(n) != '/' : name.charAt(n) == c)
        && known[p + 1][n + 1];
  }
}
