package io.skein.api;

import org.jspecify.annotations.Nullable;

/**
 * The library or framework that a span stands for, by SkyWalking's registered number.
 *
 * <p>Only the number travels; the name is for people who read code, tests and logs. Take a
 * constant, {@link #byId} or {@link #byName} for others of SkyWalking's {@code
 * component-libraries.yml}, or {@link #of(int, String)} for a number that is not in it yet.
 * Immutable; two components are equal when their numbers are.
 */
public final class Component {
  public static final Component UNKNOWN = of(0, "Unknown");
  public static final Component TOMCAT = of(1, "Tomcat");
  public static final Component HTTP_CLIENT = of(2, "HttpClient");
  public static final Component DUBBO = of(3, "Dubbo");
  public static final Component MONGODB = of(9, "MongoDB");
  public static final Component FEIGN = of(11, "Feign");
  public static final Component OK_HTTP = of(12, "OKHttp");
  public static final Component SPRING_REST_TEMPLATE = of(13, "SpringRestTemplate");
  public static final Component SPRING_MVC = of(14, "SpringMVC");
  public static final Component JETTY_CLIENT = of(18, "JettyClient");
  public static final Component JETTY_SERVER = of(19, "JettyServer");
  public static final Component GRPC = of(23, "GRPC");
  public static final Component JEDIS = of(30, "Jedis");
  public static final Component H2 = of(32, "h2-jdbc-driver");
  public static final Component MYSQL = of(33, "mysql-connector-java");
  public static final Component ORACLE = of(34, "ojdbc");
  public static final Component POSTGRESQL = of(37, "postgresql-jdbc-driver");
  public static final Component KAFKA_PRODUCER = of(40, "kafka-producer");
  public static final Component KAFKA_CONSUMER = of(41, "kafka-consumer");
  public static final Component HTTP = of(49, "http");
  public static final Component RABBITMQ_PRODUCER = of(52, "rabbitmq-producer");
  public static final Component RABBITMQ_CONSUMER = of(53, "rabbitmq-consumer");
  public static final Component REDISSON = of(56, "Redisson");
  public static final Component LETTUCE = of(57, "Lettuce");
  public static final Component SPRING_ASYNC = of(65, "SpringAsync");

  /** The JDK's own HTTP clients, both of them. */
  public static final Component JDK_HTTP = of(66, "JdkHttp");

  public static final Component SPRING_WEBFLUX = of(67, "spring-webflux");
  public static final Component JDK_THREADING = of(80, "JdkThreading");
  public static final Component UNDERTOW = of(84, "Undertow");
  public static final Component MARIADB = of(87, "mariadb-jdbc");
  public static final Component SPRING_SCHEDULED = of(96, "SpringScheduled");
  public static final Component SPRING_WEB_CLIENT = of(99, "spring-webflux-webclient");
  public static final Component DBCP = of(103, "dbcp");
  public static final Component MSSQL = of(104, "mssql-jdbc-driver");
  public static final Component DRUID = of(115, "AlibabaDruid");
  public static final Component HIKARI_CP = of(116, "HikariCP");
  public static final Component CLICK_HOUSE = of(119, "ClickHouse-jdbc-driver");
  public static final Component C3P0 = of(152, "c3p0");
  public static final Component DERBY = of(153, "Derby-jdbc-driver");
  public static final Component SQLITE = of(154, "Sqlite-jdbc-driver");
  public static final Component DB2 = of(155, "Db2-jdbc-driver");
  public static final Component SYBASE = of(156, "Sybase-jdbc-driver");
  public static final Component OCEAN_BASE = of(157, "OceanBase-jdbc-driver");
  public static final Component THREAD_PER_TASK_EXECUTOR = of(161, "ThreadPerTask-executor");

  private final int id;
  private final String name;

  private Component(int id, String name) {
    this.id = id;
    this.name = name;
  }

  /** A component that has no constant here. */
  public static Component of(int id, @Nullable String name) {
    return new Component(id, name == null ? "" : name);
  }

  /** The component with this number in SkyWalking's registry; any other number keeps its number. */
  public static Component byId(int id) {
    Component known = ComponentCatalogue.byId(id);
    return known == null ? of(id, "Component" + id) : known;
  }

  /**
   * The component with this name, in any case, or with this number, in digits; {@link #UNKNOWN} for
   * anything else.
   */
  public static Component byName(@Nullable String nameOrNumber) {
    if (nameOrNumber == null) {
      return UNKNOWN;
    }
    Component known = ComponentCatalogue.byName(nameOrNumber);
    if (known != null) {
      return known;
    }
    String text = nameOrNumber.trim();
    return text.matches("[0-9]{1,9}") ? byId(Integer.parseInt(text)) : UNKNOWN;
  }

  /** The registered number; 0 is unknown. */
  public int id() {
    return id;
  }

  public String name() {
    return name;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Component component && component.id == id;
  }

  @Override
  public int hashCode() {
    return id;
  }

  @Override
  public String toString() {
    return name + "(" + id + ")";
  }
}
