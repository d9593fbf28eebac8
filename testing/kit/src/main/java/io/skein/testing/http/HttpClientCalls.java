package io.skein.testing.http;

import io.skein.testing.app.Probe;
import java.util.Map;

/** What every {@link HttpClientApp} has in common; it names nothing but the JDK. */
public abstract class HttpClientCalls implements HttpClientApp {
  /** Sends a request and returns the status, a blank and the body. An empty body is none. */
  protected abstract String exchange(
      String method, String url, Map<String, String> headers, String body) throws Exception;

  @Override
  public final String inRequest(String method, String url, Map<String, String> headers, String body)
      throws Exception {
    return Probe.entry("request", () -> outside(method, url, headers, body));
  }

  @Override
  public final String outside(String method, String url, Map<String, String> headers, String body)
      throws Exception {
    try {
      return exchange(method, url, headers, body);
    } catch (Exception thrown) {
      return "threw " + thrown.getClass().getName();
    }
  }
}
