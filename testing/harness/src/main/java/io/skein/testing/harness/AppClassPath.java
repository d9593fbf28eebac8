package io.skein.testing.harness;

import io.skein.testing.app.AppHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The class path of a test's application: the test's own classes, the kit's application side, and
 * one set of libraries. The agent's classes are not on it.
 */
record AppClassPath(String library, List<Path> entries) {
  static AppClassPath of(Class<?> test, String library, Class<?>... also) {
    Path testClasses = home(test);
    Set<Path> own = new LinkedHashSet<>();
    own.add(testClasses);
    own.add(home(AppHost.class));
    for (Class<?> each : also) {
      own.add(home(each));
    }
    List<Path> jars = library.isEmpty() ? List.of() : jars(testClasses, library);
    List<Path> entries = new ArrayList<>(JavaxNames.isNeeded(jars) ? JavaxNames.copies(own) : own);
    entries.addAll(jars);
    return new AppClassPath(library.isEmpty() ? "the JDK alone" : library, entries);
  }

  private static List<Path> jars(Path testClasses, String library) {
    Path directory = testClasses.resolveSibling("libs").resolve(library);
    if (!Files.isDirectory(directory)) {
      throw new IllegalStateException(
          "no library set at " + directory + ": run Maven's generate-test-resources phase");
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(each -> each.toString().endsWith(".jar")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The directory or jar that a class was loaded from. */
  static Path home(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
