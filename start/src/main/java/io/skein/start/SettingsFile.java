package io.skein.start;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * A settings file: Java properties, in which {@code ${NAME:otherwise}} stands for a system property
 * or an environment variable, as in SkyWalking's {@code agent.config}.
 */
public final class SettingsFile {
  private static final int DEEPEST = 10;

  private SettingsFile() {}

  /**
   * Reads the entries.
   *
   * @throws IOException if the text is no properties file
   */
  public static Map<String, String> read(
      String text, Map<String, String> systemProperties, Map<String, String> environment)
      throws IOException {
    Properties properties = new Properties();
    try (Reader reader = new StringReader(text)) {
      properties.load(reader);
    } catch (IllegalArgumentException malformedEscape) {
      throw new IOException(malformedEscape.getMessage(), malformedEscape);
    }
    Map<String, String> raw = new HashMap<>();
    for (String name : properties.stringPropertyNames()) {
      raw.put(name, properties.getProperty(name));
    }
    Map<String, String> resolved = new HashMap<>();
    raw.forEach(
        (key, value) -> resolved.put(key, resolve(value, systemProperties, environment, raw, 0)));
    return resolved;
  }

  private static String resolve(
      String value,
      Map<String, String> systemProperties,
      Map<String, String> environment,
      Map<String, String> file,
      int depth) {
    int start = value.indexOf("${");
    int end = start < 0 ? -1 : closing(value, start + 2);
    if (end < 0 || depth > DEEPEST) {
      return value;
    }
    String inner = value.substring(start + 2, end);
    int colon = inner.indexOf(':');
    String name = colon < 0 ? inner : inner.substring(0, colon);
    @Nullable String found = systemProperties.get(name);
    if (found == null) {
      found = environment.get(name);
    }
    if (found == null) {
      found = file.get(name);
    }
    if (found == null) {
      found = colon < 0 ? "" : inner.substring(colon + 1);
    }
    String replaced = value.substring(0, start) + found + value.substring(end + 1);
    return resolve(replaced, systemProperties, environment, file, depth + 1);
  }

  private static int closing(String value, int from) {
    int open = 1;
    for (int i = from; i < value.length(); i++) {
      if (value.startsWith("${", i)) {
        open++;
      } else if (value.charAt(i) == '}' && --open == 0) {
        return i;
      }
    }
    return -1;
  }
}
