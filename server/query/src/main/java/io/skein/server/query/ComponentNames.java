package io.skein.server.query;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/**
 * What the protocol's numbers for libraries mean. Agents of all languages share the numbers, and
 * send nothing else, so the names have to be here.
 */
final class ComponentNames {
  private static final Map<Integer, String> NAMES = load();

  private ComponentNames() {}

  /** The name, or the number as text when a newer agent knows more libraries than we do. */
  static String of(int id) {
    String name = NAMES.get(id);
    return name == null ? Integer.toString(id) : name;
  }

  private static Map<Integer, String> load() {
    Properties properties = new Properties();
    try (InputStream in = ComponentNames.class.getResourceAsStream("components.properties")) {
      if (in == null) {
        throw new IOException("components.properties is missing from the jar");
      }
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<Integer, String> names = new HashMap<>();
    properties.forEach((id, name) -> names.put(Integer.parseInt((String) id), (String) name));
    return names;
  }
}
