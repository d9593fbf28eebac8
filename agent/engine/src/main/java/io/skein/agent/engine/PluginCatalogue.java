package io.skein.agent.engine;

import io.skein.agent.plugin.Plugin;
import io.skein.start.Setting;
import io.skein.start.Settings;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;

/**
 * Finds the plugins: those packed with the agent, named in one list so that no service loader has
 * to run, and those in jars of the user's own.
 */
final class PluginCatalogue {
  static final String LIST = "META-INF/services/io.skein.agent.plugin.Plugin";

  private PluginCatalogue() {}

  static List<Plugin> load(Settings settings, AgentLog log) {
    Set<String> excluded = new LinkedHashSet<>(settings.list(Setting.PLUGINS_EXCLUDE));
    List<Plugin> plugins = new ArrayList<>();
    for (String name : packed(log)) {
      try {
        plugins.add(
            Class.forName(name, true, PluginCatalogue.class.getClassLoader())
                .asSubclass(Plugin.class)
                .getDeclaredConstructor()
                .newInstance());
      } catch (ReflectiveOperationException | LinkageError | ClassCastException broken) {
        log.warn("plugin " + name + " is left out: it cannot be loaded", broken);
      }
    }
    plugins.addAll(extra(settings.text(Setting.PLUGINS_EXTRA), log));
    Set<String> known = new LinkedHashSet<>();
    for (Plugin plugin : plugins) {
      known.add(plugin.name());
    }
    for (String name : excluded) {
      if (!known.contains(name)) {
        log.warn(
            Setting.PLUGINS_EXCLUDE.key()
                + ": there is no plugin "
                + name
                + "; there are "
                + String.join(", ", known),
            null);
      }
    }
    plugins.removeIf(plugin -> excluded.contains(plugin.name()));
    return plugins;
  }

  private static List<String> packed(AgentLog log) {
    List<String> names = new ArrayList<>();
    try (InputStream in = PluginCatalogue.class.getClassLoader().getResourceAsStream(LIST)) {
      if (in != null) {
        for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\\R", -1)) {
          String name = line.trim();
          if (!name.isEmpty() && !name.startsWith("#")) {
            names.add(name);
          }
        }
      }
    } catch (IOException e) {
      log.warn("the list of plugins cannot be read; nothing is traced", e);
    }
    return names;
  }

  private static List<Plugin> extra(String path, AgentLog log) {
    if (path.isEmpty()) {
      return List.of();
    }
    List<URL> places = new ArrayList<>();
    for (String place : path.split(File.pathSeparator, -1)) {
      File file = new File(place.trim());
      if (!file.exists()) {
        log.warn(Setting.PLUGINS_EXTRA.key() + ": there is no " + file, null);
        continue;
      }
      try {
        places.add(file.toURI().toURL());
      } catch (MalformedURLException e) {
        log.warn(Setting.PLUGINS_EXTRA.key() + ": " + file, e);
      }
    }
    List<Plugin> plugins = new ArrayList<>();
    // Never closed: advice is loaded from it as long as the JVM runs.
    URLClassLoader loader =
        new URLClassLoader(
            "skein-extra", places.toArray(new URL[0]), PluginCatalogue.class.getClassLoader());
    try {
      // The loader's parent has the list of the packed plugins, which are loaded already.
      ServiceLoader.load(Plugin.class, loader).stream()
          .filter(provider -> provider.type().getClassLoader() == loader)
          .forEach(provider -> plugins.add(provider.get()));
    } catch (ServiceConfigurationError broken) {
      log.warn(Setting.PLUGINS_EXTRA.key() + " = " + path + ": a plugin cannot be loaded", broken);
    }
    return plugins;
  }
}
