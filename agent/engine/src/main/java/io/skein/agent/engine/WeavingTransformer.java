package io.skein.agent.engine;

import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;

/**
 * Looks at every class the JVM loads, and weaves the few that a plugin asked for.
 *
 * <p>It runs inside class loading: it must be quick for the classes nobody asked for, load nothing
 * of the application, and never throw.
 */
final class WeavingTransformer implements ClassFileTransformer {
  private static final ClassLoader PLATFORM = ClassLoader.getPlatformClassLoader();

  private final PluginRules rules;
  private final ClassWeaver weaver;
  private final Hierarchy hierarchy = new Hierarchy();
  private final ClassLoader agentLoader;
  private final AgentLog log;
  private final AtomicInteger woven = new AtomicInteger();

  WeavingTransformer(PluginRules rules, Linker linker, ClassLoader agentLoader, AgentLog log) {
    this.rules = rules;
    this.weaver = new ClassWeaver(linker);
    this.agentLoader = agentLoader;
    this.log = log;
  }

  int woven() {
    return woven.get();
  }

  @Override
  public byte @Nullable [] transform(
      @Nullable ClassLoader loader,
      @Nullable String name,
      @Nullable Class<?> redefined,
      @Nullable ProtectionDomain domain,
      byte[] bytes) {
    try {
      if (name == null) {
        return null;
      }
      long annotations = isOfAnApplication(loader, agentLoader) ? rules.annotationsIn(bytes) : 0;
      if ((annotations == 0 && !rules.couldMatch(name))
          || loader instanceof PluginLoader
          || (loader == agentLoader && name.startsWith("io/skein/agent/"))) {
        return null;
      }
      return weave(loader, name, bytes, annotations);
    } catch (ClassWeaver.CannotWeave reason) {
      log.info("not woven: " + name.replace('/', '.') + ": " + reason.getMessage());
    } catch (Throwable failure) {
      log.warn("not woven: " + String.valueOf(name).replace('/', '.'), failure);
    }
    return null;
  }

  /** Neither of the JDK nor of the agent. */
  static boolean isOfAnApplication(@Nullable ClassLoader loader, ClassLoader agentLoader) {
    return loader != null
        && loader != PLATFORM
        && !(loader instanceof PluginLoader)
        // In tests of ours the agent is on the application's class path.
        && (loader != agentLoader || loader == ClassLoader.getSystemClassLoader());
  }

  private byte @Nullable [] weave(
      @Nullable ClassLoader loader, String name, byte[] bytes, long annotations) {
    List<Rule> apply = new ArrayList<>(rules.exactly(name));
    ClassReader reader = null;
    for (PluginRules.Subtypes each : rules.subtypes()) {
      if (each.couldBe(name)) {
        if (reader == null) {
          reader = ClassWeaver.reader(bytes);
        }
        if ((reader.getAccess() & java.lang.reflect.Modifier.INTERFACE) == 0
            && hierarchy.isSubtype(loader, reader, each.target)) {
          apply.addAll(each.rules);
        }
      }
    }
    if (annotations != 0) {
      apply.addAll(rules.annotated(annotations));
    }
    if (apply.isEmpty()) {
      return null;
    }
    byte[] result = weaver.weave(bytes, apply);
    if (result != null) {
      woven.incrementAndGet();
      if (log.isEnabled(AgentLog.Level.DEBUG)) {
        log.debug("woven: " + name.replace('/', '.'));
      }
    }
    return result;
  }
}
