package io.skein.agent.engine;

import io.skein.agent.plugin.Plugin;
import io.skein.agent.plugin.Tracing;
import io.skein.core.Tracer;
import io.skein.core.report.ReportCounters;
import io.skein.core.report.ReportLog;
import io.skein.core.report.Tally;
import io.skein.start.AgentArguments;
import io.skein.start.InstanceFacts;
import io.skein.start.Pipeline;
import io.skein.start.ProcessIdentity;
import io.skein.start.Setting;
import io.skein.start.Settings;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.instrument.Instrumentation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Properties;

/**
 * Starts the agent in an application's JVM: settings, log, the way out, the tracer, and last the
 * weaving, so that whatever runs woven finds everything ready. The only wiring there is.
 */
public final class AgentMain {
  /**
   * Set in the system properties while an agent runs, because a second one would trace everything
   * twice.
   */
  private static final String RUNNING = "io.skein.agent.running";

  private AgentMain() {}

  /**
   * Called by the entry class through reflection, on the thread that starts the JVM.
   *
   * @param arguments what stands behind the agent's jar on the command line
   * @param jar the agent's jar
   */
  public static void start(String arguments, Instrumentation instrumentation, File jar)
      throws IOException, ReflectiveOperationException {
    long begun = System.nanoTime();
    Settings settings = Settings.ofProcess(AgentArguments.parse(arguments), jar.toPath());
    AgentLog log = log(settings);
    settings.warnings().forEach(warning -> log.warn(warning, null));
    if (!settings.isTrue(Setting.ENABLED)) {
      log.info("switched off by " + Setting.ENABLED.key() + "; the application runs untraced");
      return;
    }
    if (System.setProperty(RUNNING, "true") != null) {
      log.warn("a Skein agent runs in this JVM already; this second one stays out", null);
      return;
    }
    String version = version();
    ProcessIdentity identity = ProcessIdentity.of(settings, warning -> log.warn(warning, null));
    Pipeline pipeline =
        Pipeline.open(
            settings,
            identity,
            version,
            InstanceFacts.collect(settings, version, JvmArguments.of(instrumentation)),
            jar.toPath(),
            reportLog(log));
    Tracer tracer = pipeline.tracer();
    Tracing.install(tracer, settings::get);
    List<Plugin> plugins = PluginCatalogue.load(settings, log);
    Engine engine =
        Engine.install(
            instrumentation, new EngineOptions(plugins, log, (plugin, advice, failure) -> {}));
    Duration bound = settings.duration(Setting.SHUTDOWN);
    LastShutdownHook.add(
        instrumentation,
        () -> {
          pipeline.close(bound);
          log.info(
              "ended: "
                  + account(pipeline.counters().account(), tracer.counters().unfinishedAsync()));
        },
        log);
    log.info(
        "Skein "
            + version
            + " traces service \""
            + identity.service()
            + "\" (instance "
            + identity.instance()
            + "), reports to "
            + settings.text(Setting.BACKEND)
            + (pipeline.encrypted() ? " by TLS" : "")
            + ", plugins: "
            + String.join(", ", engine.plugins())
            + "; started in "
            + (System.nanoTime() - begun) / 1_000_000
            + " ms");
  }

  /** One line that adds up: made = delivered + spooled + dropped. */
  private static String account(ReportCounters.Account account, long unfinished) {
    StringBuilder line = new StringBuilder(120);
    line.append("made ").append(spans(account.made()));
    line.append(" = delivered ").append(spans(account.delivered()));
    if (account.spooled().segments() > 0) {
      line.append(" + spooled ").append(spans(account.spooled()));
    }
    line.append(" + dropped ").append(spans(account.droppedTogether()));
    account
        .dropped()
        .forEach(
            (reason, tally) ->
                line.append("; ").append(reason.label()).append(": ").append(spans(tally)));
    if (unfinished > 0) {
      line.append("; with unfinished asynchronous spans: ").append(unfinished).append(" segments");
    }
    return line.toString();
  }

  private static String spans(Tally tally) {
    return tally.segments() + " segments (" + tally.spans() + " spans)";
  }

  /** Standard error is where an operator looks first, and it needs no writable disk. */
  private static AgentLog log(Settings settings) {
    AgentLog.Level level;
    String wanted = settings.text(Setting.LOG_LEVEL).toUpperCase(Locale.ROOT);
    String problem = "";
    try {
      level = AgentLog.Level.valueOf(wanted);
    } catch (IllegalArgumentException unknown) {
      level = AgentLog.Level.INFO;
      problem = Setting.LOG_LEVEL.key() + " = \"" + wanted + "\" is not a level: using INFO";
    }
    PrintStream out = System.err;
    String file = settings.text(Setting.LOG_FILE);
    if (!file.isEmpty()) {
      try {
        out = new PrintStream(new FileOutputStream(file, true), true, StandardCharsets.UTF_8);
      } catch (IOException cannotWrite) {
        problem =
            Setting.LOG_FILE.key()
                + " = "
                + file
                + ": "
                + cannotWrite.getMessage()
                + "; using standard error";
      }
    }
    AgentLog log = new AgentLog(out, level);
    if (!problem.isEmpty()) {
      log.warn(problem, null);
    }
    return log;
  }

  private static ReportLog reportLog(AgentLog log) {
    return new ReportLog() {
      @Override
      public void info(String message) {
        log.info(message);
      }

      @Override
      public void warn(String message) {
        log.warn(message, null);
      }
    };
  }

  private static String version() throws IOException {
    Properties properties = new Properties();
    try (var in = AgentMain.class.getResourceAsStream("version.properties")) {
      if (in != null) {
        properties.load(in);
      }
    }
    return properties.getProperty("version", "unknown");
  }
}
