package io.skein.plugin.springrest;

import io.skein.api.Component;
import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;
import io.skein.testing.http.HttpClientApp;
import io.skein.testing.http.HttpClientContract;

/** {@code RestClient} keeps the contract; it came with Spring 6.1. */
@InEveryJvm(
    libraries = {"spring-6-restclient", "spring-6-newest", "spring-7-oldest", "spring-7-newest"})
class RestClientTest extends HttpClientContract {
  RestClientTest(TracedJvm jvm) {
    super(jvm, jvm.app(HttpClientApp.class, RestClientApp.class), Component.SPRING_REST_TEMPLATE);
  }
}
