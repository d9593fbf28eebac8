package io.skein.plugin.jetty;

import io.skein.api.Component;
import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;
import io.skein.testing.servlet.ServletContainerContract;

@InEveryJvm(libraries = {"jetty12-oldest", "jetty12-newest"})
class JettyTest extends ServletContainerContract {
  JettyTest(TracedJvm jvm) {
    super(jvm, JettyApp.class, Component.JETTY_SERVER);
  }
}
