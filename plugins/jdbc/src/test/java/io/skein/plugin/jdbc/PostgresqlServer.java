package io.skein.plugin.jdbc;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Starts a PostgreSQL server.
 *
 * <p>The server refuses to run as root; a root user (of a container, say) lends it the account
 * {@code postgres} that Debian's package makes.
 */
final class PostgresqlServer {
  static final String USER = "skein";

  private static final String SKIP = "skein.test.postgres";

  private PostgresqlServer() {}

  static DatabaseServer start() throws Exception {
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
    if (DatabaseServer.isRoot()) {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
      DatabaseServer.prepare(directory, List.of("chown", "postgres", data.toString()));
    }
    DatabaseServer.prepare(
        directory,
        asServer(
            programs.resolve("initdb").toString(),
            "--pgdata=" + data,
            "--username=" + USER,
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync"));
    return DatabaseServer.start(
        directory,
        port ->
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
                "fsync=off"),
        "ready to accept connections");
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

  private static List<String> asServer(String... command) {
    List<String> all = new ArrayList<>();
    if (DatabaseServer.isRoot()) {
      all.addAll(
          List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"));
    }
    all.addAll(List.of(command));
    return all;
  }
}
