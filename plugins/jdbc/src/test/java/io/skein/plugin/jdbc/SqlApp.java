package io.skein.plugin.jdbc;

import io.skein.testing.app.Probe;
import java.lang.ref.WeakReference;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.UnaryOperator;
import org.apache.commons.dbcp2.BasicDataSource;
import org.apache.commons.dbcp2.DelegatingConnection;
import org.apache.commons.dbcp2.DelegatingPreparedStatement;

/** The application: it knows nothing of Skein but the probe, and nothing of the driver. */
public final class SqlApp implements Sql, AutoCloseable {
  private Connection connection;

  @Override
  public void open(String url, String user) throws Exception {
    close();
    // The driver manager looks for drivers once in the life of a JVM, which may serve several
    // tests.
    ServiceLoader.load(Driver.class, SqlApp.class.getClassLoader()).forEach(driver -> {});
    connection = DriverManager.getConnection(url, user, "");
    Probe.entry(
        "setup",
        () -> {
          try (Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS item");
            statement.execute("CREATE TABLE item (id INT PRIMARY KEY, name VARCHAR(100))");
          }
          return "";
        });
  }

  @Override
  public void close() throws SQLException {
    if (connection != null) {
      connection.close();
    }
  }

  /** Work with a statement of its own. */
  private interface Work<S, T> {
    T with(S statement) throws Exception;
  }

  private <T> T request(Work<Statement, T> work) throws Exception {
    return Probe.entry(
        "request",
        () -> {
          try (Statement statement = connection.createStatement()) {
            return work.with(statement);
          }
        });
  }

