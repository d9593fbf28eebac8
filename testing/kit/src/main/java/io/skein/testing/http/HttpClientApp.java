package io.skein.testing.http;

import java.util.Map;

/** An application that calls others over HTTP. */
public interface HttpClientApp {
  /**
   * Sends a request inside the entry span {@code request}.
   *
   * @return the status, a blank and the body; or {@code threw}, a blank and the exception's class
   */
  String inRequest(String method, String url, Map<String, String> headers, String body)
      throws Exception;

  /** The same outside of any trace. */
  String outside(String method, String url, Map<String, String> headers, String body)
      throws Exception;
}
