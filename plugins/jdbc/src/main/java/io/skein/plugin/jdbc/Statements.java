package io.skein.plugin.jdbc;

import io.skein.agent.plugin.WeakIdentityMap;
import io.skein.api.Span;
import io.skein.core.db.JdbcUrl;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * Knows what a statement was prepared from and what is in its batch, without keeping it alive.
 *
 * <p>An entry goes when the statement is closed; for those that nobody closes, when they are
 * collected.
 */
final class Statements {
  private static final int MAX_STATEMENTS = 100_000;

  /** As much of a batch's SQL as a span will show; the handler cuts at 2048. */
  private static final int MAX_BATCH_TEXT = 2100;

  /** The SQL of a prepared statement, or a {@link Batch}, which most statements never have. */
  private static final WeakIdentityMap<Statement, Object> TEXTS =
      new WeakIdentityMap<>(MAX_STATEMENTS);

  private Statements() {}

  /** What was added to a statement. Used by one thread at a time, as its statement. */
  private static final class Batch {
    final @Nullable String prepared;
    @Nullable StringBuilder text;
    int size;

    Batch(@Nullable String prepared) {
      this.prepared = prepared;
    }

    @Nullable String sql() {
      return text == null ? prepared : text.toString();
    }
  }

  static void prepared(@Nullable Statement statement, @Nullable String sql) {
    if (statement != null && sql != null) {
      TEXTS.put(statement, sql);
    }
  }

  static void forget(Statement statement) {
    TEXTS.take(statement);
  }

  static @Nullable Span start(Statement statement, String method, @Nullable String sql) {
    if (!Databases.isWanted()) {
      return null;
    }
    Connection connection;
    try {
      connection = statement.getConnection();
    } catch (SQLException closed) {
      connection = null;
    }
    if (connection == null) {
      return null; // closed: the driver is about to say so, without asking the database
    }
    JdbcUrl database = Databases.used(connection);
    return database == null
        ? null
        : Databases.HANDLER.start(database, kind(statement), method, sql);
  }

  static @Nullable Span startPrepared(Statement statement, String method) {
    return start(statement, method, preparedFrom(TEXTS.get(statement)));
  }

  private static @Nullable String preparedFrom(@Nullable Object known) {
    return known instanceof Batch batch ? batch.prepared : (String) known;
  }

  static @Nullable Span startBatch(Statement statement, String method) {
    Object known = TEXTS.get(statement);
    if (!(known instanceof Batch batch)) {
      return start(statement, method, (String) known);
    }
    Span span = start(statement, method, batch.sql());
    if (span != null && batch.size > 0) {
      span.tag("db.batch_size", Integer.toString(batch.size));
    }
    clear(batch); // executing a batch empties it, whatever comes of it
    return span;
  }

  /**
   * One more in the batch.
   *
   * @param sql what to execute, or null where it is the prepared statement with other parameters
   */
  static void addToBatch(Statement statement, @Nullable String sql) {
    Object known = TEXTS.get(statement);
    Batch batch;
    if (known instanceof Batch begun) {
      batch = begun;
    } else {
      batch = new Batch((String) known);
      TEXTS.put(statement, batch);
    }
    batch.size++;
    if (sql != null) {
      StringBuilder text = batch.text;
      if (text == null) {
        text = new StringBuilder();
        batch.text = text;
      }
      if (text.length() < MAX_BATCH_TEXT) {
        if (text.length() > 0) {
          text.append("; ");
        }
        text.append(sql, 0, Math.min(sql.length(), MAX_BATCH_TEXT));
      }
    }
  }

  static void clearBatch(Statement statement) {
    if (TEXTS.get(statement) instanceof Batch batch) {
      clear(batch);
    }
  }

  private static void clear(Batch batch) {
    batch.text = null;
    batch.size = 0;
  }

  private static String kind(Statement statement) {
    if (statement instanceof CallableStatement) {
      return "CallableStatement";
    }
    return statement instanceof PreparedStatement ? "PreparedStatement" : "Statement";
  }
}
