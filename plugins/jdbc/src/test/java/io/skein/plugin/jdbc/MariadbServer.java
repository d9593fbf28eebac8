package io.skein.plugin.jdbc;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A MariaDB server with a data directory of its own, for the time of a test, with the database
 * {@code test}. Where none is installed, the tests are skipped.
 *
 * <p>A root user (of a container, say) has it run as {@code nobody}.
 */
final class MariadbServer {
  static final String USER = "root";
  static final String DATABASE = "test";

  /** A stored function, since the drivers do not take the server's own for callable. */
  static final String FUNCTION = "absolute";

  private final Path directory;
  private final Process process;
  private final int port;
  private final Thread atExit;

  private MariadbServer(Path directory, Process process, int port) {
    this.directory = directory;
    this.process = process;
    this.port = port;
    this.atExit = new Thread(this::kill, "mariadb-kill");
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  int port() {
    return port;
  }

  static MariadbServer start() throws Exception {
    Optional<Path> server = program("mariadbd");
    Optional<Path> installer = program("mariadb-install-db");
    assumeThat(server.isPresent() && installer.isPresent())
        .as(
            "a MariaDB server is installed (Debian: apt-get install mariadb-server-core mariadb-client-core)")
        .isTrue();
    Path directory = Files.createTempDirectory("skein-mariadb-");
    Path data = directory.resolve("data");
    if (isRoot()) {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    }
    run(
        directory,
        asServer(
            installer.orElseThrow().toString(),
            "--no-defaults",
            "--datadir=" + data,
            "--auth-root-authentication-method=normal"));
    Path first =
        Files.writeString(
            directory.resolve("first.sql"),
            "CREATE OR REPLACE DEFINER='root'@'localhost' FUNCTION test.absolute(x INT) RETURNS INT DETERMINISTIC"
                + " SQL SECURITY INVOKER RETURN ABS(x);\n");
    // Between asking for a free port and taking it, somebody else may take it.
    for (int attempt = 0; ; attempt++) {
      int port = freePort();
      Path log = directory.resolve("server-" + attempt + ".log");
      Process process =
          new ProcessBuilder(
                  asServer(
                      server.orElseThrow().toString(),
                      "--no-defaults",
                      "--datadir=" + data,
                      "--bind-address=127.0.0.1",
                      "--port=" + port,
                      "--socket=" + directory.resolve("socket"),
                      "--pid-file=" + directory.resolve("pid"),
                      "--skip-name-resolve",
                      "--innodb-flush-log-at-trx-commit=0",
                      "--init-file=" + first))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      MariadbServer started = new MariadbServer(directory, process, port);
      if (started.becomesReady(log)) {
        return started;
      }
      started.stop();
      if (attempt == 4) {
        throw new AssertionError("MariaDB does not start:\n" + Files.readString(log));
      }
    }
  }

  /** Awaits the line that says so, or the end of the process. */
  private boolean becomesReady(Path log) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (System.nanoTime() < deadline) {
      if (Files.readString(log).contains("ready for connections")) {
        return true;
      }
      if (process.waitFor(50, TimeUnit.MILLISECONDS)) {
        return false;
      }
    }
    return false;
  }

  /** Servers are in directories that a user's PATH may lack. */
  private static Optional<Path> program(String name) {
    List<String> places = new ArrayList<>(List.of("/usr/sbin", "/usr/bin", "/usr/local/bin"));
    String path = System.getenv("PATH");
    if (path != null) {
      places.addAll(List.of(path.split(":", -1)));
    }
    return places.stream()
        .map(place -> Path.of(place, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static List<String> asServer(String... command) {
    List<String> all = new ArrayList<>(List.of(command));
    if (isRoot()) {
      all.add("--user=nobody");
    }
    return all;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void run(Path directory, List<String> command) throws Exception {
    Path log = directory.resolve("install.log");
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (!process.waitFor(120, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new AssertionError(String.join(" ", command) + " failed:\n" + Files.readString(log));
    }
  }

  private void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private void stop() throws Exception {
    process.destroy(); // SIGTERM ends it in order
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      kill();
      process.waitFor(10, TimeUnit.SECONDS);
    }
    Runtime.getRuntime().removeShutdownHook(atExit);
  }

  void close() throws Exception {
    stop();
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path each, IOException problem)
              throws IOException {
            Files.delete(each);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
