package io.skein.agent.plugin;

import org.jspecify.annotations.Nullable;

/**
 * What the user set for plugins. Reads are cheap enough for a static initialiser, not for a
 * request's path.
 */
@FunctionalInterface
public interface PluginSettings {
  /**
   * Returns the value set for a key such as {@code plugin.jdbc.trace_sql_parameters} under any of
   * its names, or null when it was not set.
   */
  @Nullable String get(String key);

  default boolean enabled(String key, boolean otherwise) {
    String value = get(key);
    return value == null ? otherwise : Boolean.parseBoolean(value.trim());
  }

  /**
   * Returns a whole number; a value that is none counts as not set, as the resolver has warned
   * about it.
   */
  default int number(String key, int otherwise) {
    String value = get(key);
    if (value == null) {
      return otherwise;
    }
    try {
      return Integer.parseInt(value.trim());
    } catch (NumberFormatException notANumber) {
      return otherwise;
    }
  }
}
