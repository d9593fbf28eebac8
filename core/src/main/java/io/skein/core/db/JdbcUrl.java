package io.skein.core.db;

import io.skein.api.Component;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The database behind a JDBC connection, as far as the URL tells. Immutable.
 *
 * <p>Nothing here ever comes from the parts of a URL where passwords stand: the user info, the
 * properties and the query are cut off before anything is looked at.
 */
public final class JdbcUrl {
  /** More than the methods of JDBC that are traced, in a few loaders' constants each. */
  private static final int MAX_OPERATIONS = 64;

  static final JdbcUrl UNKNOWN =
      new JdbcUrl("Unknown", Component.UNKNOWN, List.of(), null, "unknown");

  private final String type;
  private final Component component;
  private final String peer;
  private final @Nullable String database;

  /** Kind, method, name; kind, method, name ... Replaced as a whole. */
  private volatile String[] operations = {};

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

  /** The name of a call's span; the few that there are of a database are made once. */
  String operation(String kind, String method) {
    String[] known = operations;
    for (int i = 0; i < known.length; i += 3) {
      if (isSame(known[i], kind) && isSame(known[i + 1], method)) {
        return known[i + 2];
      }
    }
    String name = type + "/JDBC/" + kind + "/" + method;
    if (known.length < 3 * MAX_OPERATIONS) {
      String[] more = Arrays.copyOf(known, known.length + 3);
      more[known.length] = kind;
      more[known.length + 1] = method;
      more[known.length + 2] = name;
      operations = more; // of two threads that add at once, one adds again later
    }
    return name;
  }

  @SuppressWarnings("ReferenceEquality") // constants of our advice, and of the woven class
  private static boolean isSame(String one, String other) {
    return one == other;
  }

  @Override
  public String toString() {
    return type + " " + peer + "/" + database;
  }
}
