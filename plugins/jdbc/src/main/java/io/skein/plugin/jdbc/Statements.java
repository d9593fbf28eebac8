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

  private static final WeakIdentityMap<Statement, Text> TEXTS =
      new WeakIdentityMap<>(MAX_STATEMENTS);

  private Statements() {}

  /** Used by one thread at a time, as its statement. */
  private static final class Text {
    final @Nullable String prepared;
    @Nullable StringBuilder batch;
    int batchSize;

    Text(@Nullable String prepared) {
      this.prepared = prepared;
    }

    @Nullable String sql() {
      return batch == null ? prepared : batch.toString();
    }
  }

  static void prepared(@Nullable Statement statement, @Nullable String sql) {
    if (statement != null && sql != null) {
      TEXTS.put(statement, new Text(sql));
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
    Text text = TEXTS.get(statement);
    return start(statement, method, text == null ? null : text.prepared);
  }

  static @Nullable Span startBatch(Statement statement, String method) {
    Text text = TEXTS.get(statement);
    Span span = start(statement, method, text == null ? null : text.sql());
    if (text != null) {
      if (span != null && text.batchSize > 0) {
        span.tag("db.batch_size", Integer.toString(text.batchSize));
      }
      clear(text); // executing a batch empties it, whatever comes of it
    }
    return span;
  }

  /**
   * One more in the batch.
   *
   * @param sql what to execute, or null where it is the prepared statement with other parameters
   */
  static void addToBatch(Statement statement, @Nullable String sql) {
    Text text = TEXTS.get(statement);
    if (text == null) {
      text = new Text(null);
      TEXTS.put(statement, text);
    }
    text.batchSize++;
    if (sql != null) {
      StringBuilder batch = text.batch;
      if (batch == null) {
        batch = new StringBuilder();
        text.batch = batch;
      }
      if (batch.length() < MAX_BATCH_TEXT) {
        if (batch.length() > 0) {
          batch.append("; ");
        }
        batch.append(sql, 0, Math.min(sql.length(), MAX_BATCH_TEXT));
      }
    }
  }

  static void clearBatch(Statement statement) {
    Text text = TEXTS.get(statement);
    if (text != null) {
      clear(text);
    }
  }

  private static void clear(Text text) {
    text.batch = null;
    text.batchSize = 0;
  }

  private static String kind(Statement statement) {
    if (statement instanceof CallableStatement) {
      return "CallableStatement";
    }
    return statement instanceof PreparedStatement ? "PreparedStatement" : "Statement";
  }
}
