package io.skein.plugin.springrest;

import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;

@InEveryJvm(
    libraries = {"spring-6-restclient", "spring-6-newest", "spring-7-oldest", "spring-7-newest"})
class RestClientCallsTest extends SpringCallsContract {
  RestClientCallsTest(TracedJvm jvm) {
    super(jvm, RestClientCallsApp.class);
  }
}
