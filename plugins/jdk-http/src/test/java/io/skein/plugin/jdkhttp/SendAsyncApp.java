package io.skein.plugin.jdkhttp;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** Calls with {@code HttpClient.sendAsync}. */
public final class SendAsyncApp extends SendApp {
  @Override
  HttpResponse<String> send(HttpRequest request) throws Exception {
    try {
      return client
          .sendAsync(request, HttpResponse.BodyHandlers.ofString())
          .get(20, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw (Exception) e.getCause();
    }
  }
}
