package io.skein.server.collector;

import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a Skein agent says about itself in the metadata {@code skein-account}: cumulative
 * since its process started, so a lost one costs nothing and the newest says all.
 *
 * <p>Form: {@code id=<process>;made.segments=10;made.spans=31;dropped.queue-full.segments=1;...}.
 * Figures this server does not know are kept, so that a newer agent can say more. Anything that
 * breaks the form makes the whole account invalid: half an account is worse than none.
 */
final class AccountHeader {
  // Room for an id, the fixed figures and some forty reasons; gRPC's limit on all metadata is 16
  // KB.
  private static final int MAX_CHARACTERS = 4096;
  private static final int MAX_FIGURES = 100;
  private static final int MAX_WORD = 64;
  // So that sums of many cannot overflow; no agent counts that far.
  private static final int MAX_DIGITS = 15;

  /** What the header said. */
  record Figures(String processId, SortedMap<String, Long> values) {}

  private AccountHeader() {}

  /** Returns the figures, or null when the text is not an account. */
  static @Nullable Figures parse(String text) {
    if (text.length() > MAX_CHARACTERS) {
      return null;
    }
    String processId = "";
    SortedMap<String, Long> values = new TreeMap<>();
    for (int from = 0; from < text.length(); ) {
      int semicolon = text.indexOf(';', from);
      int to = semicolon < 0 ? text.length() : semicolon;
      int equals = text.indexOf('=', from);
      if (equals < 0 || equals > to || !isWord(text, from, equals)) {
        return null;
      }
      String key = text.substring(from, equals);
      if (key.equals("id")) {
        if (!isWord(text, equals + 1, to)) {
          return null;
        }
        processId = text.substring(equals + 1, to);
      } else {
        long number = number(text, equals + 1, to);
        if (number < 0 || values.put(key, number) != null || values.size() > MAX_FIGURES) {
          return null;
        }
      }
      from = to + 1;
    }
    boolean saysWhatItMade =
        values.containsKey("made.segments") && values.containsKey("made.spans");
    return saysWhatItMade && !processId.isEmpty() ? new Figures(processId, values) : null;
  }

  private static long number(String text, int from, int to) {
    if (from == to || to - from > MAX_DIGITS) {
      return -1;
    }
    long number = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = number * 10 + digit;
    }
    return number;
  }

  private static boolean isWord(String text, int from, int to) {
    if (from == to || to - from > MAX_WORD) {
      return false;
    }
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      boolean plain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '-'
              || c == '_'
              || c == '.';
      if (!plain) {
        return false;
      }
    }
    return true;
  }
}
