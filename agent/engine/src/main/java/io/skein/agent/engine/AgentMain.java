package io.skein.agent.engine;

import io.skein.agent.engine.settings.AgentArguments;
import io.skein.agent.engine.settings.Setting;
import io.skein.agent.engine.settings.Settings;
import io.skein.agent.engine.settings.SettingsFile;
import io.skein.agent.plugin.Plugin;
import io.skein.agent.plugin.Tracing;
import io.skein.core.NoiseFilter;
import io.skein.core.Sampler;
import io.skein.core.Tracer;
import io.skein.core.report.ReportCounters;
import io.skein.core.report.ReportLog;
import io.skein.core.report.ReporterLimits;
import io.skein.core.report.Tally;
import io.skein.wire.grpc.CollectorAddress;
import io.skein.wire.grpc.GrpcReporting;
import io.skein.wire.grpc.GrpcSettings;
import io.skein.wire.grpc.TlsSettings;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.instrument.Instrumentation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

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

  /** A bound for unusual segments; with ordinary ones the queue is full of segments first. */
  private static final int SPANS_PER_QUEUED_SEGMENT = 32;

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
    Settings settings = settings(arguments, jar);
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
    AgentIdentity identity = AgentIdentity.of(settings, log);
    TlsSettings tls = AgentTls.of(settings, jar.toPath());
    GrpcReporting reporting = reporting(settings, tls, identity, version, instrumentation, log);
    Tracer tracer = tracer(settings, identity, reporting);
    reporting.lookAfter(tracer);
    Tracing.install(tracer, settings);
    List<Plugin> plugins = PluginCatalogue.load(settings, log);
    Engine engine =
        Engine.install(
            instrumentation, new EngineOptions(plugins, log, (plugin, advice, failure) -> {}));
    Duration bound = settings.duration(Setting.SHUTDOWN);
    LastShutdownHook.add(
        instrumentation,
        () -> {
          reporting.close(bound);
          log.info(
              "ended: "
                  + account(reporting.counters().account(), tracer.counters().unfinishedAsync()));
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
            + (tls == null ? "" : " by TLS")
            + ", plugins: "
            + String.join(", ", engine.plugins())
            + "; started in "
            + (System.nanoTime() - begun) / 1_000_000
            + " ms");
  }

  /** One line that adds up: made = delivered + queued + dropped. */
  private static String account(ReportCounters.Account account, long unfinished) {
    StringBuilder line = new StringBuilder(120);
    line.append("made ").append(spans(account.made()));
    line.append(" = delivered ").append(spans(account.delivered()));
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

  private static Settings settings(String arguments, File jar) throws IOException {
    Map<String, String> given = AgentArguments.parse(arguments);
    Map<String, String> properties = systemProperties();
    Map<String, String> environment = System.getenv();
    Settings withoutFile = Settings.resolve(given, properties, environment, Map.of());
    String named = withoutFile.text(Setting.CONFIG);
    Path file = named.isEmpty() ? jar.toPath().resolveSibling("skein.properties") : Path.of(named);
    if (!Files.isRegularFile(file)) {
      if (named.isEmpty()) {
        return withoutFile;
      }
      throw new IOException(Setting.CONFIG.key() + " = " + named + ": there is no such file");
    }
    return Settings.resolve(
        given,
        properties,
        environment,
        SettingsFile.read(Files.readString(file), properties, environment));
  }

  private static Map<String, String> systemProperties() {
    Map<String, String> texts = new HashMap<>();
    Properties properties = System.getProperties();
    for (String name : properties.stringPropertyNames()) {
      texts.put(name, properties.getProperty(name, ""));
    }
    return texts;
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

  private static GrpcReporting reporting(
      Settings settings,
      @Nullable TlsSettings tls,
      AgentIdentity identity,
      String version,
      Instrumentation instrumentation,
      AgentLog log) {
    int queue = settings.number(Setting.QUEUE);
    String token = settings.text(Setting.TOKEN);
    return GrpcReporting.open(
        new GrpcSettings(
            backends(settings, log),
            identity.service(),
            identity.instance(),
            identity.processId(),
            version,
            token.isEmpty() ? null : token,
            InstanceFacts.collect(settings, version, instrumentation),
            settings.duration(Setting.HEARTBEAT),
            queue,
            Math.multiplyExact(queue, SPANS_PER_QUEUED_SEGMENT),
            GrpcSettings.DEFAULT_MAX_MESSAGE_BYTES,
            tls),
        new ReporterLimits(
            settings.duration(Setting.REPORT_PAUSE),
            ReporterLimits.DEFAULT.batchBytes(),
            ReporterLimits.DEFAULT.batchSegments()),
        new ReportLog() {
          @Override
          public void info(String message) {
            log.info(message);
          }

          @Override
          public void warn(String message) {
            log.warn(message, null);
          }
        });
  }

  private static List<CollectorAddress> backends(Settings settings, AgentLog log) {
    String wanted = settings.text(Setting.BACKEND);
    try {
      return CollectorAddress.parseList(wanted);
    } catch (IllegalArgumentException malformed) {
      log.warn(
          Setting.BACKEND.key()
              + " = \""
              + wanted
              + "\": "
              + malformed.getMessage()
              + "; using "
              + Setting.BACKEND.defaultValue(),
          null);
      return CollectorAddress.parseList(Setting.BACKEND.defaultValue());
    }
  }

  private static Tracer tracer(Settings settings, AgentIdentity identity, GrpcReporting reporting) {
    int sample = settings.number(Setting.SAMPLE_PER_3_SECONDS);
    return Tracer.builder()
        .service(identity.service())
        .instance(identity.instance())
        .processId(identity.processId())
        .sink(reporting.sink())
        .sampler(sample <= 0 ? Sampler.always() : Sampler.perThreeSeconds(sample))
        .noiseFilter(
            NoiseFilter.of(
                settings.list(Setting.IGNORE_SUFFIX), settings.list(Setting.IGNORE_PATH)))
        .spanLimit(settings.number(Setting.SPAN_LIMIT))
        .refLimit(settings.number(Setting.REF_LIMIT))
        .logLimit(settings.number(Setting.LOG_LIMIT))
        .operationNameLimit(settings.number(Setting.OPERATION_LENGTH))
        .build();
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
