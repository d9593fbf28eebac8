package io.skein.agent.engine;

import java.io.IOException;
import java.io.InputStream;
import java.util.IdentityHashMap;

/**
 * Finds annotated classes among those that were loaded before the engine came: when it is attached
 * to a running application, and when it goes. Reflection would load every type that a method names,
 * so it is the class files that are read; and those only of loaders that have the annotation.
 */
final class LoadedAnnotated {
  /**
   * The agent's own class on the application's class path, the only one there when the agent starts
   * first: looking for its file would open every jar of the application.
   */
  private static final String OWN = "io.skein.agent.premain.";

  private final PluginRules rules;
  private final IdentityHashMap<ClassLoader, Boolean> concerned = new IdentityHashMap<>();

  LoadedAnnotated(PluginRules rules) {
    this.rules = rules;
  }

  boolean mayBe(Class<?> type) {
    ClassLoader loader = type.getClassLoader();
    if (!WeavingTransformer.isOfAnApplication(loader, Engine.class.getClassLoader())
        || type.getName().startsWith(OWN)
        || !concerned.computeIfAbsent(loader, this::hasAnnotation)) {
      return false;
    }
    try (InputStream in = loader.getResourceAsStream(type.getName().replace('.', '/') + ".class")) {
      return in != null && rules.annotationsIn(in.readAllBytes()) != 0;
    } catch (IOException | RuntimeException cannotRead) {
      return false;
    }
  }

  private boolean hasAnnotation(ClassLoader loader) {
    try {
      for (String each : rules.annotationTypes()) {
        if (loader.getResource(each.replace('.', '/') + ".class") != null) {
          return true;
        }
      }
    } catch (RuntimeException notAnOrdinaryLoader) {
      return false;
    }
    return false;
  }
}
