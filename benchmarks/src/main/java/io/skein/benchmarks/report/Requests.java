package io.skein.benchmarks.report;

import io.skein.api.Component;
import io.skein.api.Layer;
import io.skein.api.Span;
import io.skein.api.Tags;
import io.skein.core.Tracer;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Requests as the service of {@code benchmarks/overhead} has them: five spans, and the garbage and
 * the reads of an application between them, which is what makes a span cold before it is sent.
 */
final class Requests {
  /** What the service's request allocates, and what it may read of what the application keeps. */
  private static final int GARBAGE_BYTES = 64_000;

  private static final int PARTS = 8;
  private static final int KEPT_BYTES = 32 << 20;
  private static final int READS_PER_PART = 100;

  private static final String FIRST = "SELECT name FROM article WHERE id = ?";
  private static final String SECOND = "SELECT quantity FROM stock WHERE article = ?";

  private final Tracer tracer;
  private final byte[] kept = new byte[KEPT_BYTES];
  private int place;

  /** Read by nobody; written, so that the work is done. */
  volatile @Nullable Object last;

  Requests(Tracer tracer) {
    this.tracer = tracer;
  }

  /** Makes them evenly for so long; what was due and not done in time is done late. */
  long run(int perSecond, long millis) {
    long begin = System.nanoTime();
    long count = perSecond * millis / 1000;
    for (long i = 0; i < count; i++) {
      long due = begin + i * 1_000_000_000L / perSecond;
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(this, left);
      }
      one();
    }
    return count;
  }

  private void one() {
    Span entry = tracer.startEntry("GET:/work");
    entry.component(Component.TOMCAT).layer(Layer.HTTP);
    entry.tag(Tags.URL, fresh("http://127.0.0.1:8080/work")).tag(Tags.HTTP_METHOD, "GET");
    work();
    tracer.startLocal("HikariCP/Connection/getConnection").end();
    work();
    statement(FIRST);
    work();
    statement(SECOND);
    work();
    Span exit = tracer.startExit("/price", "127.0.0.1:39211");
    exit.component(Component.JDK_HTTP).layer(Layer.HTTP);
    exit.tag(Tags.URL, fresh("http://127.0.0.1:39211/price")).tag(Tags.HTTP_METHOD, "GET");
    work();
    exit.tag(Tags.HTTP_STATUS_CODE, "200");
    exit.end();
    work();
    entry.tag(Tags.HTTP_STATUS_CODE, "200");
    entry.end();
  }

  private void statement(String sql) {
    Span span = tracer.startExit("H2/JDBC/PreparedStatement/executeQuery", "127.0.0.1:-1");
    span.layer(Layer.DATABASE);
    span.tag(Tags.DB_TYPE, "H2").tag(Tags.DB_INSTANCE, "shop").tag(Tags.DB_STATEMENT, sql);
    work();
    span.end();
  }

  /** A text that was made for this request, as addresses are. */
  private static String fresh(String text) {
    return new String(text.toCharArray());
  }

  /** An eighth of a request's own work. */
  private void work() {
    for (int left = GARBAGE_BYTES / PARTS; left > 0; left -= 1_000) {
      last = new byte[1_000];
    }
    for (int i = 0; i < READS_PER_PART; i++) {
      place = place * 1_664_525 + 1_013_904_223;
      kept[(place >>> 7) & (KEPT_BYTES - 1)]++;
    }
  }
}
