package io.skein.plugin.springrest;

import io.skein.api.Component;
import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;
import io.skein.testing.http.HttpClientApp;
import io.skein.testing.http.HttpClientContract;

/** {@code RestTemplate} keeps the contract. */
@InEveryJvm(
    libraries = {"spring-6-oldest", "spring-6-newest", "spring-7-oldest", "spring-7-newest"})
class RestTemplateTest extends HttpClientContract {
  RestTemplateTest(TracedJvm jvm) {
    super(jvm, jvm.app(HttpClientApp.class, RestTemplateApp.class), Component.SPRING_REST_TEMPLATE);
  }
}
