package io.skein.plugin.jdbc;

import io.skein.api.Component;
import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A real PostgreSQL server, started for this class. */
@InEveryJvm(libraries = {"postgresql-oldest", "postgresql-newest"})
class PostgresqlTest extends JdbcContract {
  private static DatabaseServer server;

  PostgresqlTest(TracedJvm jvm) {
    super(jvm, "PostgreSQL", Component.POSTGRESQL);
  }

  @BeforeAll
  static void startServer() throws Exception {
    server = PostgresqlServer.start();
  }

  @AfterAll
  static void stopServer() throws Exception {
    if (server != null) {
      server.close();
    }
  }

  @Override
  boolean closedStatementKnowsItsConnection() {
    return true;
  }

  @Override
  String url() {
    return "jdbc:postgresql://" + peer() + "/postgres?loggerLevel=OFF";
  }

  @Override
  String user() {
    return PostgresqlServer.USER;
  }

  @Override
  String peer() {
    return "127.0.0.1:" + server.port();
  }

  @Override
  String database() {
    return "postgres";
  }
}
