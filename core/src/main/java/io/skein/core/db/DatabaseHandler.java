package io.skein.core.db;

import io.skein.api.Layer;
import io.skein.api.Span;
import io.skein.api.Tags;
import io.skein.core.Tracer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A call to a database over JDBC, as an exit span named {@code <Type>/JDBC/<Kind>/<method>}, for
 * instance {@code PostgreSQL/JDBC/PreparedStatement/executeQuery}.
 *
 * <pre>
 *   JdbcUrl database = handler.database(connection's URL);       // once per connection, or each time
 *   Span span = handler.start(database, "Statement", "execute", sql);
 *   ... the driver works ...
 *   handler.finish(span, error);
 * </pre>
 */
public final class DatabaseHandler {
  /** SkyWalking's limit for a statement; what is cut off is marked. */
  static final int MAX_STATEMENT = 2048;

  /** More URLs than any application has; one that makes them up must not fill the memory. */
  private static final int MAX_CACHED = 1000;

  private final Tracer tracer;
  private final Map<String, JdbcUrl> databases = new ConcurrentHashMap<>();

  public DatabaseHandler(Tracer tracer) {
    this.tracer = tracer;
  }

  /** What a JDBC URL tells; the answers are remembered. Never null, whatever the URL. */
  public JdbcUrl database(@Nullable String url) {
    if (url == null) {
      return JdbcUrl.UNKNOWN;
    }
    JdbcUrl known = databases.get(url);
    if (known != null) {
      return known;
    }
    JdbcUrl parsed = JdbcUrl.parse(url);
    if (databases.size() < MAX_CACHED) {
      databases.put(url, parsed);
    }
    return parsed;
  }

  /**
   * A call begins.
   *
   * @param kind {@code Statement}, {@code PreparedStatement}, {@code CallableStatement} or {@code
   *     Connection}
   * @param statement the SQL, where there is one
   */
  public Span start(JdbcUrl database, String kind, String method, @Nullable String statement) {
    Span span = tracer.startExit(database.operation(kind, method), database.peer());
    if (span.recording()) {
      span.component(database.component()).layer(Layer.DATABASE);
      span.tag(Tags.DB_TYPE, database.type());
      span.tag(Tags.DB_INSTANCE, database.database());
      if (statement != null && !statement.isEmpty()) {
        span.tag(Tags.DB_STATEMENT, cut(statement));
      }
    }
    return span;
  }

  public void finish(@Nullable Span span, @Nullable Throwable error) {
    if (span != null) {
      span.end(error);
    }
  }

  static String cut(String statement) {
    if (statement.length() <= MAX_STATEMENT) {
      return statement;
    }
    int end = MAX_STATEMENT;
    if (Character.isHighSurrogate(statement.charAt(end - 1))) {
      end--;
    }
    return statement.substring(0, end) + "...";
  }
}
