package io.skein.agent.engine;

import java.io.PrintStream;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The agent's own log: a line with time, level and text, to the standard error stream or to a file
 * of the agent's own.
 *
 * <p>It is deliberately small and uses no logging framework: the application's must not be touched
 * before the application configures it, and another one would be a dependency in somebody else's
 * process. Thread-safe; it never throws.
 */
public final class AgentLog {
  /** What is written; each level includes those after it. */
  public enum Level {
    DEBUG,
    INFO,
    WARN,
    ERROR,
    OFF
  }

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT);

  private final PrintStream out;
  private final Level level;
  private final Clock clock;

  public AgentLog(PrintStream out, Level level) {
    this(out, level, Clock.system(ZoneId.systemDefault()));
  }

  AgentLog(PrintStream out, Level level, Clock clock) {
    this.out = out;
    this.level = level;
    this.clock = clock;
  }

  public boolean isEnabled(Level wanted) {
    return wanted.compareTo(level) >= 0;
  }

  public void debug(String message) {
    write(Level.DEBUG, message, null);
  }

  public void info(String message) {
    write(Level.INFO, message, null);
  }

  public void warn(String message, @Nullable Throwable cause) {
    write(Level.WARN, message, cause);
  }

  public void error(String message, @Nullable Throwable cause) {
    write(Level.ERROR, message, cause);
  }

  private void write(Level wanted, String message, @Nullable Throwable cause) {
    if (!isEnabled(wanted)) {
      return;
    }
    try {
      StringBuilder line = new StringBuilder(160);
      ZoneId zone = clock.getZone();
      line.append("[skein] ")
          .append(TIME.format(Instant.ofEpochMilli(clock.millis()).atZone(zone)))
          .append(' ')
          .append(wanted)
          .append(' ')
          .append(message);
      // One stream, one lock: a stack trace stays with its line.
      synchronized (out) {
        out.println(line);
        if (cause != null) {
          cause.printStackTrace(out);
        }
      }
    } catch (Throwable cannotLog) {
      // A full disk or a closed stream must not reach the application.
    }
  }
}
