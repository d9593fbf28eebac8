package io.skein.plugin.springrest;

import io.skein.testing.app.Probe;
import java.util.Map;
import org.springframework.web.client.RestClientException;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.util.DefaultUriBuilderFactory;

/** The application, with {@code RestTemplate}. */
public final class RestTemplateCallsApp implements SpringCalls {
  private static String get(RestTemplate client, String template) throws Exception {
    return Probe.entry(
        "request",
        () ->
            String.valueOf(
                client
                    .getForEntity(template, String.class, Map.of("id", 7))
                    .getStatusCode()
                    .value()));
  }

  @Override
  public String template(String url) throws Exception {
    return get(new RestTemplate(), url);
  }

  @Override
  public String templateBelowBase(String base, String template) throws Exception {
    RestTemplate client = new RestTemplate();
    client.setUriTemplateHandler(new DefaultUriBuilderFactory(base));
    return get(client, template);
  }

  @Override
  public String intercepted(String url, String token) throws Exception {
    RestTemplate client = new RestTemplate();
    client
        .getInterceptors()
        .add(
            (request, body, execution) -> {
              new RestTemplate().getForEntity(token, String.class);
              return execution.execute(request, body);
            });
    return get(client, url);
  }

  @Override
  public String failing(String url) throws Exception {
    return Probe.entry(
        "request",
        () -> {
          try {
            return new RestTemplate().getForObject(url, String.class);
          } catch (RestClientException e) {
            return e.getClass().getSimpleName();
          }
        });
  }
}
