package io.skein.agent.plugin;

import io.skein.core.Sampler;
import io.skein.core.Tracer;

/**
 * Where advice finds the tracer. Advice is static, so something static must hold it; this is the
 * only such place. The engine sets it before it weaves, and advice reads it into {@code static
 * final} fields.
 */
public final class Tracing {
  private static volatile Tracer tracer =
      Tracer.builder().sampler(Sampler.never()).sink(segment -> {}).build();
  private static volatile PluginSettings settings = key -> null;

  private Tracing() {}

  /** Returns the tracer of this JVM; one that records nothing as long as there is none. */
  public static Tracer tracer() {
    return tracer;
  }

  /** Returns what the user set for plugins. */
  public static PluginSettings settings() {
    return settings;
  }

  /** Called by whoever starts tracing, before anything is woven. */
  public static void install(Tracer newTracer, PluginSettings newSettings) {
    tracer = newTracer;
    settings = newSettings;
  }
}
