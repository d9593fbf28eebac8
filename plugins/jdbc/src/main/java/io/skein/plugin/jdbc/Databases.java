package io.skein.plugin.jdbc;

import io.skein.agent.plugin.Tracing;
import io.skein.agent.plugin.WeakIdentityMap;
import io.skein.api.Span;
import io.skein.core.Tracer;
import io.skein.core.db.DatabaseHandler;
import io.skein.core.db.JdbcUrl;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Knows which database a connection leads to. */
final class Databases {
  static final Tracer TRACER = Tracing.tracer();
  static final DatabaseHandler HANDLER = new DatabaseHandler(TRACER);

  /** More connections than an application can have open, wrappers included. */
  private static final int MAX_CONNECTIONS = 100_000;

  /**
   * Whether calls outside of any trace begin one. An application without a server has nothing else;
   * one with a server may want its traces to be requests only.
   */
  private static final boolean OUTSIDE_OF_TRACES =
      Tracing.settings().enabled("plugin.jdbc.outside_of_traces", true);

  private static final WeakIdentityMap<Connection, JdbcUrl> KNOWN =
      new WeakIdentityMap<>(MAX_CONNECTIONS);

  private Databases() {}

  /**
   * A driver opened a connection. A URL that says nothing of a database is that of a driver around
   * another driver; its connection is asked later, see {@link #of}.
   */
  static void connected(@Nullable Connection connection, @Nullable String url) {
    if (connection != null && url != null) {
      JdbcUrl database = HANDLER.database(url);
      if (isKnown(database)) {
        KNOWN.put(connection, database);
      }
    }
  }

  /**
   * Returns where a connection leads to. One that came out of a data source was not seen by {@link
   * #connected}; it is asked once for its URL, which it knows without asking the server.
   */
  static JdbcUrl of(Connection connection) {
    JdbcUrl known = KNOWN.get(connection);
    if (known != null) {
      return known;
    }
    JdbcUrl asked = HANDLER.database(url(connection));
    KNOWN.put(connection, asked);
    return asked;
  }

  private static @Nullable String url(Connection connection) {
    try {
      DatabaseMetaData facts = connection.getMetaData();
      return facts == null ? null : facts.getURL();
    } catch (SQLException closed) {
      return null;
    }
  }

  private static boolean isKnown(JdbcUrl database) {
    return !database.type().equals(HANDLER.database(null).type());
  }

  static boolean isInTrace() {
    return TRACER.activeSpan() != null || TRACER.traceId() != null;
  }

  static boolean isWanted() {
    return OUTSIDE_OF_TRACES || isInTrace();
  }

  /** A call of the connection itself: on its own, outside of a trace, it tells nothing. */
  static @Nullable Span start(Connection connection, String method) {
    return isInTrace() ? HANDLER.start(of(connection), "Connection", method, null) : null;
  }
}
