package io.skein.core.db;

import io.skein.api.Component;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Oracle's forms of a JDBC URL, behind {@code jdbc:oracle:}.
 *
 * <pre>
 *   thin:[user/password]@host:1521:SID
 *   thin:[user/password]@[//]host[:1521]/service[:server][/instance]
 *   thin:@tcps://host:1522/service?wallet_location=...
 *   thin:@ldap://directory:389/orders,cn=OracleContext
 *   thin:@(DESCRIPTION=(ADDRESS=(HOST=h)(PORT=1521))...(CONNECT_DATA=(SERVICE_NAME=s)))
 *   oci:@alias      thin:@alias?TNS_ADMIN=...
 * </pre>
 */
final class OracleUrl {
  private static final int DEFAULT_PORT = 1521;

  private final String sub;

  OracleUrl(String sub) {
    this.sub = sub;
  }

  JdbcUrl parse() {
    int at = sub.lastIndexOf('@', endOfAddress() - 1);
    if (at < 0) {
      return oracle(List.of(), null); // the alias may stand in properties, and so may a password
    }
    String address = JdbcUrlParser.before(sub.substring(at + 1), "?").trim();
    if (address.startsWith("(")) {
      return described(address);
    }
    int scheme = address.indexOf("://");
    if (scheme >= 0) {
      address = address.substring(scheme + 3);
    } else if (address.startsWith("//")) {
      address = address.substring(2);
    }
    int slash = address.indexOf('/');
    if (slash >= 0) {
      String service = JdbcUrlParser.before(address.substring(slash + 1), ":/,");
      return oracle(JdbcUrlParser.hosts(address.substring(0, slash), DEFAULT_PORT), service);
    }
    int bracket = Math.max(address.lastIndexOf(']'), 0);
    int first = address.indexOf(':', bracket);
    if (first < 0) {
      return scheme >= 0
          ? oracle(JdbcUrlParser.hosts(address, DEFAULT_PORT), null)
          : oracle(List.of(), address); // a name that tnsnames.ora resolves
    }
    int second = address.indexOf(':', first + 1);
    return second < 0
        ? oracle(JdbcUrlParser.hosts(address, DEFAULT_PORT), null)
        : oracle(
            JdbcUrlParser.hosts(address.substring(0, second), DEFAULT_PORT),
            JdbcUrlParser.before(address.substring(second + 1), ":/"));
  }

  /** An {@code @} behind the question mark belongs to a property. */
  private int endOfAddress() {
    int question = sub.indexOf('?', sub.indexOf('@') + 1);
    return question < 0 ? sub.length() : question;
  }

  private static JdbcUrl described(String address) {
    String lower = address.toLowerCase(Locale.ROOT);
    int name = JdbcUrlParser.key(lower, "service_name", 0);
    if (name < 0) {
      name = JdbcUrlParser.key(lower, "sid", 0);
    }
    return oracle(
        JdbcUrlParser.hosts(address, DEFAULT_PORT),
        name < 0 ? null : JdbcUrlParser.value(address, name));
  }

  private static JdbcUrl oracle(List<String> hosts, @Nullable String database) {
    return new JdbcUrl(
        "Oracle", Component.ORACLE, hosts, database, database == null ? "oracle" : database);
  }
}
