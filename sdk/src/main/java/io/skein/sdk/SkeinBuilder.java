package io.skein.sdk;

import io.skein.core.report.ReportLog;
import io.skein.start.Setting;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Settings given in code, which win over all other sources. Null and empty ones are not given. What
 * is wrong with a value is said in the log, and the default takes its place.
 */
public final class SkeinBuilder {
  private final Map<String, String> given = new HashMap<>();
  private ReportLog log = new SystemLog(System.getLogger(Skein.class.getName()));

  SkeinBuilder() {}

  /** The name of this service; it is guessed from the program when nobody says it. */
  public SkeinBuilder service(@Nullable String name) {
    return set(Setting.SERVICE.key(), name);
  }

  /** The name of this process. */
  public SkeinBuilder instance(@Nullable String name) {
    return set(Setting.INSTANCE.key(), name);
  }

  /** Where to report to, {@code host:port}, several separated by commas. */
  public SkeinBuilder backend(@Nullable String addresses) {
    return set(Setting.BACKEND.key(), addresses);
  }

  /** Sent with each call, where the backend asks for one. */
  public SkeinBuilder token(@Nullable String token) {
    return set(Setting.TOKEN.key(), token);
  }

  /** A file with further settings. */
  public SkeinBuilder config(@Nullable Path file) {
    return set(Setting.CONFIG.key(), file == null ? null : file.toString());
  }

  /**
   * Any setting of those in {@code docs/settings.md}, by its key or its SkyWalking name. Those that
   * concern plugins, and the log's level and file, mean nothing here.
   */
  public SkeinBuilder set(@Nullable String key, @Nullable String value) {
    if (key != null && !key.isBlank() && value != null) {
      given.put(key, value);
    }
    return this;
  }

  /**
   * Where to say what a person may want to know: level and text, a few lines in a process's life.
   */
  public SkeinBuilder log(@Nullable BiConsumer<System.Logger.Level, String> lines) {
    if (lines != null) {
      log = new FunctionLog(lines);
    }
    return this;
  }

  /** Starts tracing; or returns what has been started already, whatever its settings. */
  public Skein start() {
    return Skein.start(given, log);
  }

  private record SystemLog(System.Logger logger) implements ReportLog {
    @Override
    public void info(String message) {
      logger.log(System.Logger.Level.INFO, message);
    }

    @Override
    public void warn(String message) {
      logger.log(System.Logger.Level.WARNING, message);
    }
  }

  private record FunctionLog(BiConsumer<System.Logger.Level, String> lines) implements ReportLog {
    @Override
    public void info(String message) {
      say(System.Logger.Level.INFO, message);
    }

    @Override
    public void warn(String message) {
      say(System.Logger.Level.WARNING, message);
    }

    private void say(System.Logger.Level level, String message) {
      try {
        lines.accept(level, message);
      } catch (RuntimeException | LinkageError e) {
        return; // a log that fails must not end the reporter's thread
      }
    }
  }
}
