package io.skein.core;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An error as SkyWalking's Java agent logs it: {@code event}, {@code error.kind}, {@code message}
 * and {@code stack}, the stack with its causes.
 *
 * <p>Unlike there, causes always get their share of the room, a throwable without a stack trace of
 * its own does not hide its causes, and neither a cycle of causes nor a {@code getMessage} that
 * throws does any harm (T40).
 */
final class ErrorText {
  static final int MAX_STACK = 4000;
  static final int MAX_CAUSES = 5;

  private ErrorText() {}

  static LogRecord record(long millis, Throwable error) {
    String kind = error.getClass().getName();
    String message = messageOf(error);
    String stack = stack(error);
    return message == null
        ? new LogRecord(millis, "event", "error", "error.kind", kind, "stack", stack)
        : new LogRecord(
            millis,
            "event",
            "error",
            "error.kind",
            kind,
            "message",
            Texts.bounded(message),
            "stack",
            stack);
  }

  /**
   * The stack with its causes. The room is shared: an error that came through a hundred frames of a
   * framework would otherwise fill it, and its cause, which is what one looks for, would be cut
   * off. As in {@code printStackTrace}, frames that a cause shares with what it caused are only
   * counted.
   */
  static String stack(Throwable error) {
    List<Throwable> chain = chain(error);
    StringBuilder text = new StringBuilder(1024);
    StackTraceElement[] enclosing = {};
    for (int i = 0; i < chain.size() && text.length() < MAX_STACK; i++) {
      int room = text.length() + (MAX_STACK - text.length()) / (chain.size() - i);
      if (i > 0) {
        text.append("Caused by: ");
      }
      StackTraceElement[] frames = framesOf(chain.get(i));
      append(text, chain.get(i), frames, frames.length - shared(frames, enclosing), room);
      enclosing = frames;
    }
    return Texts.cut(text.toString(), MAX_STACK);
  }

  /** The error and its causes, each once. */
  private static List<Throwable> chain(Throwable error) {
    List<Throwable> chain = new ArrayList<>(MAX_CAUSES + 1);
    Throwable current = error;
    while (current != null && chain.size() <= MAX_CAUSES) {
      for (Throwable earlier : chain) {
        if (earlier == current) {
          return chain;
        }
      }
      chain.add(current);
      current = causeOf(current);
    }
    return chain;
  }

  private static void append(
      StringBuilder text, Throwable error, StackTraceElement[] frames, int own, int room) {
    text.append(error.getClass().getName());
    String message = messageOf(error);
    if (message != null) {
      text.append(": ").append(Texts.cut(message, Math.max(0, room - text.length())));
    }
    text.append('\n');
    int shown = 0;
    while (shown < own) {
      int before = text.length();
      text.append("\tat ").append(frames[shown]).append('\n');
      if (text.length() > room - 16 && shown > 0) { // 16 for what is said about the rest
        text.setLength(before);
        break;
      }
      shown++;
    }
    if (shown < frames.length) {
      text.append("\t... ").append(frames.length - shown).append(" more\n");
    }
  }

  /** How many of the outermost frames are the same. */
  private static int shared(StackTraceElement[] frames, StackTraceElement[] enclosing) {
    int shared = 0;
    while (shared < frames.length
        && shared < enclosing.length
        && frames[frames.length - 1 - shared].equals(enclosing[enclosing.length - 1 - shared])) {
      shared++;
    }
    return shared;
  }

  private static @Nullable String messageOf(Throwable error) {
    try {
      return error.getLocalizedMessage();
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      return null;
    }
  }

  static @Nullable Throwable causeOf(Throwable error) {
    try {
      return error.getCause();
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      return null;
    }
  }

  private static StackTraceElement[] framesOf(Throwable error) {
    try {
      StackTraceElement[] frames = error.getStackTrace();
      return frames == null ? new StackTraceElement[0] : frames;
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      return new StackTraceElement[0];
    }
  }
}
