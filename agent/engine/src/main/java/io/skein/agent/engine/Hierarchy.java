package io.skein.agent.engine;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;

/**
 * Finds out whether a class is a subtype of another without loading either: loading a class from
 * inside a transformer would change the application's order of initialisation, or deadlock.
 *
 * <p>What was read is remembered for each loader, weakly, and only for classes that passed a
 * plugin's name filter and their parents.
 */
final class Hierarchy {
  /** The direct super types of a class. */
  private record Parents(@Nullable String parent, List<String> interfaces) {}

  private static final Parents UNKNOWN = new Parents(null, List.of());

  private final Object bootstrap = new Object();
  private final Map<Object, Map<String, Parents>> known = new WeakHashMap<>();

  boolean isSubtype(@Nullable ClassLoader loader, ClassReader type, String target) {
    return reaches(
        loader,
        new Parents(type.getSuperName(), List.of(type.getInterfaces())),
        target,
        new HashSet<>());
  }

  private boolean reaches(
      @Nullable ClassLoader loader, Parents parents, String target, Set<String> seen) {
    if (matches(loader, parents.parent(), target, seen)) {
      return true;
    }
    for (String each : parents.interfaces()) {
      if (matches(loader, each, target, seen)) {
        return true;
      }
    }
    return false;
  }

  private boolean matches(
      @Nullable ClassLoader loader, @Nullable String type, String target, Set<String> seen) {
    if (type == null || type.equals("java/lang/Object") || !seen.add(type)) {
      return false;
    }
    return type.equals(target) || reaches(loader, parents(loader, type), target, seen);
  }

  private Parents parents(@Nullable ClassLoader loader, String type) {
    Map<String, Parents> ofLoader;
    synchronized (known) {
      ofLoader =
          known.computeIfAbsent(
              loader == null ? bootstrap : loader, each -> new ConcurrentHashMap<>());
    }
    Parents parents = ofLoader.get(type);
    if (parents == null) {
      parents = read(loader, type);
      ofLoader.put(type, parents);
    }
    return parents;
  }

  private static Parents read(@Nullable ClassLoader loader, String type) {
    String resource = type + ".class";
    try (InputStream in =
        loader == null
            ? ClassLoader.getSystemResourceAsStream(resource)
            : loader.getResourceAsStream(resource)) {
      if (in == null) {
        return UNKNOWN;
      }
      ClassReader reader = ClassWeaver.reader(in.readAllBytes());
      return new Parents(reader.getSuperName(), List.of(reader.getInterfaces()));
    } catch (IOException | RuntimeException cannotRead) {
      return UNKNOWN;
    }
  }
}
