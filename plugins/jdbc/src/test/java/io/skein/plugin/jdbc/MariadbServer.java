package io.skein.plugin.jdbc;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Starts a MariaDB server with the database {@code test}. Where none is installed, the tests are
 * skipped.
 *
 * <p>A root user (of a container, say) has it run as {@code nobody}.
 */
final class MariadbServer {
  static final String USER = "root";
  static final String DATABASE = "test";

  /** A stored function, since the drivers do not take the server's own for callable. */
  static final String FUNCTION = "absolute";

  private MariadbServer() {}

  static DatabaseServer start() throws Exception {
    Optional<Path> server = program("mariadbd");
    Optional<Path> installer = program("mariadb-install-db");
    assumeThat(server.isPresent() && installer.isPresent())
        .as(
            "a MariaDB server is installed (Debian: apt-get install mariadb-server-core mariadb-client-core)")
        .isTrue();
    Path directory = Files.createTempDirectory("skein-mariadb-");
    Path data = directory.resolve("data");
    if (DatabaseServer.isRoot()) {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    }
    DatabaseServer.prepare(
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
    return DatabaseServer.start(
        directory,
        port ->
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
                "--init-file=" + first),
        "ready for connections");
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

  private static List<String> asServer(String... command) {
    List<String> all = new ArrayList<>(List.of(command));
    if (DatabaseServer.isRoot()) {
      all.add("--user=nobody");
    }
    return all;
  }
}
