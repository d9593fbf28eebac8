package io.skein.plugin.jdkhttp;

import io.skein.api.Component;
import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;
import io.skein.testing.http.HttpClientApp;
import io.skein.testing.http.HttpClientContract;

/** {@code HttpURLConnection} keeps the contract. */
@InEveryJvm
class HttpUrlConnectionTest extends HttpClientContract {
  HttpUrlConnectionTest(TracedJvm jvm) {
    super(jvm, jvm.app(HttpClientApp.class, UrlConnectionApp.class), Component.JDK_HTTP);
  }
}
