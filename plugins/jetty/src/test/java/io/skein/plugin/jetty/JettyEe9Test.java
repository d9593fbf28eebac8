package io.skein.plugin.jetty;

import io.skein.api.Component;
import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;
import io.skein.testing.servlet.ServletContainerContract;

/** The environments of older servlets, on Jetty's old core. */
@InEveryJvm(libraries = {"jetty12-oldest-ee9", "jetty12-oldest-ee8"})
class JettyEe9Test extends ServletContainerContract {
  JettyEe9Test(TracedJvm jvm) {
    super(jvm, JettyEe9App.class, Component.JETTY_SERVER);
  }
}
