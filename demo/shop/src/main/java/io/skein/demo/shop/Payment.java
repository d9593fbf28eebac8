package io.skein.demo.shop;

import java.net.http.HttpClient;
import java.time.Duration;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** Takes the money. Asks the inventory with the JDK's own HTTP client. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({PaymentController.class, Health.class})
class Payment {
  @Bean
  HttpClient http() {
    return HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(30)).build();
  }
}
