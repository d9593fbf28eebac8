package io.skein.plugin.jdbc;

import io.skein.api.Component;
import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;

/** H2 inside the application. */
@InEveryJvm(libraries = {"h2-oldest", "h2-newest"})
class H2Test extends JdbcContract {
  H2Test(TracedJvm jvm) {
    super(jvm, "H2", Component.H2);
  }

  @Override
  String url() {
    return "jdbc:h2:mem:shop;DB_CLOSE_DELAY=-1";
  }

  @Override
  String user() {
    return "sa";
  }

  @Override
  String peer() {
    return "mem:shop";
  }

  @Override
  String database() {
    return "shop";
  }
}
