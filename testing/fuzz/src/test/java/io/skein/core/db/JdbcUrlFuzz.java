package io.skein.core.db;

import io.skein.testing.fuzz.Check;
import io.skein.testing.fuzz.Input;
import java.util.Locale;

/**
 * A first line of any text; then a URL made of a driver, a host and a database that are given, with
 * a password in each of the places where drivers take one. It must never be seen again.
 */
public final class JdbcUrlFuzz {
  private static final String SECRET = "zx9Qj";
  private static final String[] DRIVERS = {
    "postgresql",
    "mysql",
    "mysql:replication",
    "mariadb",
    "mariadb:sequential",
    "oceanbase",
    "h2:tcp",
    "h2:mem",
    "h2",
    "sqlserver",
    "jtds:sqlserver",
    "db2",
    "clickhouse",
    "ch:https",
    "sqlite",
    "derby",
    "hsqldb:hsql",
    "oracle:thin",
    "oracle:oci8",
    "p6spy:mysql",
    "something"
  };

  private JdbcUrlFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    Input input = new Input(data);
    String driver = DRIVERS[input.below(DRIVERS.length)];
    // A database in a file has no user to be named before an at sign.
    int place = input.below(driver.equals("sqlite") ? 2 : 7);
    String any = input.line();
    bounded(any, JdbcUrl.parse(any));
    bounded("jdbc:" + driver + ":" + any, JdbcUrl.parse("jdbc:" + driver + ":" + any));

    String user = name(input.line());
    String host = name(input.line());
    String secret = SECRET + name(input.line());
    if ((host + user).toLowerCase(Locale.ROOT).contains(SECRET.toLowerCase(Locale.ROOT))) {
      return;
    }
    String url = "jdbc:" + driver + ":" + withSecret(place, driver, user, host, secret);
    JdbcUrl read = JdbcUrl.parse(url);
    bounded(url, read);
    Check.that(
        !(read.peer() + read.database() + read.type() + read.operation("a", "b"))
            .toLowerCase(Locale.ROOT)
            .contains(SECRET.toLowerCase(Locale.ROOT)),
        "the password of " + url + " is in " + read + " " + read.type());
  }

  private static String withSecret(
      int place, String driver, String user, String host, String secret) {
    return switch (place) {
      case 0 -> "//" + host + ":1/db?user=" + user + "&password=" + secret;
      case 1 -> "//" + host + ":1/db;user=" + user + ";password=" + secret;
      case 2 -> "//" + user + ":" + secret + "@" + host + ":1/db";
      case 3 -> "//" + user + ":" + secret + "@[" + host + "1," + host + "2]/db";
      case 4 ->
          "//address=(host=" + host + ")(port=1)(user=" + user + ")(password=" + secret + ")/db";
      case 5 ->
          driver.startsWith("oracle")
              ? user + "/" + secret + "@//" + host + ":1/db"
              : "//" + host + ":1/db?" + user + "=1&password=" + secret + "&x=/y@z";
      default ->
          driver.equals("sqlserver")
              ? "//" + host + ";databaseName=db;password={" + secret + "}"
              : "//" + user + ":" + secret + "@" + host + ",other:2/db?x=" + user;
    };
  }

  /** Characters that mean something to no grammar. */
  private static String name(String text) {
    StringBuilder name = new StringBuilder("n");
    text.chars()
        .filter(c -> c > ' ' && "/?;:@&=(){}[],\\%#".indexOf(c) < 0)
        .limit(20)
        .forEach(c -> name.append((char) c));
    return name.toString();
  }

  private static void bounded(String url, JdbcUrl read) {
    Check.that(!read.peer().isEmpty(), "an empty peer");
    Check.that(!read.type().isEmpty(), "an empty type");
    Check.that(read.database() == null || !read.database().isEmpty(), "an empty database");
    Check.that(read.peer().length() <= 9_000 + 32 * 16, "a peer longer than the URL");
    Check.that(
        read.database() == null || read.database().length() <= url.length(), "a long database");
  }
}
