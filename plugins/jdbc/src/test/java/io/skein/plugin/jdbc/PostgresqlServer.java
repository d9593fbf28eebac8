package io.skein.plugin.jdbc;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
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
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A PostgreSQL server with a data directory of its own, for the time of a test.
 *
 * <p>The server refuses to run as root; a root user (of a container, say) lends it the account
 * {@code postgres} that Debian's package makes.
 */
final class PostgresqlServer {
  static final String USER = "skein";

  private static final String SKIP = "skein.test.postgres";

  private final Path directory;
  private final Process process;
  private final int port;
  private final Thread atExit;

  private PostgresqlServer(Path directory, Process process, int port) {
    this.directory = directory;
    this.process = process;
    this.port = port;
    this.atExit = new Thread(this::kill, "postgresql-kill");
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  int port() {
    return port;
  }

  static PostgresqlServer start() throws Exception {
    assumeThat(System.getProperty(SKIP)).as("-D" + SKIP).isNotEqualTo("skip");
    Path programs =
        programs()
            .orElseThrow(
                () ->
                    new AssertionError(
                        "no PostgreSQL server found under /usr/lib/postgresql or on the PATH:"
                            + " install it (Debian: apt-get install postgresql),"
                            + " or leave these tests out with -D"
                            + SKIP
                            + "=skip"));
    Path directory = Files.createTempDirectory("skein-postgresql-");
    Path data = Files.createDirectory(directory.resolve("data"));
    if (isRoot()) {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
      run(directory, List.of("chown", "postgres", data.toString()));
    }
    run(
        directory,
        asServer(
            programs.resolve("initdb").toString(),
            "--pgdata=" + data,
            "--username=" + USER,
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync"));
    // Between asking for a free port and taking it, somebody else may take it.
    for (int attempt = 0; ; attempt++) {
      int port = freePort();
      Path log = directory.resolve("server-" + attempt + ".log");
      Process process =
          new ProcessBuilder(
                  asServer(
                      programs.resolve("postgres").toString(),
                      "-D",
                      data.toString(),
                      "-p",
                      Integer.toString(port),
                      "-c",
                      "listen_addresses=127.0.0.1",
                      "-c",
                      "unix_socket_directories=",
                      "-c",
                      "fsync=off"))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      PostgresqlServer server = new PostgresqlServer(directory, process, port);
      if (server.becomesReady(log)) {
        return server;
      }
      server.stop();
      if (attempt == 4) {
        throw new AssertionError("PostgreSQL does not start:\n" + Files.readString(log));
      }
    }
  }

  /** Awaits the line that says so, or the end of the process. */
  private boolean becomesReady(Path log) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (System.nanoTime() < deadline) {
      if (Files.readString(log).contains("ready to accept connections")) {
        return true;
      }
      if (process.waitFor(50, TimeUnit.MILLISECONDS)) {
        return false;
      }
    }
    return false;
  }

  private static Optional<Path> programs() throws IOException {
    List<Path> candidates = new ArrayList<>();
    Path debian = Path.of("/usr/lib/postgresql");
    if (Files.isDirectory(debian)) {
      try (Stream<Path> versions = Files.list(debian)) {
        versions
            .sorted(Comparator.comparing(Path::toString).reversed())
            .forEach(version -> candidates.add(version.resolve("bin")));
      }
    }
    String path = System.getenv("PATH");
    for (String each : path == null ? new String[0] : path.split(":", -1)) {
      candidates.add(Path.of(each));
    }
    return candidates.stream()
        .filter(
            each ->
                Files.isExecutable(each.resolve("initdb"))
                    && Files.isExecutable(each.resolve("postgres")))
        .findFirst();
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static List<String> asServer(String... command) {
    List<String> all = new ArrayList<>();
    if (isRoot()) {
      all.addAll(
          List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"));
    }
    all.addAll(List.of(command));
    return all;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void run(Path directory, List<String> command) throws Exception {
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    StringBuilder output = new StringBuilder();
    try (BufferedReader reader = process.inputReader()) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        output.append(line).append('\n');
      }
    }
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new AssertionError(String.join(" ", command) + " failed:\n" + output);
    }
  }

  private void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private void stop() throws Exception {
    process.destroy(); // SIGTERM: no new connections, and the end when the last client has gone
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
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
