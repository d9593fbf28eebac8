package io.skein.core.db;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Component;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JdbcUrlTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          jdbc:h2:mem:orders                                         | H2 | mem:orders | orders
          jdbc:h2:mem:orders;DB_CLOSE_DELAY=-1;MODE=PostgreSQL        | H2 | mem:orders | orders
          jdbc:h2:mem:                                               | H2 | mem:unnamed | -
          jdbc:h2:file:/var/data/orders;IFEXISTS=TRUE                | H2 | file:/var/data/orders | orders
          jdbc:h2:~/orders                                           | H2 | file:~/orders | orders
          jdbc:h2:./data/orders                                      | H2 | file:./data/orders | orders
          jdbc:h2:C:/data/orders                                     | H2 | file:C:/data/orders | orders
          jdbc:h2:tcp://db/~/orders;PASSWORD=pw                      | H2 | db:9092 | ~/orders
          jdbc:h2:ssl://db:9093/mem:orders                           | H2 | db:9093 | mem:orders
          jdbc:postgresql://db:5433/orders?user=a&password=pw        | PostgreSQL | db:5433 | orders
          jdbc:postgresql://db/orders                                | PostgreSQL | db:5432 | orders
          jdbc:postgresql://a:1,b,c:3/orders?targetServerType=any    | PostgreSQL | a:1,b:5432,c:3 | orders
          jdbc:postgresql://[::1]:5433/orders                        | PostgreSQL | [::1]:5433 | orders
          jdbc:postgresql://[2001:db8::1],[::2]:7/orders             | PostgreSQL | [2001:db8::1]:5432,[::2]:7 | orders
          jdbc:postgresql:orders                                     | PostgreSQL | localhost:5432 | orders
          jdbc:postgresql:///orders                                  | PostgreSQL | localhost:5432 | orders
          jdbc:postgresql:/                                          | PostgreSQL | localhost:5432 | -
          jdbc:postgresql://db                                       | PostgreSQL | db:5432 | -
          jdbc:postgresql://db/my%20orders                           | PostgreSQL | db:5432 | my orders
          jdbc:mysql://db/orders?useSSL=false                        | Mysql | db:3306 | orders
          jdbc:mysql://root:pw@db:3307/orders                        | Mysql | db:3307 | orders
          jdbc:mysql://root:p/w@db:3307/orders                       | Mysql | db:3307 | orders
          jdbc:mysql:loadbalance://a:1,b:2/orders                    | Mysql | a:1,b:2 | orders
          jdbc:mysql:replication://a,b,c/orders                      | Mysql | a:3306,b:3306,c:3306 | orders
          jdbc:mysql://address=(host=db)(port=3307)(user=r)(password=p@w)/orders | Mysql | db:3307 | orders
          jdbc:mysql://(host=a,port=1,user=r,password=pw),(host=b,port=2)/orders | Mysql | a:1,b:2 | orders
          jdbc:mysql://address=(protocol=tcp)(host=::1)(port=3307)/orders | Mysql | [::1]:3307 | orders
          jdbc:mysql://root:pw@[a:1,b]/orders                        | Mysql | a:1,b:3306 | orders
          jdbc:mysql+srv://service.example/orders                    | Mysql | service.example | orders
          jdbc:mariadb://db/orders?user=root&password=pw             | Mariadb | db:3306 | orders
          jdbc:mariadb:sequential://a,b:3307/orders                  | Mariadb | a:3306,b:3307 | orders
          jdbc:mariadb://address=(host=a)(port=1)(type=primary),address=(host=b)/orders | Mariadb | a:1,b:3306 | orders
          jdbc:oracle:thin:@//db:1522/orders                         | Oracle | db:1522 | orders
          jdbc:oracle:thin:@db/orders                                | Oracle | db:1521 | orders
          jdbc:oracle:thin:@db:1522:ORCL                             | Oracle | db:1522 | ORCL
          jdbc:oracle:thin:scott/tiger@//db/orders                   | Oracle | db:1521 | orders
          jdbc:oracle:thin:scott/ti@ger@db:1521:ORCL                 | Oracle | db:1521 | ORCL
          jdbc:oracle:thin:@//[::1]:1521/orders                      | Oracle | [::1]:1521 | orders
          jdbc:oracle:thin:@[::1]:1521:ORCL                          | Oracle | [::1]:1521 | ORCL
          jdbc:oracle:thin:@tcps://db:2484/orders:dedicated/x?wallet_location=/w | Oracle | db:2484 | orders
          jdbc:oracle:thin:@ldap://ldap:389/orders,cn=OracleContext  | Oracle | ldap:389 | orders
          jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS_LIST=(ADDRESS=(PROTOCOL=TCP)(HOST=a)(PORT=1522))(ADDRESS=(PROTOCOL=TCP)(HOST = b)(PORT = 1523)))(CONNECT_DATA=(SERVICE_NAME=orders))) | Oracle | a:1522,b:1523 | orders
          jdbc:oracle:thin:@(description=(address=(host=a)(port=1522))(connect_data=(sid=ORCL))) | Oracle | a:1522 | ORCL
          jdbc:oracle:thin:@ORDERS?TNS_ADMIN=/a@b                    | Oracle | ORDERS | ORDERS
          jdbc:oracle:oci:@ORDERS                                    | Oracle | ORDERS | ORDERS
          jdbc:sqlserver://db:1434;databaseName=orders;user=sa;password=pw | Mssql | db:1434 | orders
          jdbc:sqlserver://db\\SQLEXPRESS;database=orders             | Mssql | db:1433 | orders
          jdbc:sqlserver://db\\SQLEXPRESS:1444;databaseName={or;ders} | Mssql | db:1444 | or;ders
          jdbc:sqlserver://;serverName=db;portNumber=1444;password={a;serverName=x} | Mssql | db:1444 | -
          jdbc:sqlserver://;serverName=::1                           | Mssql | [::1]:1433 | -
          jdbc:jtds:sqlserver://db/orders;password=pw                | Mssql | db:1433 | orders
          jdbc:jtds:sybase://db/orders                               | Sybase | db:7100 | orders
          jdbc:db2://db:50001/orders:user=a;password=pw;             | DB2 | db:50001 | orders
          jdbc:db2://db/orders                                       | DB2 | db:50000 | orders
          jdbc:clickhouse://a:8124,b/orders?password=pw              | ClickHouse | a:8124,b:8123 | orders
          jdbc:ch:https://db/orders                                  | ClickHouse | db:8443 | orders
          jdbc:sqlite:/var/data/orders.db                            | Sqlite | file:/var/data/orders.db | orders.db
          jdbc:sqlite::memory:                                       | Sqlite | mem:sqlite | :memory:
          jdbc:sqlite:                                               | Sqlite | mem:sqlite | :memory:
          jdbc:derby://db/orders;user=a;password=pw                  | Derby | db:1527 | orders
          jdbc:derby:memory:orders;create=true                       | Derby | memory:orders | orders
          jdbc:derby:orders;create=true                              | Derby | file:orders | orders
          jdbc:hsqldb:hsql://db/orders                               | HSQLDB | db:9001 | orders
          jdbc:p6spy:mysql://db/orders                               | Mysql | db:3306 | orders
          jdbc:foo://user:pw@db:1/orders;password=pw                 | Foo | db:1 | orders
          jdbc:foo:bar://db/orders?password=pw                       | Foo | db | orders
          jdbc:foo:password=pw                                       | Foo | foo | -
          jdbc:                                                      | Unknown | unknown | -
          nonsense                                                   | Unknown | unknown | -
          """)
  void tellsTypePeerAndDatabase(String url, String type, String peer, String database) {
    JdbcUrl parsed = JdbcUrl.parse(url);

    assertThat(parsed.type()).isEqualTo(type);
    assertThat(parsed.peer()).isEqualTo(peer);
    assertThat(parsed.database()).isEqualTo(database);
  }

  @Test
  void knowsTheComponentsOfDrivers() {
    assertThat(JdbcUrl.parse("jdbc:postgresql:x").component()).isEqualTo(Component.POSTGRESQL);
    assertThat(JdbcUrl.parse("jdbc:h2:mem:x").component()).isEqualTo(Component.H2);
    assertThat(JdbcUrl.parse("jdbc:oracle:thin:@x").component()).isEqualTo(Component.ORACLE);
    assertThat(JdbcUrl.parse("JDBC:MySQL://x").component()).isEqualTo(Component.MYSQL);
    assertThat(JdbcUrl.parse("jdbc:foo:x").component()).isEqualTo(Component.UNKNOWN);
    assertThat(JdbcUrl.parse(null).component()).isEqualTo(Component.UNKNOWN);
  }

  /** Whatever stands in the place of a password, nothing of it comes out, and nothing is thrown. */
  @Test
  void neverTellsAPassword() {
    List<String> forms =
        List.of(
            "jdbc:mysql://root:%s@db:3306/orders",
            "jdbc:mysql://db/orders?user=root&password=%s",
            "jdbc:mysql://address=(host=db)(user=root)(password=%s)(port=1)/orders",
            "jdbc:mariadb:replication://root:%s@a,b/orders",
            "jdbc:postgresql://root:%s@db/orders",
            "jdbc:postgresql://db/orders?password=%s",
            "jdbc:oracle:thin:scott/%s@//db:1521/orders",
            "jdbc:oracle:thin:scott/%s@db:1521:ORCL",
            "jdbc:sqlserver://db;databaseName=orders;password={%s}",
            "jdbc:h2:tcp://db/orders;USER=sa;PASSWORD=%s",
            "jdbc:db2://db:50000/orders:user=a;password=%s;",
            "jdbc:derby://db/orders;password=%s",
            "jdbc:ch:https://root:%s@db/orders",
            "jdbc:foo://root:%s@db/orders;password=%<s");
    String noise = "/@:,;=?&%[]\\ #";
    Random random = new Random(42);
    for (int round = 0; round < 20_000; round++) {
      // Capital letters that stand nowhere else, with separators strewn in between, as far as a
      // driver
      // would still find the password's end: no ';' '?' '{' '}' '(' ')' where they end the place.
      StringBuilder password = new StringBuilder();
      for (int i = 0; i < 12; i++) {
        password.append(
            random.nextInt(3) == 0
                ? noise.charAt(random.nextInt(noise.length()))
                : "QXZJ".charAt(random.nextInt(4)));
      }
      String form = forms.get(random.nextInt(forms.size()));
      String text =
          form.contains("://root") || form.contains("scott/")
              ? password.toString().replace("?", "").replace(";", "")
              : form.contains("(password") || form.contains("{%s}")
                  ? password.toString()
                  : password.toString().replace(";", "");
      JdbcUrl parsed = JdbcUrl.parse(String.format(form, text));
      assertThat(parsed.peer() + " " + parsed.database())
          .as(String.format(form, text))
          .doesNotContain("Q", "X", "Z", "J");
    }
  }

  @Test
  void readsAnythingWithoutThrowing() {
    Random random = new Random(7);
    String alphabet = "jdbc:mysqlorac/@()[]{},;=?%&\\ 0123h2thin.hostportsid\u00e9";
    for (int round = 0; round < 100_000; round++) {
      StringBuilder url = new StringBuilder(random.nextInt(4) == 0 ? "" : "jdbc:");
      String[] starts = {"mysql:", "oracle:thin:", "sqlserver:", "h2:", "db2:", "postgresql:", ""};
      url.append(starts[random.nextInt(starts.length)]);
      int length = random.nextInt(40);
      for (int i = 0; i < length; i++) {
        url.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      assertThat(JdbcUrl.parse(url.toString()).peer()).as(url.toString()).isNotEmpty();
    }
    assertThat(JdbcUrl.parse("jdbc:mysql://" + "h,".repeat(100_000)).peer()).isEqualTo("unknown");
  }
}
