package io.skein.plugin.jdkhttp;

import io.skein.api.Component;
import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;
import io.skein.testing.http.HttpClientApp;
import io.skein.testing.http.HttpClientContract;

/** {@code HttpClient.send} keeps the contract. */
@InEveryJvm
class HttpClientSendTest extends HttpClientContract {
  HttpClientSendTest(TracedJvm jvm) {
    super(jvm, jvm.app(HttpClientApp.class, SendApp.class), Component.JDK_HTTP);
  }
}
