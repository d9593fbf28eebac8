package io.skein.start;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Finds a name for a service that was given none. A name that a person recognises is worth more
 * than a correct "unknown": Spring's application name, else the name of the jar that was started,
 * else the main class.
 */
public final class ServiceName {
  private static final String SPRING = "spring.application.name";
  private static final Pattern VERSION = Pattern.compile("[-_.]v?\\d+(\\.\\d+)*([-.].*)?$");
  private static final int LARGEST_FILE = 1 << 20;

  private ServiceName() {}

  /**
   * Returns a name, never an empty one.
   *
   * @param command the JVM's command line: main class or jar, then the arguments, as {@code
   *     sun.java.command} has it
   */
  public static String find(
      String command, Map<String, String> systemProperties, Map<String, String> environment) {
    String name = usable(systemProperties.get(SPRING));
    if (name == null) {
      name = usable(environment.get("SPRING_APPLICATION_NAME"));
    }
    if (name == null) {
      name = argument(command);
    }
    String program = command.trim().split("\\s+", 2)[0];
    boolean jar = program.endsWith(".jar") || program.endsWith(".war");
    if (name == null && jar) {
      name = inJar(new File(program));
    }
    if (name == null && jar) {
      String file = new File(program).getName();
      name = usable(VERSION.matcher(file.substring(0, file.lastIndexOf('.'))).replaceFirst(""));
    }
    if (name == null && !jar) {
      String main = program.substring(program.lastIndexOf('/') + 1);
      name = usable(main.substring(main.lastIndexOf('.') + 1));
    }
    return name == null ? "java" : name;
  }

  private static @Nullable String argument(String command) {
    String marker = "--" + SPRING + "=";
    int at = command.indexOf(marker);
    return at < 0 ? null : usable(command.substring(at + marker.length()).split("\\s", 2)[0]);
  }

  private static @Nullable String inJar(File file) {
    if (!file.isFile()) {
      return null;
    }
    try (ZipFile zip = new ZipFile(file)) {
      for (String directory : new String[] {"BOOT-INF/classes/", "WEB-INF/classes/", ""}) {
        String properties = read(zip, directory + "application.properties");
        if (properties != null) {
          Properties parsed = new Properties();
          parsed.load(new java.io.StringReader(properties));
          String name = usable(parsed.getProperty(SPRING));
          if (name != null) {
            return name;
          }
        }
        for (String extension : new String[] {"yml", "yaml"}) {
          String yaml = read(zip, directory + "application." + extension);
          String name = yaml == null ? null : inYaml(yaml);
          if (name != null) {
            return name;
          }
        }
      }
    } catch (IOException | IllegalArgumentException unreadable) {
      return null;
    }
    return null;
  }

  private static @Nullable String read(ZipFile zip, String entryName) throws IOException {
    ZipEntry entry = zip.getEntry(entryName);
    if (entry == null || entry.getSize() > LARGEST_FILE) {
      return null;
    }
    try (InputStream in = zip.getInputStream(entry)) {
      return new String(in.readNBytes(LARGEST_FILE), StandardCharsets.UTF_8);
    }
  }

  /** Only the two plain forms; a YAML library would be too much in somebody else's process. */
  static @Nullable String inYaml(String yaml) {
    String[] open = new String[2];
    int[] indents = new int[2];
    int depth = 0;
    for (String line : yaml.split("\\R", -1)) {
      String text = line.strip();
      if (text.isEmpty() || text.startsWith("#")) {
        continue;
      }
      int indent = line.indexOf(text.charAt(0));
      while (depth > 0 && indent <= indents[depth - 1]) {
        depth--;
      }
      int colon = text.indexOf(':');
      if (colon < 0) {
        continue;
      }
      String key = text.substring(0, colon).strip();
      String value = text.substring(colon + 1).strip();
      StringBuilder path = new StringBuilder();
      for (int i = 0; i < depth; i++) {
        path.append(open[i]).append('.');
      }
      if (path.append(key).toString().equals(SPRING)) {
        return usable(unquoted(value));
      }
      if (value.isEmpty() && depth < open.length) {
        open[depth] = key;
        indents[depth++] = indent;
      }
    }
    return null;
  }

  private static String unquoted(String value) {
    String text = value.replaceFirst("\\s#.*$", "").strip();
    boolean quoted =
        text.length() > 1
            && (text.charAt(0) == '"' || text.charAt(0) == '\'')
            && text.charAt(text.length() - 1) == text.charAt(0);
    return quoted ? text.substring(1, text.length() - 1) : text;
  }

  /** A name with a placeholder in it is not the name the application will have. */
  private static @Nullable String usable(@Nullable String name) {
    String text = name == null ? "" : name.trim(); // which takes control characters away, too
    return text.isBlank() || text.contains("${") ? null : text;
  }
}
