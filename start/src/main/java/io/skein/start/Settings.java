package io.skein.start;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The values in force. Sources, strongest first: agent arguments, system properties, environment,
 * file, default. Within one source Skein's own name beats SkyWalking's.
 *
 * <p>Nothing here throws for a bad value: the default takes its place and a warning says so.
 * Immutable and thread-safe.
 */
public final class Settings {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|h)?");
  private static final Pattern SIZE = Pattern.compile("(\\d{1,9})\\s*([kmg]?)(?:i?b)?");
  private static final String PLUGIN = "plugin.";

  private final Map<Setting, String> values;
  private final Map<String, String> pluginValues;
  private final List<String> warnings;

  private Settings(
      Map<Setting, String> values, Map<String, String> pluginValues, List<String> warnings) {
    this.values = values;
    this.pluginValues = pluginValues;
    this.warnings = warnings;
  }

  /**
   * Resolves all settings.
   *
   * @param arguments what stood behind the agent's jar, parsed by {@link AgentArguments}, or was
   *     said in code
   * @param file the entries of the settings file, placeholders resolved; empty when there is none
   */
  public static Settings resolve(
      Map<String, String> arguments,
      Map<String, String> systemProperties,
      Map<String, String> environment,
      Map<String, String> file) {
    Map<Setting, String> values = new EnumMap<>(Setting.class);
    List<String> warnings = new ArrayList<>();
    for (Setting setting : Setting.values()) {
      String value = first(arguments, setting.names());
      if (value == null) {
        value = first(systemProperties, qualified(setting));
      }
      if (value == null) {
        value = first(environment, List.of(setting.variable(), setting.skywalkingVariable()));
      }
      if (value == null) {
        value = first(file, setting.names());
      }
      if (value != null) {
        String problem = problem(setting, value);
        if (problem == null) {
          values.put(setting, value.trim());
        } else {
          warnings.add(problem);
        }
      }
    }
    warnAboutUnknown(arguments.keySet(), "argument", warnings);
    warnAboutUnknown(
        startingWith("skein.", systemProperties.keySet()), "system property", warnings);
    warnAboutUnknownVariables(environment.keySet(), warnings);
    warnAboutUnknown(startingWith("skein.", file.keySet()), "setting in the file", warnings);
    return new Settings(
        values,
        pluginValues(arguments, systemProperties, environment, file),
        List.copyOf(warnings));
  }

  /**
   * Resolves all settings of this process, with the file that they name.
   *
   * @param jar the agent's own, beside which there may be a file that nobody names; null for none
   * @throws IOException if the file cannot be read
   */
  public static Settings ofProcess(Map<String, String> arguments, @Nullable Path jar)
      throws IOException {
    Map<String, String> properties = systemProperties();
    Map<String, String> environment = System.getenv();
    Settings withoutFile = resolve(arguments, properties, environment, Map.of());
    String named = withoutFile.text(Setting.CONFIG);
    Path file =
        !named.isEmpty()
            ? Path.of(named)
            : jar == null ? null : jar.resolveSibling("skein.properties");
    if (file == null || !Files.isRegularFile(file)) {
      if (named.isEmpty()) {
        return withoutFile;
      }
      throw new IOException(Setting.CONFIG.key() + " = " + named + ": there is no such file");
    }
    return resolve(
        arguments,
        properties,
        environment,
        SettingsFile.read(Files.readString(file), properties, environment));
  }

  private static Map<String, String> systemProperties() {
    Map<String, String> texts = new HashMap<>();
    Properties properties = System.getProperties();
    for (String name : properties.stringPropertyNames()) {
      texts.put(name, properties.getProperty(name, ""));
    }
    return texts;
  }

  /** A bare {@code service} is no name for a system property: other programs may use it. */
  private static List<String> qualified(Setting setting) {
    return setting.skywalkingKey().isEmpty()
        ? List.of(setting.key())
        : List.of(setting.key(), "skywalking." + setting.skywalkingKey());
  }

  private static @Nullable String first(Map<String, String> source, List<String> names) {
    for (String name : names) {
      String value = name.isEmpty() ? null : source.get(name);
      if (value != null && !value.isBlank()) {
        return value;
      }
    }
    return null;
  }

  private static @Nullable String problem(Setting setting, String value) {
    String text = value.trim();
    boolean fits =
        switch (setting.kind()) {
          case TEXT, SECRET -> true;
          case BOOLEAN -> text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false");
          case NUMBER -> text.matches("-?\\d{1,9}");
          case SIZE -> SIZE.matcher(text.toLowerCase(Locale.ROOT)).matches();
          case DURATION -> DURATION.matcher(text.toLowerCase(Locale.ROOT)).matches();
        };
    if (fits) {
      return null;
    }
    String expected =
        switch (setting.kind()) {
          case BOOLEAN -> "true or false";
          case NUMBER -> "a whole number";
          case SIZE -> "a size such as 500MB or 2GB";
          default -> "a time such as 500ms, 30s or 1m";
        };
    return setting.key()
        + " = \""
        + text
        + "\" is not "
        + expected
        + ": using the default, "
        + setting.defaultValue();
  }

  private static Set<String> startingWith(String prefix, Set<String> keys) {
    Set<String> found = new TreeSet<>();
    for (String key : keys) {
      if (key.startsWith(prefix)) {
        found.add(key);
      }
    }
    return found;
  }

  private static void warnAboutUnknown(Set<String> keys, String kind, List<String> warnings) {
    Set<String> known = new TreeSet<>();
    for (Setting setting : Setting.values()) {
      known.addAll(setting.names());
    }
    for (String key : keys) {
      if (!known.contains(key)
          && !key.startsWith(PLUGIN)
          && !key.startsWith("skein." + PLUGIN)
          && !key.startsWith("skein.test.")
          && !key.startsWith("agent.")
          && !key.startsWith("collector.")) {
        String name = key.startsWith("skein.") ? key : "skein." + key;
        warnings.add("unknown " + kind + " " + key + "; did you mean " + nearest(name) + "?");
      }
    }
  }

  private static void warnAboutUnknownVariables(Set<String> names, List<String> warnings) {
    for (String name : startingWith("SKEIN_", names)) {
      boolean known =
          name.startsWith("SKEIN_PLUGIN_")
              || name.startsWith("SKEIN_SERVER_")
              || name.startsWith("SKEIN_DEMO_")
              || name.startsWith("SKEIN_TEST_");
      for (Setting setting : Setting.values()) {
        known |= setting.variable().equals(name);
      }
      if (!known) {
        String key = name.toLowerCase(Locale.ROOT).replace('_', '.');
        warnings.add(
            "unknown environment variable "
                + name
                + "; did you mean "
                + Setting.variable(nearest(key))
                + "?");
      }
    }
  }

  private static String nearest(String key) {
    String best = "";
    int bestDistance = Integer.MAX_VALUE;
    for (Setting setting : Setting.values()) {
      int distance = distance(key, setting.key());
      if (distance < bestDistance) {
        bestDistance = distance;
        best = setting.key();
      }
    }
    return best;
  }

  /** Levenshtein's distance, one row at a time. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }

  /** Keys of plugins are open: each plugin knows its own. */
  private static Map<String, String> pluginValues(
      Map<String, String> arguments,
      Map<String, String> systemProperties,
      Map<String, String> environment,
      Map<String, String> file) {
    Map<String, String> found = new HashMap<>();
    file.forEach((key, value) -> putPlugin(found, key, value));
    environment.forEach(
        (name, value) -> {
          String key = name.startsWith("SKEIN_") ? name.substring("SKEIN_".length()) : name;
          key = key.startsWith("SW_") ? key.substring("SW_".length()) : key;
          if (key.startsWith("PLUGIN_")) {
            found.put(comparable(key), value);
          }
        });
    systemProperties.forEach((key, value) -> putPlugin(found, key, value));
    arguments.forEach((key, value) -> putPlugin(found, key, value));
    return Map.copyOf(found);
  }

  private static void putPlugin(Map<String, String> found, String key, String value) {
    String bare =
        key.startsWith("skein.")
            ? key.substring("skein.".length())
            : key.startsWith("skywalking.") ? key.substring("skywalking.".length()) : key;
    if (bare.startsWith(PLUGIN)) {
      found.put(comparable(bare), value);
    }
  }

  /**
   * {@code plugin.jdbc.trace_sql_parameters} and {@code PLUGIN_JDBC_TRACE_SQL_PARAMETERS} are the
   * same key.
   */
  private static String comparable(String key) {
    return Setting.variable(key);
  }

  /**
   * The value set for a plugin's key such as {@code plugin.jdbc.trace_sql_parameters}, under any of
   * its names; null when it was not set.
   */
  public @Nullable String get(String key) {
    return pluginValues.get(comparable(key));
  }

  public String text(Setting setting) {
    return values.getOrDefault(setting, setting.defaultValue());
  }

  public boolean isTrue(Setting setting) {
    return Boolean.parseBoolean(text(setting));
  }

  public int number(Setting setting) {
    return Integer.parseInt(text(setting));
  }

  /** A size in bytes. */
  public long bytes(Setting setting) {
    var matcher = SIZE.matcher(text(setting).toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new AssertionError(setting + " was checked when it was resolved");
    }
    String unit = matcher.group(2);
    return Long.parseLong(matcher.group(1))
        << switch (unit == null ? "" : unit) {
          case "k" -> 10;
          case "m" -> 20;
          case "g" -> 30;
          default -> 0;
        };
  }

  public Duration duration(Setting setting) {
    var matcher = DURATION.matcher(text(setting).toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new AssertionError(setting + " was checked when it was resolved");
    }
    long amount = Long.parseLong(matcher.group(1));
    String unit = matcher.group(2);
    return switch (unit == null ? "s" : unit) {
      case "ms" -> Duration.ofMillis(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofSeconds(amount);
    };
  }

  /** The parts of a list joined by commas, trimmed, none empty. */
  public List<String> list(Setting setting) {
    List<String> parts = new ArrayList<>();
    for (String part : text(setting).split(",", -1)) {
      if (!part.isBlank()) {
        parts.add(part.trim());
      }
    }
    return parts;
  }

  /** What was wrong with what the user gave, one sentence each. */
  public List<String> warnings() {
    return warnings;
  }
}
