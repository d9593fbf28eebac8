package io.skein.core.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Where segments wait on disk that no collector takes, how many bytes of them, and for whom.
 *
 * @param directory what the user named; empty to find one
 * @param bytes how much disk the processes of this service may use together; 0 for none
 * @param service the name of this service
 * @param instance the name of this process
 * @param processId what tells this process from another one of the same name
 * @param agentVersion what this process sends as its agent's version
 */
public record SpoolSettings(
    String directory,
    long bytes,
    String service,
    String instance,
    String processId,
    String agentVersion) {

  /** 256 MB: an hour of 100 requests per second, roughly. */
  public static final long DEFAULT_BYTES = 256L << 20;

  /** Less than this holds no useful number of chunks. */
  public static final long LEAST_BYTES = 256L << 10;

  private static final int LONGEST_NAME = 60;

  /**
   * Returns the directories that may hold this service's spool, the best first. Asks nothing of the
   * disk.
   */
  public List<Path> places() {
    String name = fileName(service);
    List<Path> places = new ArrayList<>();
    for (Path root : roots()) {
      places.add(root.resolve(name));
    }
    return places;
  }

  private List<Path> roots() {
    if (!directory.isEmpty()) {
      return List.of(Path.of(directory).toAbsolutePath());
    }
    List<Path> roots = new ArrayList<>();
    String state = System.getenv("XDG_STATE_HOME");
    if (state != null && Path.of(state).isAbsolute()) {
      roots.add(Path.of(state).resolve("skein").resolve("spool"));
    } else {
      // "?" is what the JDK says in a container whose user has no entry in /etc/passwd
      Path home = Path.of(System.getProperty("user.home", "?"));
      if (home.isAbsolute() && home.getNameCount() > 0) {
        roots.add(home.resolve(".local/state/skein/spool"));
      }
    }
    Path temporary = Path.of(System.getProperty("java.io.tmpdir", "/tmp")).toAbsolutePath();
    roots.add(temporary.resolve("skein-spool-" + fileName(System.getProperty("user.name", "?"))));
    return roots;
  }

  /** Returns the name as one that is harmless on any disk, and not that of another name. */
  static String fileName(String name) {
    StringBuilder safe = new StringBuilder();
    for (int i = 0; i < name.length() && safe.length() < LONGEST_NAME; i++) {
      char c = name.charAt(i);
      boolean plain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '-'
              || c == '_'
              || (c == '.' && i > 0);
      safe.append(plain ? c : '_');
    }
    if (!safe.toString().equals(name)) {
      CRC32C crc = new CRC32C();
      crc.update(name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      safe.append('-').append(Long.toHexString(0x1_0000_0000L | crc.getValue()).substring(1));
    }
    return safe.toString();
  }
}
