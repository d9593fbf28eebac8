package io.skein.plugin.jdbc;

import static io.skein.agent.plugin.MethodMatchers.isPublic;
import static io.skein.agent.plugin.MethodMatchers.named;
import static io.skein.agent.plugin.MethodMatchers.namedOneOf;
import static io.skein.agent.plugin.MethodMatchers.takesArgument;
import static io.skein.agent.plugin.MethodMatchers.takesArguments;

import io.skein.agent.plugin.Advice;
import io.skein.agent.plugin.MethodMatcher;
import io.skein.agent.plugin.Plugin;
import io.skein.agent.plugin.Weaver;
import io.skein.api.Span;
import io.skein.core.Scope;
import java.sql.Connection;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * Every call to a database, of any driver: what is woven are the classes that implement the
 * interfaces of {@code java.sql}. Drivers agree on their simple names ({@code PgStatement}, {@code
 * JdbcPreparedStatement}, {@code ClientPreparedStatement}, {@code SQLServerCallableStatement},
 * {@code T4CConnection}); only DB2's are obfuscated and are not reached.
 *
 * <p>Pools hand out statements that wrap the driver's. Those of well-known pools are passed over:
 * what they do is call the driver, and the driver's connections live long while a wrapper is new
 * each time a connection is taken. Where a wrapper is not known both are woven, and as exits inside
 * of exits they are one span. It is described by the outermost, so the outermost has to know the
 * database: either its connection is known (it came out of a driver) or it is asked for its URL,
 * which wrappers pass on to the real connection.
 *
 * <p>{@code commit} and {@code rollback} are spans as well, because a commit is where a database
 * waits for its disk, and so is {@code isValid}; outside of a trace they are none, and what a
 * driver executes to validate is none either: it would be all that an idle application reports.
 * Inside of a pool's span, they are all a part of that. {@code close} is never a span: nothing
 * happens there that was not seen before.
 *
 * <p>Back to auto-commit is where every transaction of Spring's ends, after its commit, and some
 * drivers commit there once more by calling themselves. If nothing was executed since, that is no
 * span. Neither is the statement by which MariaDB's old driver changes the mode.
 */
public final class JdbcPlugin implements Plugin {
  /** Pools, containers and listeners, whose classes only wrap those of a driver. */
  private static final String[] WRAPPERS = {
    "com.zaxxer.hikari.",
    "org.apache.commons.dbcp.",
    "org.apache.commons.dbcp2.",
    "org.apache.tomcat.dbcp.",
    "org.apache.tomcat.jdbc.",
    "com.mchange.v2.c3p0.",
    "com.alibaba.druid.",
    "io.agroal.",
    "org.jboss.jca.",
    "net.ttddyy.dsproxy.",
    "com.p6spy.",
  };

  @Override
  public String name() {
    return "jdbc";
  }

  @Override
  public void weave(Weaver weaver) {
    MethodMatcher sql = isPublic().and(takesArgument(0, "java.lang.String"));
    MethodMatcher nothing = isPublic().and(takesArguments(0));
    MethodMatcher execute =
        namedOneOf("execute", "executeQuery", "executeUpdate", "executeLargeUpdate");
    weaver
        .subtypesOf("java.sql.Statement", "Statement", "Stmt")
        .except(WRAPPERS)
        .advise(execute.and(sql), "Direct")
        .advise(execute.and(nothing), "Prepared")
        .advise(namedOneOf("executeBatch", "executeLargeBatch").and(nothing), "Batch")
        .advise(named("addBatch").and(sql), "AddSql")
        .advise(named("addBatch").and(nothing), "AddParameters")
        .advise(named("clearBatch").and(nothing), "ClearBatch")
        .advise(named("close").and(nothing), "Close");
    weaver
        .subtypesOf("java.sql.Connection", "Connection", "Conn")
        .except(WRAPPERS)
        .advise(namedOneOf("prepareStatement", "prepareCall").and(sql), "Prepare")
        .advise(named("setAutoCommit").and(isPublic()).and(takesArguments("boolean")), "AutoCommit")
        .advise(named("commit").and(nothing), "Transaction")
        .advise(named("rollback").and(isPublic()), "Transaction")
        .advise(named("isValid").and(isPublic()).and(takesArgument(0, "int")), "Valid");
    weaver
        .subtypesOf("java.sql.Driver", "Driver")
        .advise(
            named("connect")
                .and(takesArguments("java.lang.String", "java.util.Properties"))
                .and(isPublic()),
            "Connect");
  }

