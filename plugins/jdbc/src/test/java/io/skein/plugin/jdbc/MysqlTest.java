package io.skein.plugin.jdbc;

import io.skein.api.Component;
import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * MySQL's driver, at a real MariaDB server: Debian has no other, and the driver is what is woven.
 */
@InEveryJvm(libraries = {"mysql-oldest", "mysql-newest"})
class MysqlTest extends JdbcContract {
  private static MariadbServer server;

  MysqlTest(TracedJvm jvm) {
    super(jvm, "Mysql", Component.MYSQL);
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

  /** The parameters of the function, and its text. */
  @Override
  List<String> questionsBeforeACall() {
    return List.of("PreparedStatement/executeQuery", "Statement/executeQuery");
  }

  @Override
  boolean commitsWhenItGoesBackToAutoCommit() {
    return false; // the server does
  }

  /** The driver keeps statements that nobody closed until the connection is closed, unless told. */
  @Override
  String url() {
    return "jdbc:mysql://" + peer() + "/" + database() + "?dontTrackOpenResources=true";
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
