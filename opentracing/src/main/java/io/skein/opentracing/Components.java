package io.skein.opentracing;

import io.skein.api.Component;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * SkyWalking's components by the names that OpenTracing's instrumentations give as {@code
 * component}, and by SkyWalking's own names.
 */
final class Components {
  private static final Map<String, Component> BY_NAME =
      Map.ofEntries(
          Map.entry("http", Component.HTTP),
          Map.entry("java-web-servlet", Component.HTTP),
          Map.entry("jaxrs", Component.HTTP),
          Map.entry("tomcat", Component.TOMCAT),
          Map.entry("jetty-server", Component.JETTY_SERVER),
          Map.entry("jettyserver", Component.JETTY_SERVER),
          Map.entry("jetty-client", Component.JETTY_CLIENT),
          Map.entry("jettyclient", Component.JETTY_CLIENT),
          Map.entry("undertow", Component.UNDERTOW),
          Map.entry("java-spring-mvc", Component.SPRING_MVC),
          Map.entry("springmvc", Component.SPRING_MVC),
          Map.entry("java-spring-webflux", Component.SPRING_WEBFLUX),
          Map.entry("spring-webflux", Component.SPRING_WEBFLUX),
          Map.entry("java-spring-rest-template", Component.SPRING_REST_TEMPLATE),
          Map.entry("springresttemplate", Component.SPRING_REST_TEMPLATE),
          Map.entry("java-spring-webclient", Component.SPRING_WEB_CLIENT),
          Map.entry("spring-webflux-webclient", Component.SPRING_WEB_CLIENT),
          Map.entry("spring-async", Component.SPRING_ASYNC),
          Map.entry("springasync", Component.SPRING_ASYNC),
          Map.entry("spring-scheduled", Component.SPRING_SCHEDULED),
          Map.entry("springscheduled", Component.SPRING_SCHEDULED),
          Map.entry("apache-httpclient", Component.HTTP_CLIENT),
          Map.entry("java-httpclient", Component.HTTP_CLIENT),
          Map.entry("httpclient", Component.HTTP_CLIENT),
          Map.entry("okhttp", Component.OK_HTTP),
          Map.entry("java-okhttp", Component.OK_HTTP),
          Map.entry("feign", Component.FEIGN),
          Map.entry("java-http-url-connection", Component.JDK_HTTP),
          Map.entry("jdkhttp", Component.JDK_HTTP),
          Map.entry("grpc", Component.GRPC),
          Map.entry("java-grpc", Component.GRPC),
          Map.entry("dubbo", Component.DUBBO),
          Map.entry("java-mongo", Component.MONGODB),
          Map.entry("mongodb", Component.MONGODB),
          Map.entry("java-redis", Component.JEDIS),
          Map.entry("jedis", Component.JEDIS),
          Map.entry("lettuce", Component.LETTUCE),
          Map.entry("redisson", Component.REDISSON),
          Map.entry("hikaricp", Component.HIKARI_CP),
          Map.entry("h2", Component.H2),
          Map.entry("mysql", Component.MYSQL),
          Map.entry("mariadb", Component.MARIADB),
          Map.entry("postgresql", Component.POSTGRESQL),
          Map.entry("oracle", Component.ORACLE),
          Map.entry("sqlserver", Component.MSSQL));

  /** These do not say which side they are. */
  private static final Map<String, Component[]> BY_SIDE =
      Map.of(
          "kafka", new Component[] {Component.KAFKA_CONSUMER, Component.KAFKA_PRODUCER},
          "java-kafka", new Component[] {Component.KAFKA_CONSUMER, Component.KAFKA_PRODUCER},
          "rabbitmq", new Component[] {Component.RABBITMQ_CONSUMER, Component.RABBITMQ_PRODUCER},
          "java-rabbitmq",
              new Component[] {Component.RABBITMQ_CONSUMER, Component.RABBITMQ_PRODUCER});

  private Components() {}

  /**
   * The component of a name, or null for one that is not in the catalogue.
   *
   * @param sending whether the span sends rather than receives
   * @param database the database's type, which says more than "java-jdbc"
   */
  static @Nullable Component find(
      @Nullable String name, boolean sending, @Nullable String database) {
    if (name == null) {
      return null;
    }
    String key = name.toLowerCase(Locale.ROOT);
    if ((key.equals("java-jdbc") || key.equals("jdbc")) && database != null) {
      return BY_NAME.get(database.toLowerCase(Locale.ROOT));
    }
    Component[] sides = BY_SIDE.get(key);
    return sides == null ? BY_NAME.get(key) : sides[sending ? 1 : 0];
  }
}
