package io.skein.plugin.jdkhttp;

import io.skein.api.Component;
import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;
import io.skein.testing.http.HttpClientApp;
import io.skein.testing.http.HttpClientContract;

/** {@code HttpClient.sendAsync} keeps the contract. */
@InEveryJvm
class HttpClientSendAsyncTest extends HttpClientContract {
  HttpClientSendAsyncTest(TracedJvm jvm) {
    super(jvm, jvm.app(HttpClientApp.class, SendAsyncApp.class), Component.JDK_HTTP);
  }
}
