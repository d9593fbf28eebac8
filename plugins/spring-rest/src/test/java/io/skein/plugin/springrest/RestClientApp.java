package io.skein.plugin.springrest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skein.testing.http.HttpClientCalls;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.Map;
import org.springframework.http.HttpMethod;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

/** Calls with {@code RestClient} on the JDK's {@code HttpClient}. */
public class RestClientApp extends HttpClientCalls {
  final RestClient client =
      RestClient.builder()
          .requestFactory(
              new JdkClientHttpRequestFactory(
                  HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build()))
          .defaultStatusHandler(status -> true, (request, response) -> {})
          .build();

  @Override
  protected String exchange(String method, String url, Map<String, String> headers, String body) {
    RestClient.RequestBodySpec call =
        client
            .method(HttpMethod.valueOf(method))
            .uri(URI.create(url))
            .headers(all -> headers.forEach(all::set));
    if (!body.isEmpty()) {
      call.body(body.getBytes(UTF_8));
    }
    ResponseEntity<byte[]> response = call.retrieve().toEntity(byte[].class);
    byte[] answer = response.getBody();
    return response.getStatusCode().value()
        + " "
        + (answer == null ? "" : new String(answer, UTF_8));
  }
}
