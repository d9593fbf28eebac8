package io.skein.plugin.jdbc;

import io.skein.api.Component;
import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;

/** MariaDB's own driver. */
@InEveryJvm(libraries = {"mariadb-oldest", "mariadb-newest"})
class MariadbTest extends MariadbContract {
  MariadbTest(TracedJvm jvm) {
    super(jvm, "Mariadb", Component.MARIADB);
  }

  @Override
  String url() {
    return "jdbc:mariadb://" + peer() + "/" + database() + "?sslMode=disable";
  }
}
