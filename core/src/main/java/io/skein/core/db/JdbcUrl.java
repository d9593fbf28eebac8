package io.skein.core.db;

import io.skein.api.Component;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The database behind a JDBC connection, as far as the URL tells. Immutable.
 *
 * <p>Nothing here ever comes from the parts of a URL where passwords stand: the user info, the
 * properties and the query are cut off before anything is looked at.
 */
public final class JdbcUrl {
  static final JdbcUrl UNKNOWN =
      new JdbcUrl("Unknown", Component.UNKNOWN, List.of(), null, "unknown");

  private final String type;
  private final Component component;
  private final String peer;
  private final @Nullable String database;

  /**
   * A database.
   *
   * @param hosts {@code host:port} each
   * @param place what to call it when it has no host: it lives in this process, or who knows where
   */
  JdbcUrl(
      String type,
      Component component,
      List<String> hosts,
      @Nullable String database,
      String place) {
    this.type = type;
    this.component = component;
    String whole = hosts.isEmpty() ? place : String.join(",", hosts);
    this.peer = whole.isEmpty() ? "unknown" : whole;
    this.database = database == null || database.isEmpty() ? null : database;
  }

  /** Never throws; what cannot be read is unknown. */
  public static JdbcUrl parse(@Nullable String url) {
    return url == null ? UNKNOWN : new JdbcUrlParser(url).parse();
  }

  /**
   * The kind of database as SkyWalking names it: {@code Mysql}, {@code PostgreSQL}, {@code H2} ...
   */
  public String type() {
    return type;
  }

  public Component component() {
    return component;
  }

  /**
   * {@code host:port}, several joined by commas. For a database inside this process the place it
   * lives at, such as {@code mem:orders}: a call to nowhere would vanish from every map of
   * services.
   */
  public String peer() {
    return peer;
  }

  /** The database's name; null when the URL does not say it. */
  public @Nullable String database() {
    return database;
  }

  String operation(String kind, String method) {
    return type + "/JDBC/" + kind + "/" + method;
  }

  @Override
  public String toString() {
    return type + " " + peer + "/" + database;
  }
}
