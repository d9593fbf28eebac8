package io.skein.testing.delivery;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The wall clock of a process that somebody sets while it runs; its monotonic clock goes on. By <a
 * href="https://github.com/wolfcw/libfaketime">libfaketime</a>, which the process is started with.
 */
final class FakeClock {
  // For libfaketime to look into its file again, which it does once a second.
  private static final long NOTICED_MILLIS = 1_500;

  private final Path file;
  private final Path library;

  private FakeClock(Path file, Path library) {
    this.file = file;
    this.library = library;
  }

  /** A clock that goes right; skips the test where there is no libfaketime. */
  static FakeClock in(Path file) throws IOException {
    Optional<Path> library = library();
    assumeTrue(library.isPresent(), "libfaketime (Debian's package faketime) is not installed");
    FakeClock clock = new FakeClock(file, library.orElseThrow());
    clock.write("+0");
    return clock;
  }

  private static Optional<Path> library() throws IOException {
    for (String libraries : List.of("/usr/lib", "/usr/lib64", "/usr/local/lib")) {
      if (Files.isDirectory(Path.of(libraries))) {
        try (Stream<Path> all =
            Files.find(
                Path.of(libraries),
                3,
                (path, attributes) -> path.endsWith("faketime/libfaketimeMT.so.1"))) {
          Optional<Path> found = all.findAny();
          if (found.isPresent()) {
            return found;
          }
        }
      }
    }
    return Optional.empty();
  }

  /** What a process has to be started with. */
  Map<String, String> environment() {
    return Map.of(
        "LD_PRELOAD", library.toString(),
        "FAKETIME_TIMESTAMP_FILE", file.toString(),
        "FAKETIME_CACHE_DURATION", "1",
        "FAKETIME_DONT_FAKE_MONOTONIC", "1",
        "DONT_FAKE_MONOTONIC", "1");
  }

  /** Sets it to so many minutes from the right time, and returns when the process has seen that. */
  void set(int minutes) throws IOException, InterruptedException {
    write(String.format(java.util.Locale.ROOT, "%+dm", minutes));
    TimeUnit.MILLISECONDS.sleep(NOTICED_MILLIS);
  }

  private void write(String text) throws IOException {
    // In one piece, since it is read at any moment.
    Path beside = Files.writeString(file.resolveSibling(file.getFileName() + ".new"), text + "\n");
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
