package io.skein.agent.engine;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Loads one plugin's advice for one application loader.
 *
 * <pre>
 *            platform loader
 *             /          \
 *     agent loader    application loader
 *             \          /
 *            plugin loader      defines only the classes of the plugin's own package
 * </pre>
 *
 * It sees Skein through the agent loader and the library through the application's. Only call sites
 * in the application's classes keep it alive, so it goes when they go.
 */
final class PluginLoader extends ClassLoader {
  static {
    registerAsParallelCapable();
  }

  private final ClassLoader agent;
  private final ClassLoader application;
  private final String ownPackage;

  PluginLoader(Class<?> plugin, ClassLoader agent, @Nullable ClassLoader application) {
    super("skein-plugin", null);
    this.agent = agent;
    this.application = application == null ? ClassLoader.getPlatformClassLoader() : application;
    this.ownPackage = plugin.getPackageName() + ".";
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (name.startsWith(ownPackage) && name.indexOf('.', ownPackage.length()) < 0) {
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded != null ? loaded : define(name);
      }
    }
    if (name.startsWith("io.skein.")) {
      return agent.loadClass(name);
    }
    return application.loadClass(name);
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    try (InputStream in = agent.getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] bytes = in.readAllBytes();
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }
}
