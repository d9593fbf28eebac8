package io.skein.agent.engine;

import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The plugin loaders in use, found by application loader and plugin. Both ends are weak: the
 * application may drop its loader at any time, and a plugin loader refers to it.
 */
final class PluginLoaders {
  private final Object bootstrap = new Object();
  private final Map<Object, Map<String, WeakReference<PluginLoader>>> byApplication =
      new WeakHashMap<>();

  PluginLoader find(Class<?> plugin, @Nullable ClassLoader application) {
    Map<String, WeakReference<PluginLoader>> plugins;
    synchronized (byApplication) {
      plugins =
          byApplication.computeIfAbsent(
              application == null ? bootstrap : application, loader -> new ConcurrentHashMap<>());
    }
    synchronized (plugins) {
      WeakReference<PluginLoader> known = plugins.get(plugin.getPackageName());
      PluginLoader loader = known == null ? null : known.get();
      if (loader == null) {
        ClassLoader agent = plugin.getClassLoader();
        loader =
            new PluginLoader(
                plugin, agent == null ? ClassLoader.getSystemClassLoader() : agent, application);
        plugins.put(plugin.getPackageName(), new WeakReference<>(loader));
      }
      return loader;
    }
  }
}
