package io.skein.plugin.springrest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skein.testing.http.HttpClientCalls;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import org.springframework.http.HttpMethod;
import org.springframework.http.RequestEntity;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.client.DefaultResponseErrorHandler;
import org.springframework.web.client.RestTemplate;

/** Calls with {@code RestTemplate} on the JDK's {@code HttpURLConnection}. */
public class RestTemplateApp extends HttpClientCalls {
  final RestTemplate template = template();

  RestTemplate template() {
    RestTemplate template = new RestTemplate();
    template.setErrorHandler(
        new DefaultResponseErrorHandler() {
          @Override
          public boolean hasError(ClientHttpResponse response) throws IOException {
            return false;
          }
        });
    return template;
  }

  @Override
  protected String exchange(String method, String url, Map<String, String> headers, String body) {
    RequestEntity.BodyBuilder request =
        RequestEntity.method(HttpMethod.valueOf(method), URI.create(url));
    headers.forEach(request::header);
    ResponseEntity<byte[]> response =
        template.exchange(
            body.isEmpty() ? request.build() : request.body(body.getBytes(UTF_8)), byte[].class);
    byte[] answer = response.getBody();
    return response.getStatusCode().value()
        + " "
        + (answer == null ? "" : new String(answer, UTF_8));
  }
}
