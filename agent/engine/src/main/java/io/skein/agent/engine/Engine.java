package io.skein.agent.engine;

import io.skein.agent.plugin.Plugin;
import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A set of plugins woven into this JVM.
 *
 * <p>Before plugins are installed, {@link io.skein.agent.plugin.Tracing} must hold the tracer:
 * advice may run as soon as {@link #install} has woven the first class.
 */
public final class Engine implements AutoCloseable {
  private final Instrumentation instrumentation;
  private final WeavingTransformer transformer;
  private final PluginRules rules;
  private final Map<String, PluginState> states;
  private final AgentLog log;

  private Engine(
      Instrumentation instrumentation,
      WeavingTransformer transformer,
      PluginRules rules,
      Map<String, PluginState> states,
      AgentLog log) {
    this.instrumentation = instrumentation;
    this.transformer = transformer;
    this.rules = rules;
    this.states = states;
    this.log = log;
  }

  /**
   * Weaves the plugins into classes loaded from now on and into those of the JDK and the
   * application that are loaded already. A plugin whose declaration fails is left out and reported.
   *
   * @throws IOException if the agent's own files cannot be read
   * @throws ReflectiveOperationException if this JVM does not let the dispatcher be defined
   */
  public static Engine install(Instrumentation instrumentation, EngineOptions options)
      throws IOException, ReflectiveOperationException {
    AgentLog log = options.log();
    Linker linker = new Linker(new PluginLoaders(), log);
    BootDispatcher.install(instrumentation, linker.bootstrap());
    PluginRules rules = new PluginRules();
    Map<String, PluginState> states = new LinkedHashMap<>();
    for (Plugin plugin : options.plugins()) {
      try {
        PluginState state = new PluginState(plugin.name(), log, options.failures()::failed);
        rules.collect(plugin, state);
        states.put(plugin.name(), state);
      } catch (Throwable broken) {
        log.warn(
            "plugin " + plugin.getClass().getName() + " is left out: it cannot say what to weave",
            broken);
      }
    }
    rules.complete();
    ClassLoader agentLoader = Engine.class.getClassLoader();
    WeavingTransformer transformer = new WeavingTransformer(rules, linker, agentLoader, log);
    Engine engine = new Engine(instrumentation, transformer, rules, states, log);
    instrumentation.addTransformer(transformer, true);
    engine.retransformLoaded();
    return engine;
  }

  /** Returns how many classes were woven so far. */
  public int wovenClasses() {
    return transformer.woven();
  }

  /** Returns how often advice failed so far, all plugins together. */
  public int failures() {
    return states.values().stream().mapToInt(PluginState::failures).sum();
  }

  /** Returns the names of the plugins that are on. */
  public List<String> plugins() {
    return states.values().stream().filter(PluginState::isOn).map(PluginState::name).toList();
  }

  private void retransformLoaded() {
    List<Class<?>> loaded = new ArrayList<>();
    LoadedAnnotated annotated = new LoadedAnnotated(rules);
    for (Class<?> each : instrumentation.getAllLoadedClasses()) {
      if (!each.isArray()
          && !each.isHidden()
          && (rules.couldMatch(each.getName().replace('.', '/')) || annotated.mayBe(each))
          && instrumentation.isModifiableClass(each)) {
        loaded.add(each);
      }
    }
    retransform(loaded);
  }

  /**
   * All at once is quickest; if the JVM refuses one, each on its own, so that only that one is left
   * out.
   */
  private void retransform(List<Class<?>> classes) {
    if (classes.isEmpty()) {
      return;
    }
    try {
      instrumentation.retransformClasses(classes.toArray(new Class<?>[0]));
    } catch (UnmodifiableClassException | LinkageError | RuntimeException refused) {
      if (classes.size() == 1) {
        log.warn("not woven: " + classes.get(0).getName() + ": the JVM refused", refused);
        return;
      }
      for (Class<?> each : classes) {
        retransform(List.of(each));
      }
    }
  }

  /** Takes the weaving out of every class again; call sites that are running finish as they are. */
  @Override
  public void close() {
    instrumentation.removeTransformer(transformer);
    retransformLoaded();
  }
}
