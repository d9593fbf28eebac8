package io.skein.opentracing;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An error's stack and its causes as text, of bounded length however deep it is. Each of the causes
 * has its share of the room: the last one is usually what somebody is looking for.
 */
final class StackText {
  /** What SkyWalking's agents send, too. */
  static final int MAX = 4000;

  private static final int MAX_CAUSES = 5;

  private StackText() {}

  static String of(Throwable error) {
    try {
      List<Throwable> chain = new ArrayList<>();
      for (Throwable each = error; each != null && chain.size() < MAX_CAUSES; ) {
        if (contains(chain, each)) {
          break; // causes in a circle
        }
        chain.add(each);
        each = each.getCause();
      }
      StringBuilder text = new StringBuilder();
      StackTraceElement @Nullable [] outer = null;
      for (int i = 0; i < chain.size(); i++) {
        int share = (MAX - text.length()) / (chain.size() - i);
        outer = append(text, i == 0 ? "" : "Caused by: ", chain.get(i), outer, share);
      }
      return text.toString();
    } catch (RuntimeException | StackOverflowError e) {
      // An exception class of the application's that fails while it is printed.
      return error.getClass().getName();
    }
  }

  /** An error's message; null when it has none, and when it cannot say it. */
  static @Nullable String message(Throwable error) {
    try {
      return error.getMessage();
    } catch (RuntimeException | StackOverflowError e) {
      return null;
    }
  }

  private static boolean contains(List<Throwable> chain, Throwable wanted) {
    for (Throwable each : chain) {
      if (each == wanted) {
        return true;
      }
    }
    return false;
  }

  private static StackTraceElement[] append(
      StringBuilder to,
      String before,
      Throwable error,
      StackTraceElement @Nullable [] outer,
      int share) {
    int end = to.length() + share;
    to.append(before).append(error).append('\n');
    StackTraceElement[] frames = error.getStackTrace();
    int own = frames.length;
    for (int i = outer == null ? 0 : outer.length;
        outer != null && own > 0 && i > 0 && frames[own - 1].equals(outer[i - 1]);
        i--) {
      own--;
    }
    for (int i = 0; i < own; i++) {
      int length = to.length();
      to.append("\tat ").append(frames[i]).append('\n');
      if (to.length() > end) {
        to.setLength(length);
        break;
      }
    }
    if (to.length() > end) { // already the message is too long
      to.setLength(end);
    }
    return frames;
  }
}
