package io.skein.plugin.jdbc;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/**
 * A database's server in a process of its own, with a directory that goes with it, for the time of
 * a test. It ends with the test's JVM even when nobody closes it.
 */
final class DatabaseServer {
  private static final int ATTEMPTS = 5;

  private final Path directory;
  private final Process process;
  private final int port;
  private final Thread atExit;

  private DatabaseServer(Path directory, Process process, int port) {
    this.directory = directory;
    this.process = process;
    this.port = port;
    this.atExit = new Thread(this::kill, "database-kill");
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  int port() {
    return port;
  }

  /**
   * Starts a server and waits until it takes connections.
   *
   * @param directory becomes the server's: it is deleted with it
   * @param command starts the server on a port
   * @param ready what the server's log says when it is
   */
  static DatabaseServer start(Path directory, IntFunction<List<String>> command, String ready)
      throws Exception {
    // Between asking for a free port and taking it, somebody else may take it.
    for (int attempt = 1; ; attempt++) {
      int port = freePort();
      Path log = directory.resolve("server-" + attempt + ".log");
      Process process = process(command.apply(port), directory, log);
      DatabaseServer started = new DatabaseServer(directory, process, port);
      if (started.becomesReady(log, ready)) {
        return started;
      }
      started.stop();
      if (attempt == ATTEMPTS) {
        throw new AssertionError("the database does not start:\n" + Files.readString(log));
      }
    }
  }

  /** Runs a command that makes the directory ready for the server, to its end. */
  static void prepare(Path directory, List<String> command) throws Exception {
    Path log = directory.resolve("prepare.log");
    Process process = process(command, directory, log);
    if (!process.waitFor(120, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new AssertionError(String.join(" ", command) + " failed:\n" + Files.readString(log));
    }
  }

  private static Process process(List<String> command, Path directory, Path log)
      throws IOException {
    return new ProcessBuilder(command)
        .directory(directory.toFile())
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  /** Databases refuse to run as root, which the user of a container is. */
  static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  /** Awaits the line that says so, or the end of the process. */
  private boolean becomesReady(Path log, String ready) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (System.nanoTime() < deadline) {
      if (Files.readString(log).contains(ready)) {
        return true;
      }
      if (process.waitFor(50, TimeUnit.MILLISECONDS)) {
        return false;
      }
    }
    return false;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private void stop() throws Exception {
    process.destroy(); // SIGTERM ends it in order, PostgreSQL when the last client has gone
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
