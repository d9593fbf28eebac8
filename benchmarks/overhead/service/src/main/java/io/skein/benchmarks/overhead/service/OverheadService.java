package io.skein.benchmarks.overhead.service;

import java.net.http.HttpClient;
import java.time.Duration;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

/** Spring MVC on Tomcat, H2 behind HikariCP, the JDK's HTTP client behind a RestClient. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(WorkController.class)
public class OverheadService {
  public static void main(String[] arguments) {
    Statistics.answerTheHarness();
    SpringApplication.run(OverheadService.class, arguments);
  }

  @Bean
  RestClient prices(Environment environment) {
    // Without the version each request would carry an offer to upgrade, which the answering side
    // ignores.
    HttpClient http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    JdkClientHttpRequestFactory requests = new JdkClientHttpRequestFactory(http);
    requests.setReadTimeout(Duration.ofSeconds(30));
    return RestClient.builder()
        .baseUrl(environment.getRequiredProperty("overhead.downstream"))
        .requestFactory(requests)
        .build();
  }
}
