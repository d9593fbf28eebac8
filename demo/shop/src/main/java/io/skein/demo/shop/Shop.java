package io.skein.demo.shop;

import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;

/** Starts one of the shop's three services in this JVM: the one its only argument names. */
public final class Shop {
  private static final Map<String, Class<?>> SERVICES =
      Map.of(
          "storefront", Storefront.class, "inventory", Inventory.class, "payment", Payment.class);

  private Shop() {}

  public static void main(String[] arguments) {
    if (arguments.length != 1 || !SERVICES.containsKey(arguments[0])) {
      System.err.println("usage: java -jar skein-demo-shop.jar storefront|inventory|payment");
      System.exit(2);
    }
    if ("stdin".equals(System.getenv("SHOP_LIFELINE"))) {
      Lifeline.holdOnTo(System.in);
    }
    start(arguments[0], Map.of());
  }

  /** Settings given here lose against environment variables, as any default of Spring Boot's. */
  static ConfigurableApplicationContext start(String service, Map<String, Object> settings) {
    Class<?> configuration = SERVICES.get(service);
    if (configuration == null) {
      throw new IllegalArgumentException("no service is called " + service);
    }
    SpringApplication application =
        new SpringApplicationBuilder(configuration)
            .properties(Map.of("shop.service", service))
            .properties(settings)
            .build();
    // The launcher waits for this line. Asking a health endpoint instead would be a traced request
    // that no shopper made, and the demo claims as many traces as requests.
    application.addListeners(
        (ApplicationListener<ApplicationReadyEvent>)
            event ->
                System.out.println(
                    "shop: "
                        + service
                        + " listens on port "
                        + event
                            .getApplicationContext()
                            .getEnvironment()
                            .getProperty("local.server.port")));
    return application.run();
  }
}
