package io.skein.core.db;

import io.skein.api.Component;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads JDBC URLs. There is no common grammar: each driver made up its own, and drivers accept more
 * than they document. So the parser takes what it recognises and never fails; at worst host and
 * database stay unknown.
 *
 * <pre>
 *   jdbc:postgresql://h1:5432,[::1]/db?user=x          jdbc:oracle:thin:scott/tiger@//host:1521/service
 *   jdbc:mysql:replication://u:p@h1,h2:3307/db?x=y     jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS=...)...)
 *   jdbc:mysql://address=(host=h1)(port=3307)/db       jdbc:sqlserver://host\instance:1433;databaseName=db
 *   jdbc:h2:mem:db;MODE=x   jdbc:h2:tcp://host/~/db    jdbc:db2://host:50000/db:user=x;
 *   jdbc:sqlite:/a/b.db     jdbc:derby:memory:db       jdbc:ch:https://host/db
 * </pre>
 *
 * <p>A password may stand before an {@code @}, in a parenthesis, and in properties behind {@code ?}
 * or {@code ;}. Hosts are taken from behind the last {@code @}, from keys named {@code host} only,
 * and from before the properties.
 */
final class JdbcUrlParser {
  private static final int MAX_URL = 8192;
  private static final int MAX_HOSTS = 32;

  /** Drivers that wrap the URL of another one. */
  private static final List<String> WRAPPERS =
      List.of("p6spy:", "aws-wrapper:", "log4jdbc:", "otel:", "tracing:", "secrets-manager:");

  private final String url;

  JdbcUrlParser(String url) {
    this.url = url;
  }

  JdbcUrl parse() {
    if (url.length() > MAX_URL || !startsWith(url, "jdbc")) {
      return JdbcUrl.UNKNOWN;
    }
    String rest = url.substring(4);
    int colon = rest.indexOf(':');
    if (colon < 0) {
      return JdbcUrl.UNKNOWN;
    }
    // "jdbc-secretsmanager:mysql:" and the like wrap with the scheme instead of a prefix.
    rest = rest.substring(colon + 1);
    for (String wrapper : WRAPPERS) {
      if (startsWith(rest, wrapper)) {
        rest = rest.substring(wrapper.length());
        if (startsWith(rest, "jdbc:")) {
          rest = rest.substring(5);
        }
      }
    }
    int end = 0;
    while (end < rest.length() && isNameCharacter(rest.charAt(end))) {
      end++;
    }
    String driver = rest.substring(0, end).toLowerCase(Locale.ROOT);
    String sub = end < rest.length() && rest.charAt(end) == ':' ? rest.substring(end + 1) : "";
    return switch (driver) {
      case "h2" -> h2(sub);
      case "postgresql", "pgsql" -> servers("PostgreSQL", Component.POSTGRESQL, sub, 5432, "?");
      case "mysql", "mysqlx", "cj" -> servers("Mysql", Component.MYSQL, sub, 3306, "?");
      case "mysql+srv", "mysqlx+srv" -> servers("Mysql", Component.MYSQL, sub, 0, "?");
      case "mariadb" -> servers("Mariadb", Component.MARIADB, sub, 3306, "?");
      case "oceanbase" -> servers("OceanBase", Component.OCEAN_BASE, sub, 2881, "?");
      case "oracle" -> new OracleUrl(sub).parse();
      case "sqlserver" -> sqlServer(sub);
      case "jtds", "microsoft" -> jtds(sub);
      case "db2", "as400" -> db2(sub);
      case "clickhouse", "ch" -> clickHouse(sub);
      case "sqlite" -> sqlite(sub);
      case "derby" -> derby(sub);
      case "hsqldb" -> embeddedOr("HSQLDB", Component.UNKNOWN, sub, 9001);
      case "" -> JdbcUrl.UNKNOWN;
      default -> servers(capitalised(driver), Component.UNKNOWN, sub, 0, "?;");
    };
  }

  // ---- with servers

