package io.skein.server;

import java.io.PrintStream;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.jspecify.annotations.Nullable;

/**
 * The server's log: lines on the standard error, for a person or for whatever collects them.
 *
 * <p>The libraries below us (Jetty by SLF4J, gRPC, Netty and Lucene by java.util.logging) all end
 * here, and only what a person should act on passes. The same message is printed once a minute,
 * with the number of times it came: a flood of bad requests must not become a flood of lines.
 */
final class PlainLog extends Handler {
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final int MAX_REMEMBERED = 200;

  private static final class Last {
    private long printedNanos;
    private long suppressed;
  }

  private final PrintStream out;
  private final SimpleFormatter formatter = new SimpleFormatter();
  private final Map<String, Last> remembered = new HashMap<>();

  PlainLog(PrintStream out) {
    this.out = out;
    setLevel(Level.INFO);
  }

  /** From here on everything that is logged in this process is logged here. */
  static void install(PrintStream out) {
    LogManager.getLogManager().reset();
    Logger root = Logger.getLogger("");
    root.setLevel(Level.WARNING);
    root.addHandler(new PlainLog(out));
    LOGGERS[0] = level("io.skein", Level.INFO);
    // What a broken or hostile client does to its own connection is counted, not logged.
    LOGGERS[1] = level("io.grpc", Level.SEVERE);
    LOGGERS[2] = level("io.netty", Level.SEVERE);
    LOGGERS[3] = level("org.eclipse.jetty", Level.SEVERE);
    // Lucene tells newer JDKs' users to update it for faster vectors; we search none.
    LOGGERS[4] = level("org.apache.lucene.internal.vectorization", Level.SEVERE);
  }

  // Loggers are only weakly held by their manager: without this their levels would be forgotten.
  private static final Logger[] LOGGERS = new Logger[5];

  private static Logger level(String name, Level level) {
    Logger logger = Logger.getLogger(name);
    logger.setLevel(level);
    return logger;
  }

  @Override
  public synchronized void publish(LogRecord entry) {
    if (!isLoggable(entry)) {
      return;
    }
    long suppressed = suppressedBefore(entry);
    if (suppressed < 0) {
      return;
    }
    StringBuilder line = new StringBuilder("[skein] ");
    if (entry.getLevel().intValue() >= Level.WARNING.intValue()) {
      line.append("WARN ");
    }
    line.append(formatter.formatMessage(entry));
    if (suppressed > 0) {
      line.append(" (and ").append(suppressed).append(" more like it)");
    }
    out.println(line);
    Throwable thrown = entry.getThrown();
    if (thrown != null) {
      thrown.printStackTrace(out);
    }
  }

  /** How many like it were left out since the last one printed; -1: leave this one out too. */
  private long suppressedBefore(LogRecord entry) {
    String key = entry.getLoggerName() + ' ' + entry.getMessage() + ' ' + kind(entry.getThrown());
    long now = System.nanoTime();
    Last last = remembered.get(key);
    if (last == null) {
      if (remembered.size() >= MAX_REMEMBERED) {
        remembered.clear();
      }
      last = new Last();
      last.printedNanos = now;
      remembered.put(key, last);
      return 0;
    }
    if (now - last.printedNanos < QUIET_NANOS) {
      last.suppressed++;
      return -1;
    }
    long suppressed = last.suppressed;
    last.suppressed = 0;
    last.printedNanos = now;
    return suppressed;
  }

  private static String kind(@Nullable Throwable thrown) {
    return thrown == null ? "" : thrown.getClass().getName();
  }

  @Override
  public void flush() {
    out.flush();
  }

  @Override
  public void close() {
    flush();
  }
}