  static final class Connect {
    private Connect() {}

    @Advice.Exit
    static void exit(
        @Advice.Argument(0) @Nullable String url,
        @Advice.Returned @Nullable Connection connection) {
      Databases.connected(connection, url);
    }
  }

  static final class Prepare {
    private Prepare() {}

    @Advice.Exit
    static void exit(
        @Advice.Argument(0) @Nullable String sql, @Advice.Returned @Nullable Statement statement) {
      Statements.prepared(statement, sql);
    }
  }

  static final class Direct {
    private Direct() {}

    @Advice.Enter
    static @Nullable Span enter(
        @Advice.This Statement statement,
        @Advice.Argument(0) @Nullable String sql,
        @Advice.MethodName String method) {
      return Statements.start(statement, method, sql);
    }

    @Advice.Exit
    static void exit(
        @Advice.Entered @Nullable Span span, @Advice.Thrown @Nullable Throwable error) {
      Databases.HANDLER.finish(span, error);
    }
  }

  static final class Prepared {
    private Prepared() {}

    @Advice.Enter
    static @Nullable Span enter(
        @Advice.This Statement statement, @Advice.MethodName String method) {
      return Statements.startPrepared(statement, method);
    }

    @Advice.Exit
    static void exit(
        @Advice.Entered @Nullable Span span, @Advice.Thrown @Nullable Throwable error) {
      Databases.HANDLER.finish(span, error);
    }
  }

  static final class Batch {
    private Batch() {}

    @Advice.Enter
    static @Nullable Span enter(
        @Advice.This Statement statement, @Advice.MethodName String method) {
      return Statements.startBatch(statement, method);
    }

    @Advice.Exit
    static void exit(
        @Advice.Entered @Nullable Span span, @Advice.Thrown @Nullable Throwable error) {
      Databases.HANDLER.finish(span, error);
    }
  }

  static final class AddSql {
    private AddSql() {}

    @Advice.Enter
    static void enter(@Advice.This Statement statement, @Advice.Argument(0) @Nullable String sql) {
      Statements.addToBatch(statement, sql);
    }
  }

  static final class AddParameters {
    private AddParameters() {}

    @Advice.Enter
    static void enter(@Advice.This Statement statement) {
      Statements.addToBatch(statement, null);
    }
  }

  static final class ClearBatch {
    private ClearBatch() {}

    @Advice.Enter
    static void enter(@Advice.This Statement statement) {
      Statements.clearBatch(statement);
    }
  }

  static final class Close {
    private Close() {}

    @Advice.Enter
    static void enter(@Advice.This Statement statement) {
      Statements.forget(statement);
    }
  }

  static final class Transaction {
    private Transaction() {}

    @Advice.Enter
    static @Nullable Span enter(
        @Advice.This Connection connection, @Advice.MethodName String method) {
      return Databases.startTransactionsEnd(connection, method);
    }

    @Advice.Exit
    static void exit(
        @Advice.Entered @Nullable Span span, @Advice.Thrown @Nullable Throwable error) {
      Databases.HANDLER.finish(span, error);
    }
  }

  static final class AutoCommit {
    private AutoCommit() {}

    @Advice.Enter
    static Scope enter(@Advice.This Connection connection) {
      return Databases.changeAutoCommit(connection);
    }

    @Advice.Exit
    static void exit(@Advice.Entered @Nullable Scope change) {
      if (change != null) {
        change.close();
      }
    }
  }

  static final class Valid {
    private Valid() {}

    /** Returns a span in a trace, and outside of one a scope in which nothing is recorded. */
    @Advice.Enter
    static @Nullable Object enter(
        @Advice.This Connection connection, @Advice.MethodName String method) {
      return Databases.isInTrace()
          ? Databases.start(connection, method)
          : Databases.TRACER.silence();
    }

    @Advice.Exit
    static void exit(
        @Advice.Entered @Nullable Object entered, @Advice.Thrown @Nullable Throwable error) {
      if (entered instanceof Span span) {
        Databases.HANDLER.finish(span, error);
      } else if (entered instanceof Scope scope) {
        scope.close();
      }
    }
  }
}
