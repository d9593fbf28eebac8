package io.skein.plugin.springrest;

import io.skein.testing.app.Probe;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;

/** The application, with {@code RestClient}. */
public final class RestClientCallsApp implements SpringCalls {
  private static String get(RestClient client, String template) throws Exception {
    return Probe.entry(
        "request",
        () ->
            String.valueOf(
                client
                    .get()
                    .uri(template, 7)
                    .retrieve()
                    .toBodilessEntity()
                    .getStatusCode()
                    .value()));
  }

  @Override
  public String template(String url) throws Exception {
    return get(RestClient.create(), url);
  }

  @Override
  public String templateBelowBase(String base, String template) throws Exception {
    return get(RestClient.create(base), template);
  }

  @Override
  public String intercepted(String url, String token) throws Exception {
    RestClient client =
        RestClient.builder()
            .requestInterceptor(
                (request, body, execution) -> {
                  RestClient.create().get().uri(token).retrieve().toBodilessEntity();
                  return execution.execute(request, body);
                })
            .build();
    return get(client, url);
  }

  @Override
  public String failing(String url) throws Exception {
    return Probe.entry(
        "request",
        () -> {
          try {
            return RestClient.create().get().uri(url).retrieve().body(String.class);
          } catch (RestClientException e) {
            return e.getClass().getSimpleName();
          }
        });
  }
}
