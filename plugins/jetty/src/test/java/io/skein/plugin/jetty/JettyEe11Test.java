package io.skein.plugin.jetty;

import io.skein.api.Component;
import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;
import io.skein.testing.servlet.ServletContainerContract;

/** The environment that Jetty 12.1 has added. */
@InEveryJvm(libraries = {"jetty12-newest-ee11"})
class JettyEe11Test extends ServletContainerContract {
  JettyEe11Test(TracedJvm jvm) {
    super(jvm, JettyEe11App.class, Component.JETTY_SERVER);
  }
}
