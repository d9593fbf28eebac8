package io.skein.demo.shop;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

/** The service that shoppers talk to. It has no database; it asks the other two. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
@Import({StorefrontController.class, Health.class})
class Storefront {
  @Bean
  Peers peers(Environment environment) {
    return new Peers(
        client(environment.getRequiredProperty("shop.inventory")),
        client(environment.getRequiredProperty("shop.payment")));
  }

  @Bean
  ExecutorService workers() {
    AtomicInteger count = new AtomicInteger();
    return Executors.newFixedThreadPool(
        8, work -> new Thread(work, "storefront-worker-" + count.incrementAndGet()));
  }

  private static RestClient client(String baseUrl) {
    HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(30)).build();
    JdkClientHttpRequestFactory requests = new JdkClientHttpRequestFactory(http);
    // Longer than any shopper waits: on a busy machine the demo is slow, not wrong.
    requests.setReadTimeout(Duration.ofMinutes(1));
    return RestClient.builder().baseUrl(baseUrl).requestFactory(requests).build();
  }

  /** The services that the storefront asks. */
  record Peers(RestClient inventory, RestClient payment) {}
}
