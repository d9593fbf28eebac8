package io.skein.testing.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Temporary directories that are gone when the test's JVM ends. */
final class TemporaryFiles {
  private TemporaryFiles() {}

  static Path directory(String prefix) throws IOException {
    Path directory = Files.createTempDirectory(prefix);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory), "delete " + prefix));
    return directory;
  }

  private static void delete(Path directory) {
    try (Stream<Path> all = Files.walk(directory)) {
      List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
      for (Path each : deepestFirst) {
        Files.deleteIfExists(each);
      }
    } catch (IOException left) {
      System.err.println("could not delete " + directory + ": " + left);
    }
  }
}
