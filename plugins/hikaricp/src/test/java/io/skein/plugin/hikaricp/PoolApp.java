package io.skein.plugin.hikaricp;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.skein.testing.app.Probe;
import java.sql.Connection;
import java.sql.SQLException;

/** The application: it knows nothing of Skein but the probe. */
public final class PoolApp implements Pool, AutoCloseable {
  static {
    // Validated before each use; else only one that nobody used for half a second.
    System.setProperty("com.zaxxer.hikari.aliveBypassWindowMs", "-1");
  }

  private HikariDataSource pool;

  @Override
  public void open() {
    close();
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:h2:mem:pooled");
    config.setDriverClassName("org.h2.Driver"); // also where another test used the driver manager
    config.setUsername("sa");
    config.setMaximumPoolSize(1);
    config.setConnectionTimeout(300);
    pool = new HikariDataSource(config);
  }

  @Override
  public void close() {
    if (pool != null) {
      pool.close();
    }
  }

  @Override
  public void take() throws Exception {
    Probe.entry(
        "request",
        () -> {
          pool.getConnection().close();
          return "";
        });
  }

  @Override
  public boolean takeValidated() throws Exception {
    return Probe.entry(
        "request",
        () -> {
          try (Connection taken = pool.getConnection()) {
            return taken.isValid(1);
          }
        });
  }

  @Override
  public String takeWhatIsNotThere() throws Exception {
    try (Connection taken = pool.getConnection()) {
      return Probe.entry(
          "request",
          () -> {
            try (Connection another = pool.getConnection()) {
              return "got " + another + " and " + taken;
            } catch (SQLException e) {
              return e.getClass().getName();
            }
          });
    }
  }

  @Override
  public void takeOutside() throws Exception {
    pool.getConnection().close();
  }
}
