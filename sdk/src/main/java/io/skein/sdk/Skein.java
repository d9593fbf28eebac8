package io.skein.sdk;

import io.skein.api.spi.Providers;
import io.skein.core.ManualTracing;
import io.skein.core.report.ReportLog;
import io.skein.start.InstanceFacts;
import io.skein.start.Pipeline;
import io.skein.start.ProcessIdentity;
import io.skein.start.Setting;
import io.skein.start.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Tracing in a program that has no agent.
 *
 * <pre>{@code
 * try (Skein skein = Skein.builder().service("orders").backend("collector:11800").start()) {
 *   ...                                           // io.skein.api.Tracing records from here on
 * }
 * }</pre>
 *
 * <p>Settings are the agent's, with the same names: what the builder says comes first, then system
 * properties, environment, a file, defaults. So {@code Skein.start()} alone, with {@code
 * SKEIN_SERVICE} in the environment, is enough.
 *
 * <p><b>At most one</b> at a time: starting again returns the one that runs. Where the agent is in
 * the JVM, it traces, and the SDK stands aside: {@link #active()} is false and all of this does
 * nothing. It is the same where {@code skein.enabled} is false, and where tracing cannot start; why
 * is said in one line of the log ({@code java.lang.System.Logger} of this class's name, unless the
 * builder is given another way).
 *
 * <p><b>Total.</b> No method throws, and nothing waits for the backend except {@link #close}, for
 * as long as it was allowed to. Safe for use by several threads.
 */
public final class Skein implements AutoCloseable {
  /** Set in the system properties by the agent, also by one that does not answer this API. */
  private static final String AGENT_RUNS = "io.skein.agent.running";

  private static @Nullable Skein running;

  /** The agent's presence is said once, however often somebody starts. */
  private static boolean saidThatAnAgentRuns;

  private final @Nullable Pipeline pipeline;
  private final @Nullable ManualTracing provider;
  private final Duration bound;
  private @Nullable Thread atExit;

  private Skein(@Nullable Pipeline pipeline, @Nullable ManualTracing provider, Duration bound) {
    this.pipeline = pipeline;
    this.provider = provider;
    this.bound = bound;
  }

  /** Starts tracing with the settings of the environment; or returns what has been started. */
  public static Skein start() {
    return builder().start();
  }

  public static SkeinBuilder builder() {
    return new SkeinBuilder();
  }

  static Skein start(Map<String, String> given, ReportLog log) {
    synchronized (Skein.class) {
      if (running != null) {
        if (!given.isEmpty()) {
          log.warn("Skein runs already; settings of a second start are not regarded");
        }
        return running;
      }
      Skein started;
      try {
        started = open(given, log);
      } catch (IOException | RuntimeException | LinkageError failure) {
        log.warn("Skein is not started, the program runs without it: " + failure);
        started = idle();
      }
      if (started.active()) {
        running = started;
      }
      return started;
    }
  }

  private static Skein open(Map<String, String> given, ReportLog log) throws IOException {
    if (Providers.agentPresent() || System.getProperty(AGENT_RUNS) != null) {
      if (!saidThatAnAgentRuns) {
        saidThatAnAgentRuns = true;
        log.info("a Skein agent traces this JVM; the SDK stands aside");
      }
      return idle();
    }
    Settings settings = Settings.ofProcess(given, null);
    settings.warnings().forEach(log::warn);
    if (!settings.isTrue(Setting.ENABLED)) {
      log.info("switched off by " + Setting.ENABLED.key());
      return idle();
    }
    String version = version();
    ProcessIdentity identity = ProcessIdentity.of(settings, log::warn);
    Pipeline pipeline =
        Pipeline.open(
            settings,
            identity,
            version,
            InstanceFacts.collect(settings, version, List.of()),
            null,
            log);
    ManualTracing provider = new ManualTracing(pipeline.tracer(), pipeline::flush);
    if (!Providers.install(provider)) {
      pipeline.close(Duration.ZERO);
      log.warn("another tracer is behind io.skein.api already; the SDK stands aside");
      return idle();
    }
    Skein skein = new Skein(pipeline, provider, settings.duration(Setting.SHUTDOWN));
    skein.closeAtExit();
    log.info(
        "Skein "
            + version
            + " traces service \""
            + identity.service()
            + "\" (instance "
            + identity.instance()
            + "), reports to "
            + settings.text(Setting.BACKEND));
    return skein;
  }

  private static Skein idle() {
    return new Skein(null, null, Duration.ZERO);
  }

  private static String version() throws IOException {
    Properties properties = new Properties();
    try (InputStream in = Skein.class.getResourceAsStream("version.properties")) {
      if (in != null) {
        properties.load(in);
      }
    }
    return properties.getProperty("version", "unknown");
  }

  private void closeAtExit() {
    Thread hook = new Thread(() -> close(bound), "skein-exit");
    try {
      Runtime.getRuntime().addShutdownHook(hook);
      atExit = hook;
    } catch (IllegalStateException exiting) {
      return; // started in the JVM's last moments: who did it may close it
    }
  }

  /** Whether it is this SDK that traces; false also after {@link #close}. */
  public boolean active() {
    return pipeline != null && !pipeline.isClosed();
  }

  /** What became of all segments so far; stays readable after the end. All zero where idle. */
  public Account account() {
    return pipeline == null
        ? Account.NOTHING
        : Account.of(pipeline.counters().account(), pipeline.tracer().counters());
  }

  /** Closes with the time that the setting {@code skein.shutdown} allows. */
  @Override
  public void close() {
    close(bound);
  }

  /**
   * Ends tracing: reports what is unfinished, sends what is there within this time, counts the rest
   * as dropped. From then on the API does nothing, and tracing may be started again.
   */
  public void close(@Nullable Duration within) {
    Thread hook;
    synchronized (Skein.class) {
      if (running == this) {
        running = null;
      }
      hook = atExit;
      atExit = null;
    }
    if (pipeline != null) {
      Providers.uninstall(provider);
      pipeline.close(within == null || within.isNegative() ? Duration.ZERO : within);
    }
    if (hook != null && hook != Thread.currentThread()) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException exiting) {
        return; // it runs or will run, and finds nothing to do
      }
    }
  }

  @Override
  public String toString() {
    return active() ? "Skein, active: " + account() : "Skein, idle";
  }
}