  /**
   * {@code [mode:]//host[:port][,host[:port]...]/database}, with properties behind given
   * delimiters.
   */
  private static JdbcUrl servers(
      String type, Component component, String sub, int defaultPort, String delimiters) {
    String text = before(sub, delimiters);
    int slashes = text.indexOf("//");
    if (slashes < 0) {
      // "jdbc:postgresql:orders": the local server; unless nothing is known of the grammar
      String name = text.startsWith("/") ? text.substring(1) : text;
      List<String> local =
          defaultPort > 0 ? List.of("localhost:" + defaultPort) : List.<String>of();
      return new JdbcUrl(
          type,
          component,
          local,
          defaultPort > 0 ? databaseName(name) : null,
          type.toLowerCase(Locale.ROOT));
    }
    text = withoutUser(text.substring(slashes + 2));
    int path = pathOf(text);
    List<String> hosts = hosts(text.substring(0, path), defaultPort);
    if (hosts.isEmpty() && defaultPort > 0) {
      hosts = List.of("localhost:" + defaultPort);
    }
    return new JdbcUrl(
        type,
        component,
        hosts,
        path < text.length() ? databaseName(text.substring(path + 1)) : null,
        type.toLowerCase(Locale.ROOT));
  }

  private static JdbcUrl clickHouse(String sub) {
    boolean secure = startsWith(sub, "https:");
    return servers("ClickHouse", Component.CLICK_HOUSE, sub, secure ? 8443 : 8123, "?");
  }

  private static JdbcUrl db2(String sub) {
    // The properties follow the database's name after a colon, where hosts have ports.
    int slashes = sub.indexOf("//");
    int path = slashes < 0 ? 0 : sub.indexOf('/', slashes + 2);
    int colon = path < 0 ? -1 : sub.indexOf(':', path);
    return servers("DB2", Component.DB2, colon < 0 ? sub : sub.substring(0, colon), 50_000, ";?");
  }

  private static JdbcUrl sqlServer(String sub) {
    List<String> properties = properties(sub);
    String address = sub.startsWith("//") ? withoutUser(properties.get(0).substring(2)) : "";
    String host = address;
    int backslash = address.indexOf('\\');
    String instance = null;
    int colon = portColon(address);
    if (backslash >= 0) {
      host = address.substring(0, backslash);
      instance = address.substring(backslash + 1, colon > backslash ? colon : address.length());
      if (colon > backslash) {
        host += address.substring(colon);
      }
    }
    String database = null;
    String port = null;
    for (int i = 1; i < properties.size(); i++) {
      String property = properties.get(i);
      int equals = property.indexOf('=');
      if (equals > 0) {
        String value = withoutBraces(property.substring(equals + 1).trim());
        switch (property.substring(0, equals).trim().toLowerCase(Locale.ROOT)) {
          case "databasename", "database" -> database = value;
          case "servername", "server" -> host = host.isEmpty() ? value : host;
          case "portnumber", "port" -> port = value;
          case "instancename" -> instance = instance == null ? value : instance;
          default -> {} // passwords among others
        }
      }
    }
    if (host.isEmpty()) {
      host = "localhost";
    }
    // With a named instance and no port the driver asks the server's browser service for the port.
    int defaultPort = isPort(port) ? Integer.parseInt(port) : 1433;
    return new JdbcUrl("Mssql", Component.MSSQL, hosts(host, defaultPort), database, "mssql");
  }

  private static JdbcUrl jtds(String sub) {
    boolean sybase = startsWith(sub, "sybase:");
    return servers(
        sybase ? "Sybase" : "Mssql",
        sybase ? Component.SYBASE : Component.MSSQL,
        sub,
        sybase ? 7100 : 1433,
        ";");
  }

  // ---- inside the process, or with servers

  private static JdbcUrl h2(String sub) {
    return embeddedOr("H2", Component.H2, sub, 9092);
  }

  private static JdbcUrl derby(String sub) {
    return embeddedOr("Derby", Component.DERBY, sub, 1527);
  }

