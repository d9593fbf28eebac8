package io.skein.plugin.tomcat;

import io.skein.api.Component;
import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;
import io.skein.testing.servlet.ServletContainerContract;

@InEveryJvm(
    libraries = {
      "tomcat9-oldest",
      "tomcat9-newest",
      "tomcat10-oldest",
      "tomcat10-newest",
      "tomcat11-oldest",
      "tomcat11-newest"
    })
class TomcatTest extends ServletContainerContract {
  TomcatTest(TracedJvm jvm) {
    super(jvm, TomcatApp.class, Component.TOMCAT);
  }
}
