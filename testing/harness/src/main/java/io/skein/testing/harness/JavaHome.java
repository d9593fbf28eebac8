package io.skein.testing.harness;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An installed JDK. */
public record JavaHome(Path directory, int feature) {
  private static final Pattern VERSION = Pattern.compile("(?m)^JAVA_VERSION=\"(\\d+)");

  /** Returns the program that starts a JVM of this JDK. */
  public Path java() {
    return directory.resolve("bin").resolve("java");
  }

  /**
   * Those that the system property {@code skein.test.jdks} lists, or else the running one and the
   * newest one that is installed.
   */
  public static List<JavaHome> all() {
    String listed = System.getProperty("skein.test.jdks", "");
    List<JavaHome> homes = new ArrayList<>();
    if (!listed.isEmpty()) {
      for (String each : listed.split(Pattern.quote(File.pathSeparator), -1)) {
        homes.add(at(Path.of(each)));
      }
      return homes;
    }
    JavaHome running =
        new JavaHome(Path.of(System.getProperty("java.home")), Runtime.version().feature());
    homes.add(running);
    installed().stream()
        .max(Comparator.comparingInt(JavaHome::feature))
        .filter(newest -> newest.feature > running.feature)
        .ifPresent(homes::add);
    return homes;
  }

  private static List<JavaHome> installed() {
    List<Path> candidates = new ArrayList<>();
    System.getenv()
        .forEach(
            (name, value) -> {
              if (name.startsWith("JAVA_HOME") || name.startsWith("JDK_")) {
                candidates.add(Path.of(value));
              }
            });
    Path usual = Path.of("/usr/lib/jvm");
    if (Files.isDirectory(usual)) {
      try (DirectoryStream<Path> each = Files.newDirectoryStream(usual)) {
        each.forEach(candidates::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return candidates.stream()
        .filter(each -> Files.isExecutable(each.resolve("bin/java")))
        .filter(each -> Files.isRegularFile(each.resolve("release")))
        .map(JavaHome::at)
        .toList();
  }

  private static JavaHome at(Path directory) {
    try {
      Matcher version = VERSION.matcher(Files.readString(directory.resolve("release")));
      if (!version.find()) {
        throw new IllegalArgumentException(directory + " has no JAVA_VERSION in its release file");
      }
      return new JavaHome(directory, Integer.parseInt(version.group(1)));
    } catch (IOException e) {
      throw new UncheckedIOException(directory + " is not a JDK", e);
    }
  }
}