  private <T> T prepared(String sql, int parameter, Work<PreparedStatement, T> work)
      throws Exception {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      return Probe.entry(
          "request",
          () -> {
            statement.setInt(1, parameter);
            return work.with(statement);
          });
    }
  }

  private static int rows(ResultSet result) throws SQLException {
    int rows = 0;
    try (result) {
      while (result.next()) {
        rows++;
      }
    }
    return rows;
  }

  private static int sum(int[] counts) {
    int sum = 0;
    for (int count : counts) {
      sum += count;
    }
    return sum;
  }

  @Override
  public int executeQuery(String sql) throws Exception {
    return request(statement -> rows(statement.executeQuery(sql)));
  }

  @Override
  public int executeUpdate(String sql) throws Exception {
    return request(statement -> statement.executeUpdate(sql));
  }

  @Override
  public boolean execute(String sql) throws Exception {
    return request(statement -> statement.execute(sql));
  }

  @Override
  public long executeLargeUpdate(String sql) throws Exception {
    return request(statement -> statement.executeLargeUpdate(sql));
  }

  @Override
  public int preparedQuery(String sql, int parameter) throws Exception {
    return prepared(sql, parameter, statement -> rows(statement.executeQuery()));
  }

  @Override
  public int preparedUpdate(String sql, int parameter) throws Exception {
    return prepared(sql, parameter, PreparedStatement::executeUpdate);
  }

  @Override
  public boolean preparedExecute(String sql, int parameter) throws Exception {
    return prepared(sql, parameter, PreparedStatement::execute);
  }

  @Override
  public int call(String sql, int parameter) throws Exception {
    return Probe.entry(
        "request",
        () -> {
          try (CallableStatement statement = connection.prepareCall(sql)) {
            statement.registerOutParameter(1, Types.INTEGER);
            statement.setInt(2, parameter);
            statement.execute();
            return statement.getInt(1);
          }
        });
  }

  @Override
  public int batch(List<String> sql) throws Exception {
    return request(
        statement -> {
          for (String each : sql) {
            statement.addBatch(each);
          }
          return sum(statement.executeBatch());
        });
  }

  @Override
  public int preparedBatches(String sql, List<List<Integer>> parameters) throws Exception {
    return Probe.entry(
        "request",
        () -> {
          int sum = 0;
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (List<Integer> batch : parameters) {
              for (int parameter : batch) {
                statement.setInt(1, parameter);
                statement.addBatch();
              }
              sum += sum(statement.executeBatch());
            }
          }
          return sum;
        });
  }

  @Override
  public int clearedBatch(String cleared, String kept) throws Exception {
    return request(
        statement -> {
          statement.addBatch(cleared);
          statement.clearBatch();
          statement.addBatch(kept);
          return sum(statement.executeBatch());
        });
  }

  @Override
  public String failing(String sql) throws Exception {
    return request(
        statement -> {
          try {
            statement.executeQuery(sql);
            return "no error";
          } catch (SQLException e) {
            return e.getClass().getName();
          }
        });
  }

  @Override
  public int outside(String sql) throws Exception {
    try (Statement statement = connection.createStatement()) {
      return rows(statement.executeQuery(sql));
    }
  }

  @Override
  public void transaction(String committed, String rolledBack) throws Exception {
    connection.setAutoCommit(false);
    request(
        statement -> {
          statement.executeUpdate(committed);
          connection.commit();
          statement.executeUpdate(rolledBack);
          connection.rollback();
          return "";
        });
    connection.setAutoCommit(true); // commits once more, outside of the request
  }

  @Override
  public void transactionAndBack(String committed) throws Exception {
    request(
        statement -> {
          connection.setAutoCommit(false);
          statement.executeUpdate(committed);
          connection.commit();
          connection.setAutoCommit(true);
          return "";
        });
  }

  @Override
  public void backWithoutCommit(String executed) throws Exception {
    request(
        statement -> {
          connection.setAutoCommit(false);
          statement.executeUpdate(executed);
          connection.setAutoCommit(true);
          return "";
        });
  }

  @Override
  public boolean valid() throws Exception {
    return Probe.entry("request", () -> connection.isValid(10));
  }

  @Override
  public boolean validOutside() throws Exception {
    return connection.isValid(10);
  }

  @Override
  public String closedStatement(String sql) throws Exception {
    return request(
        statement -> {
          statement.close();
          try {
            statement.executeQuery(sql);
            return "no error";
          } catch (SQLException e) {
            return "closed";
          }
        });
  }

  @Override
  public int pooled(String url, String user, String sql, int parameter) throws Exception {
    return pooled(url, user, sql, parameter, taken -> taken);
  }

  @Override
  public int wrapped(String url, String user, String sql, int parameter) throws Exception {
    return pooled(url, user, sql, parameter, HouseConnection::new);
  }

  private int pooled(
      String url, String user, String sql, int parameter, UnaryOperator<Connection> wrapped)
      throws Exception {
    try (BasicDataSource pool = new BasicDataSource()) {
      pool.setUrl(url);
      pool.setUsername(user);
      pool.setTestOnBorrow(false);
      return Probe.entry(
          "request",
          () -> {
            int found = 0;
            for (int time = 0; time < 2; time++) {
              try (Connection pooled = wrapped.apply(pool.getConnection());
                  PreparedStatement statement = pooled.prepareStatement(sql)) {
                statement.setInt(1, parameter);
                found += rows(statement.executeQuery());
              }
            }
            return found;
          });
    }
  }

  /** As an application may have them, to count its queries or whatever. */
  private static final class HouseConnection extends DelegatingConnection<Connection> {
    HouseConnection(Connection wrapped) {
      super(wrapped);
    }

    @Override
    public PreparedStatement prepareStatement(String sql) throws SQLException {
      return new HouseStatement(this, super.prepareStatement(sql));
    }
  }

  private static final class HouseStatement extends DelegatingPreparedStatement {
    HouseStatement(HouseConnection connection, PreparedStatement wrapped) {
      super(connection, wrapped);
    }

    @Override
    public ResultSet executeQuery() throws SQLException {
      return super.executeQuery();
    }
  }

  @Override
  public boolean forgottenStatementIsCollected(String sql) throws Exception {
    WeakReference<Statement> forgotten = forgotten(sql);
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (forgotten.get() != null && System.nanoTime() < deadline) {
      System.gc();
    }
    return forgotten.get() == null;
  }

  private WeakReference<Statement> forgotten(String sql) throws Exception {
    return Probe.entry(
        "request",
        () -> {
          PreparedStatement statement = connection.prepareStatement(sql);
          statement.setInt(1, 1);
          rows(statement.executeQuery());
          return new WeakReference<>(statement);
        });
  }
}
