package io.skein.benchmarks.store;

import io.skein.server.storage.ReceivedSegment;
import io.skein.wire.decode.MessageWriter;
import io.skein.wire.model.KeyValue;
import io.skein.wire.model.SpanLog;
import io.skein.wire.model.SpanReference;
import io.skein.wire.model.TraceSegment;
import io.skein.wire.model.TraceSpan;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Traces as the demo's shop makes them: three services, one segment of four spans in each. Ids,
 * times, peers, tags and statements are of the same kind and length as an agent's; one request in
 * fifty fails with a stack. Several shops are the same services with instances of their own. For
 * one thread.
 */
public final class ShopTraces {
  public static final long START_MILLIS = 1_700_000_000_000L;

  /** From the beginning of one trace to that of the next, over all shops. */
  public static final long MILLIS_PER_TRACE = 3;

  private static final String[] SERVICES = {"storefront", "orders", "inventory"};
  private static final String[] PATHS = {
    "GET:/", "GET:/products/{id}", "POST:/orders", "GET:/orders/{id}", "GET:/stock/{sku}",
    "POST:/checkout", "GET:/cart", "PUT:/cart/items/{id}", "GET:/search", "GET:/recommendations"
  };
  private static final String[] STATEMENTS = {
    "select id, name, price, stock from article where id = ?",
    "insert into orders (id, customer, total, created) values (?, ?, ?, ?)",
    "update stock set amount = amount - ? where sku = ? and amount >= ?",
    "select o.id, o.total, c.name from orders o join customer c on c.id = o.customer where c.id = ?"
  };

  private final Random random;
  private final String[] processes = new String[SERVICES.length];
  private final int shop;
  private final int shops;
  private long traces;

  /** The only shop. */
  public ShopTraces() {
    this(0, 1);
  }

  /** One of several, which take turns. */
  public ShopTraces(int shop, int shops) {
    this.shop = shop;
    this.shops = shops;
    this.random = new Random(1 + shop);
    for (int i = 0; i < processes.length; i++) {
      processes[i] = String.format("%016x%016x", random.nextLong(), random.nextLong());
    }
  }

  /** How many were made. */
  public long traces() {
    return traces;
  }

  private long startOf(long trace) {
    return START_MILLIS + (trace * shops + shop) * MILLIS_PER_TRACE;
  }

  /** The id of a trace, counted from 0. */
  public String idOf(long trace) {
    return processes[0] + "." + (40 + trace % 30) + "." + (startOf(trace) * 10_000 + trace % 10);
  }

  /** The URL of a trace's first span, which no other trace of this shop has. */
  public static String urlOf(long trace) {
    return "http://127.0.0.1:8080/products/" + trace;
  }

  /** The segments of the next trace, as they arrive: the innermost first. */
  public List<ReceivedSegment> next() {
    long trace = traces++;
    String traceId = idOf(trace);
    long start = startOf(trace);
    int path = random.nextInt(PATHS.length);
    boolean failed = random.nextInt(50) == 0;
    List<ReceivedSegment> segments = new ArrayList<>();
    for (int depth = SERVICES.length - 1; depth >= 0; depth--) {
      long begin = start + depth * 2L;
      long length =
          (SERVICES.length - depth) * 7L + random.nextInt(random.nextInt(40) == 0 ? 900 : 20);
      TraceSegment segment =
          new TraceSegment(
              traceId,
              segmentId(trace, depth),
              spans(traceId, trace, depth, path, begin, length, failed),
              SERVICES[depth],
              processes[depth].substring(0, 12) + "@10.1.2." + (depth + 3),
              false);
      segments.add(new ReceivedSegment(segment, MessageWriter.segment(segment), begin + length));
    }
    return segments;
  }

  private String segmentId(long trace, int depth) {
    return processes[depth]
        + "."
        + (40 + trace % 30)
        + "."
        + ((startOf(trace) + depth) * 10_000 + trace % 10 + 1);
  }

  private List<TraceSpan> spans(
      String traceId, long trace, int depth, int path, long begin, long length, boolean failed) {
    String operation = PATHS[(path + depth * 3) % PATHS.length];
    String statement = STATEMENTS[random.nextInt(STATEMENTS.length)];
    List<SpanReference> refs =
        depth == 0
            ? List.of()
            : List.of(
                new SpanReference(
                    SpanReference.CROSS_PROCESS,
                    traceId,
                    segmentId(trace, depth - 1),
                    3,
                    SERVICES[depth - 1],
                    processes[depth - 1].substring(0, 12) + "@10.1.2." + (depth + 2),
                    PATHS[(path + depth * 3 - 3) % PATHS.length],
                    "127.0.0.1:808" + depth));
    List<SpanLog> logs =
        failed && depth == 2
            ? List.of(
                new SpanLog(
                    begin + 1,
                    List.of(
                        tag("event", "error"),
                        tag("error.kind", "java.lang.IllegalStateException"),
                        tag("message", "stock of article " + trace + " is exhausted"),
                        tag(
                            "stack",
                            "java.lang.IllegalStateException\n"
                                + "at io.shop.Stock.take\n".repeat(40)))))
            : List.of();
    return List.of(
        new TraceSpan(
            1,
            0,
            begin + 1,
            begin + 2,
            List.of(),
            "H2/JDBC/PreparedStatement/executeQuery",
            "localhost:-1",
            TraceSpan.EXIT,
            1,
            32,
            false,
            List.of(
                tag("db.type", "H2"), tag("db.instance", "shop"), tag("db.statement", statement)),
            List.of(),
            false),
        new TraceSpan(
            2,
            0,
            begin + 2,
            begin + 3,
            List.of(),
            "HikariCP/Connection/getConnection",
            "",
            TraceSpan.LOCAL,
            0,
            116,
            false,
            List.of(),
            List.of(),
            false),
        new TraceSpan(
            3,
            0,
            begin + 3,
            begin + length - 1,
            List.of(),
            operation + "/next",
            "127.0.0.1:808" + (depth + 1),
            TraceSpan.EXIT,
            3,
            66,
            false,
            List.of(
                tag("url", "http://127.0.0.1:808" + (depth + 1) + "/orders/" + trace),
                tag("http.method", "GET"),
                tag("http.status_code", "200")),
            List.of(),
            false),
        new TraceSpan(
            0,
            -1,
            begin,
            begin + length,
            refs,
            operation,
            "",
            TraceSpan.ENTRY,
            3,
            14,
            failed && depth == 2,
            List.of(
                tag("url", "http://127.0.0.1:808" + depth + "/products/" + trace),
                tag("http.method", operation.substring(0, operation.indexOf(':'))),
                tag("http.status_code", failed ? "500" : "200")),
            logs,
            false));
  }

  private static KeyValue tag(String key, String value) {
    return new KeyValue(key, value);
  }
}
