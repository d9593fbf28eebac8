package io.skein.core;

import java.util.Arrays;

/**
 * An ant-style pattern for operation names: {@code ?} is one character but {@code /}, {@code *} any
 * number of them, {@code **} any number of any characters, and {@code **}{@code /} any number of
 * whole path segments, none included. One slash at the end of the path does not matter.
 *
 * <p>HTTP entries are named {@code METHOD:/path}. SkyWalking's agent matches its patterns against
 * all of that, so that {@code /eureka/**}, the example it ships, matches nothing (T33). Here a
 * pattern may match the name or the path in it.
 *
 * <p>The pattern is run as a set of states that all advance with each character: a path that a
 * client makes up cannot make it slow, as it could with backtracking.
 */
final class PathPattern {
  // Steps that are no character; all others are the character itself.
  private static final int ONE = -1;
  private static final int STAR = -2;
  private static final int ANYTHING = -3;
  private static final int SEGMENTS = -4;

  private final String text;
  private final int[] steps;

  PathPattern(String text) {
    this.text = text;
    int[] compiled = new int[text.length()];
    int used = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '*' && text.startsWith("**", i)) {
        i++;
        while (i + 1 < text.length() && text.charAt(i + 1) == '*') {
          i++;
        }
        boolean wholeSegments = i + 1 < text.length() && text.charAt(i + 1) == '/';
        if (wholeSegments) {
          i++;
        }
        compiled[used++] = wholeSegments ? SEGMENTS : ANYTHING;
      } else {
        compiled[used++] = c == '*' ? STAR : c == '?' ? ONE : c;
      }
    }
    steps = Arrays.copyOf(compiled, used);
  }

  boolean matches(String operationName) {
    if (matchesFrom(operationName, 0)) {
      return true;
    }
    int path = operationName.indexOf(":/") + 1;
    return path > 0 && matchesFrom(operationName, path);
  }

  private boolean matchesFrom(String name, int from) {
    int to = name.length();
    return matches(name, from, to)
        || (to - from > 1 && name.charAt(to - 1) == '/' && matches(name, from, to - 1));
  }

  private boolean matches(String name, int from, int to) {
    // at[i]: the characters so far lead to before step i
    boolean[] at = new boolean[steps.length + 1];
    reach(at, 0);
    for (int i = from; i < to; i++) {
      char c = name.charAt(i);
      boolean[] next = new boolean[steps.length + 1];
      for (int step = 0; step < steps.length; step++) {
        if (at[step]) {
          advance(next, step, c);
        }
      }
      at = next;
    }
    return at[steps.length];
  }

  private void advance(boolean[] next, int step, char c) {
    switch (steps[step]) {
      case ONE -> {
        if (c != '/') {
          reach(next, step + 1);
        }
      }
      case STAR -> {
        if (c != '/') {
          reach(next, step);
        }
      }
      case ANYTHING -> reach(next, step);
      case SEGMENTS -> {
        // Inside a segment one waits here without the way out; a slash opens it.
        next[step] = true;
        if (c == '/') {
          reach(next, step + 1);
        }
      }
      default -> {
        if (c == steps[step]) {
          reach(next, step + 1);
        }
      }
    }
  }

  /** Marks a step and all that can be reached from it with no character. */
  private void reach(boolean[] at, int step) {
    int i = step;
    at[i] = true;
    while (i < steps.length && (steps[i] == STAR || steps[i] == ANYTHING || steps[i] == SEGMENTS)) {
      at[++i] = true;
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
