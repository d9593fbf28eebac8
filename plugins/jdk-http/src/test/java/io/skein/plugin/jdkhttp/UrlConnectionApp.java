package io.skein.plugin.jdkhttp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skein.testing.http.HttpClientCalls;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.util.Map;

/** Calls with {@code HttpURLConnection}. */
public final class UrlConnectionApp extends HttpClientCalls {
  @Override
  protected String exchange(String method, String url, Map<String, String> headers, String body)
      throws Exception {
    HttpURLConnection connection = (HttpURLConnection) new URL(url).openConnection();
    connection.setRequestMethod(method);
    headers.forEach(connection::setRequestProperty);
    if (!body.isEmpty()) {
      connection.setDoOutput(true);
      try (OutputStream out = connection.getOutputStream()) {
        out.write(body.getBytes(UTF_8));
      }
    }
    return answer(connection);
  }

  static String answer(HttpURLConnection connection) throws IOException {
    int status = connection.getResponseCode();
    try (InputStream in =
        status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
      return status + " " + (in == null ? "" : new String(in.readAllBytes(), UTF_8));
    }
  }
}
