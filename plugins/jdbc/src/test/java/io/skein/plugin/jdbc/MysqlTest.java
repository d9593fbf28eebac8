package io.skein.plugin.jdbc;

import io.skein.api.Component;
import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;
import java.util.List;

/**
 * MySQL's driver, at a real MariaDB server: Debian has no other, and the driver is what is woven.
 */
@InEveryJvm(libraries = {"mysql-oldest", "mysql-newest"})
class MysqlTest extends MariadbContract {
  MysqlTest(TracedJvm jvm) {
    super(jvm, "Mysql", Component.MYSQL);
  }

  /** The parameters of the function, and its text. */
  @Override
  List<String> questionsBeforeACall() {
    return List.of("PreparedStatement/executeQuery", "Statement/executeQuery");
  }

  /** The driver keeps statements that nobody closed until the connection is closed, unless told. */
  @Override
  String url() {
    return "jdbc:mysql://" + peer() + "/" + database() + "?dontTrackOpenResources=true";
  }
}
