package io.skein.plugin.jdbc;

import io.skein.api.Component;
import io.skein.testing.TracedJvm;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A driver at a real MariaDB server, which is started for each class of tests. */
abstract class MariadbContract extends JdbcContract {
  private static DatabaseServer server;

  MariadbContract(TracedJvm jvm, String type, Component component) {
    super(jvm, type, component);
  }

  @BeforeAll
  static void startServer() throws Exception {
    server = MariadbServer.start();
  }

  @AfterAll
  static void stopServer() throws Exception {
    if (server != null) {
      server.close();
      server = null;
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
