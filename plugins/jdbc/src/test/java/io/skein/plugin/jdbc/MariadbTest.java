package io.skein.plugin.jdbc;

import io.skein.api.Component;
import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A real MariaDB server, started for this class, by its own driver. */
@InEveryJvm(libraries = {"mariadb-oldest", "mariadb-newest"})
class MariadbTest extends JdbcContract {
  private static MariadbServer server;

  MariadbTest(TracedJvm jvm) {
    super(jvm, "Mariadb", Component.MARIADB);
  }

  @BeforeAll
  static void startServer() throws Exception {
    server = MariadbServer.start();
  }

  @AfterAll
  static void stopServer() throws Exception {
    if (server != null) {
      server.close();
    }
  }

  @Override
  String function() {
    return MariadbServer.FUNCTION;
  }

  @Override
  boolean commitsWhenItGoesBackToAutoCommit() {
    return false; // the server does
  }

  @Override
  String url() {
    return "jdbc:mariadb://" + peer() + "/" + database() + "?sslMode=disable";
  }

  @Override
  String user() {
    return MariadbServer.USER;
  }

  @Override
  String peer() {
    return "127.0.0.1:" + server.port();
  }

  @Override
  String database() {
    return MariadbServer.DATABASE;
  }
}
