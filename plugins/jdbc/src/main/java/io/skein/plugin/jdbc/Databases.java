package io.skein.plugin.jdbc;

import io.skein.agent.plugin.Tracing;
import io.skein.agent.plugin.WeakIdentityMap;
import io.skein.api.Span;
import io.skein.core.Scope;
import io.skein.core.Tracer;
import io.skein.core.db.DatabaseHandler;
import io.skein.core.db.JdbcUrl;
import io.skein.core.db.PoolHandler;
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

  private static final WeakIdentityMap<Connection, Link> KNOWN =
      new WeakIdentityMap<>(MAX_CONNECTIONS);

  private Databases() {}

  /**
   * What is known of a connection. It must not refer to it. As a connection it is used by one
   * thread at a time; another one's view of the flags may be stale, which costs or saves a span.
   */
  static final class Link implements Scope {
    final JdbcUrl database;

    /** Something was executed since the last commit or rollback. */
    boolean used;

    boolean changingAutoCommit;

    Link(JdbcUrl database) {
      this.database = database;
    }

    /** Auto-commit is changed. */
    @Override
    public void close() {
      changingAutoCommit = false;
    }
  }

  /**
   * A driver opened a connection. A URL that says nothing of a database is that of a driver around
   * another driver; its connection is asked later, see {@link #of}.
   */
  static void connected(@Nullable Connection connection, @Nullable String url) {
    if (connection != null && url != null) {
      JdbcUrl database = HANDLER.database(url);
      if (isKnown(database)) {
        KNOWN.put(connection, new Link(database));
      }
    }
  }

  /**
   * Returns where a connection leads to. One that came out of a data source was not seen by {@link
   * #connected}; it is asked once for its URL, which it knows without asking the server.
   */
  private static Link of(Connection connection) {
    Link known = KNOWN.get(connection);
    if (known != null) {
      return known;
    }
    Link asked = new Link(HANDLER.database(url(connection)));
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

  /** Whether a statement is a call of the application's that is to be recorded. */
  static boolean isWanted() {
    return isInTrace() ? !PoolHandler.isTaking() : OUTSIDE_OF_TRACES;
  }

  /**
   * Returns the database that a statement is about to use; null when it is the driver that executes
   * it, to change auto-commit.
   */
  static @Nullable JdbcUrl used(Connection connection) {
    Link link = of(connection);
    if (link.changingAutoCommit) {
      return null;
    }
    link.used = true;
    return link.database;
  }

  /** A call of the connection itself: on its own, outside of a trace, it tells nothing. */
  static @Nullable Span start(Connection connection, String method) {
    return isInTrace() && !PoolHandler.isTaking()
        ? HANDLER.start(of(connection).database, "Connection", method, null)
        : null;
  }

  /** Commits or rolls back. */
  static @Nullable Span startTransactionsEnd(Connection connection, String method) {
    Link link = KNOWN.get(connection);
    if (link != null) {
      boolean used = link.used;
      link.used = false;
      if (link.changingAutoCommit && !used) {
        return null;
      }
    }
    return start(connection, method);
  }

  static Scope changeAutoCommit(Connection connection) {
    Link link = of(connection);
    link.changingAutoCommit = true;
    return link;
  }
}
