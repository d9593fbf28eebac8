package io.skein.testing.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skein.agent.engine.AgentLog;
import io.skein.agent.engine.Engine;
import io.skein.agent.engine.EngineOptions;
import io.skein.agent.plugin.Plugin;
import io.skein.agent.plugin.Tracing;
import io.skein.core.Segment;
import io.skein.core.Tracer;
import io.skein.testing.SpanQueue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The agent of this JVM: every plugin on the test's class path, woven once. The spans go to the
 * queue of whoever tests at the moment. Settings are those of the moment, too: advice reads them
 * when it is loaded, and that happens anew in each application's loader (not for classes of the
 * JDK).
 */
final class InProcessAgent {
  static final String SERVICE = "in-process";

  private static final Object LOCK = new Object();
  private static volatile SpanQueue receiver = new SpanQueue();
  private static volatile Map<String, String> settings = Map.of();
  private static final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
  private static final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private static boolean installed;

  private InProcessAgent() {}

  static void sendTo(SpanQueue queue, Map<String, String> pluginSettings) {
    synchronized (LOCK) {
      receiver = queue;
      settings = pluginSettings;
      if (!installed) {
        install();
        installed = true;
      }
    }
  }

  private static void install() {
    Tracing.install(
        Tracer.builder()
            .service(SERVICE)
            .instance("test")
            .sink((Segment segment) -> receiver.add(Recording.of(segment)))
            .build(),
        key -> settings.get(key));
    List<Plugin> plugins = new ArrayList<>();
    ServiceLoader.load(Plugin.class).forEach(plugins::add);
    try {
      Engine.install(
          SelfAttach.instrumentation(),
          new EngineOptions(
              plugins,
              new AgentLog(new PrintStream(log, true, UTF_8), AgentLog.Level.INFO),
              (plugin, advice, failure) ->
                  failures.add(plugin + " failed in " + advice + ": " + failure)));
    } catch (IOException | ReflectiveOperationException e) {
      throw new IllegalStateException("the engine cannot be installed in this JVM", e);
    }
  }

  /** Returns, and forgets, what the agent would have told an operator to look at. */
  static List<String> complaints() {
    List<String> complaints = new ArrayList<>();
    for (String each = failures.poll(); each != null; each = failures.poll()) {
      complaints.add(each);
    }
    String written;
    synchronized (log) {
      written = log.toString(UTF_8);
      log.reset();
    }
    if (Complaints.ofAgent(written)) {
      complaints.add(written);
    }
    return complaints;
  }
}