  private static JdbcUrl embeddedOr(String type, Component component, String sub, int defaultPort) {
    String text = before(sub, ";?");
    if (text.startsWith("//") || text.contains("://")) {
      return servers(type, component, text, defaultPort, ";?");
    }
    int colon = text.indexOf(':');
    boolean drive = colon == 1; // "jdbc:h2:C:/data/orders"
    String place = colon < 0 || drive ? "file:" + text : text;
    String name = colon < 0 || drive ? text : text.substring(colon + 1);
    return new JdbcUrl(
        type, component, List.of(), lastPart(name), name.isEmpty() ? place + "unnamed" : place);
  }

  private static JdbcUrl sqlite(String sub) {
    String text = before(sub, "?;");
    if (text.isEmpty() || text.equals(":memory:")) {
      return new JdbcUrl("Sqlite", Component.SQLITE, List.of(), ":memory:", "mem:sqlite");
    }
    String path = startsWith(text, "file:") ? text.substring(5) : text;
    return new JdbcUrl("Sqlite", Component.SQLITE, List.of(), lastPart(path), "file:" + path);
  }

  // ---- parts

  /** Hosts of a list in any of the forms drivers know, each with a port. */
  static List<String> hosts(String list, int defaultPort) {
    List<String> hosts = new ArrayList<>();
    if (isKeyed(list)) {
      keyedHosts(list, list.toLowerCase(Locale.ROOT), defaultPort, hosts);
      return hosts;
    }
    String text = list;
    if (text.startsWith("[") && text.endsWith("]") && text.indexOf(',') >= 0) {
      text = text.substring(1, text.length() - 1); // MySQL: user:password@[host1,host2]
    }
    int from = 0;
    while (from <= text.length() && hosts.size() < MAX_HOSTS) {
      int comma = text.indexOf(',', from);
      int to = comma < 0 ? text.length() : comma;
      add(hosts, withoutUser(text.substring(from, to)).trim(), defaultPort);
      from = to + 1;
    }
    return hosts;
  }

  /**
   * {@code address=(host=h)(port=1)} of MySQL and MariaDB, {@code (ADDRESS=(HOST=h)(PORT=1))} of
   * Oracle.
   */
  private static void keyedHosts(String list, String lower, int defaultPort, List<String> hosts) {
    int at = key(lower, "host", 0);
    while (at >= 0 && hosts.size() < MAX_HOSTS) {
      int next = key(lower, "host", at);
      int port = key(lower, "port", at);
      String portText = port >= 0 && (next < 0 || port < next) ? value(list, port) : "";
      String host = value(list, at);
      String bracketed = isBareIpv6(host) ? "[" + host + "]" : host;
      add(hosts, isPort(portText) ? bracketed + ":" + portText : bracketed, defaultPort);
      at = next;
    }
  }

  /**
   * Where the value of a key begins, the key standing by itself ("host", not "localhost"); -1:
   * nowhere.
   */
  static int key(String lower, String key, int from) {
    int at = lower.indexOf(key, from);
    while (at >= 0) {
      int after = at + key.length();
      while (after < lower.length() && lower.charAt(after) == ' ') {
        after++;
      }
      boolean begins = at == 0 || "(, =".indexOf(lower.charAt(at - 1)) >= 0;
      if (begins && after < lower.length() && lower.charAt(after) == '=') {
        return after + 1;
      }
      at = lower.indexOf(key, at + 1);
    }
    return -1;
  }

  static String value(String text, int from) {
    int to = from;
    while (to < text.length() && "(),".indexOf(text.charAt(to)) < 0) {
      to++;
    }
    return text.substring(from, to).trim();
  }

