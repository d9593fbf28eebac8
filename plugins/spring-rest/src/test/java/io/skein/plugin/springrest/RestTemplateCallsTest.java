package io.skein.plugin.springrest;

import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;

@InEveryJvm(
    libraries = {"spring-6-oldest", "spring-6-newest", "spring-7-oldest", "spring-7-newest"})
class RestTemplateCallsTest extends SpringCallsContract {
  RestTemplateCallsTest(TracedJvm jvm) {
    super(jvm, RestTemplateCallsApp.class);
  }
}