  private static void add(List<String> hosts, String address, int defaultPort) {
    if (address.isEmpty()) {
      return;
    }
    int colon = isBareIpv6(address) ? -1 : portColon(address);
    String host = colon < 0 ? address : address.substring(0, colon);
    String port = colon < 0 ? "" : address.substring(colon + 1);
    if (host.isEmpty()) {
      host = "localhost";
    } else if (isBareIpv6(host)) {
      host = "[" + host + "]";
    }
    String full =
        isPort(port) ? host + ":" + port : defaultPort > 0 ? host + ":" + defaultPort : host;
    if (!hosts.contains(full)) {
      hosts.add(full);
    }
  }

  private static boolean isBareIpv6(String host) {
    int colons = 0;
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      if (c == ':') {
        colons++;
      } else if (Character.digit(c, 16) < 0 && c != '.' && c != '%') {
        return false;
      }
    }
    return colons > 1;
  }

  /** The colon before the port, not one inside an IPv6 address; -1 for none. */
  private static int portColon(String address) {
    int bracket = address.lastIndexOf(']');
    return address.indexOf(':', Math.max(bracket, 0));
  }

  static boolean isPort(@Nullable String text) {
    if (text == null || text.isEmpty() || text.length() > 5) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  /**
   * What follows the last {@code @}: names and passwords stand before it, and may contain slashes.
   */
  static String withoutUser(String text) {
    int keyed = isKeyed(text) ? text.indexOf('(') : text.length();
    return text.substring(text.lastIndexOf('@', keyed) + 1);
  }

  private static boolean isKeyed(String list) {
    String lower = list.toLowerCase(Locale.ROOT);
    return lower.indexOf('(') >= 0 && key(lower, "host", 0) >= 0;
  }

  /** Where the path begins: the first slash that is not inside parentheses. */
  private static int pathOf(String text) {
    int depth = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '(') {
        depth++;
      } else if (c == ')') {
        depth--;
      } else if (c == '/' && depth <= 0) {
        return i;
      }
    }
    return text.length();
  }

  /** The text before the first of several delimiters. */
  static String before(String text, String delimiters) {
    for (int i = 0; i < text.length(); i++) {
      if (delimiters.indexOf(text.charAt(i)) >= 0) {
        return text.substring(0, i);
      }
    }
    return text;
  }

  /** Parts between semicolons; one in braces is none. There is always at least one part. */
  private static List<String> properties(String text) {
    List<String> parts = new ArrayList<>();
    int from = 0;
    boolean braces = false;
    for (int i = 0; i <= text.length(); i++) {
      if (i == text.length() || (text.charAt(i) == ';' && !braces)) {
        parts.add(text.substring(from, i));
        from = i + 1;
      } else if (text.charAt(i) == '{') {
        braces = true;
      } else if (text.charAt(i) == '}') {
        braces = false;
      }
    }
    return parts;
  }

  private static String withoutBraces(String text) {
    return text.startsWith("{") && text.endsWith("}") && text.length() >= 2
        ? text.substring(1, text.length() - 1)
        : text;
  }

  private static String lastPart(String path) {
    int slash = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
    return path.substring(slash + 1);
  }

  /**
   * What follows these is no name. Not every driver takes properties there, but who is used to one
   * that does writes the password there, and then it must not be shown.
   */
  private static String databaseName(String text) {
    return decoded(before(text, "?;"));
  }

  /** Percent-decoding of ASCII; anything else stays as it is written. */
  private static String decoded(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%' && i + 2 < text.length()) {
        int high = Character.digit(text.charAt(i + 1), 16);
        int low = Character.digit(text.charAt(i + 2), 16);
        int value = 16 * high + low;
        if (high >= 0 && low >= 0 && value >= 0x20 && value < 0x7f) {
          out.append((char) value);
          i += 2;
          continue;
        }
      }
      out.append(c);
    }
    return out.toString();
  }

  private static boolean isNameCharacter(char c) {
    return c != ':' && c != '/' && c != '@' && c != '?' && c != ';' && c > ' ';
  }

  private static String capitalised(String name) {
    return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
  }

  static boolean startsWith(String text, String prefix) {
    return text.regionMatches(true, 0, prefix, 0, prefix.length());
  }
}
