package io.skein.core.db;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Component;
import io.skein.api.Layer;
import io.skein.api.Span;
import io.skein.core.Segment;
import io.skein.core.SpanRecord;
import io.skein.core.SpanType;
import io.skein.core.Tracer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DatabaseHandlerTest {
  private final List<Segment> segments = new ArrayList<>();
  private final Tracer tracer = Tracer.builder().sink(segments::add).build();
  private final DatabaseHandler handler = new DatabaseHandler(tracer);

  @Test
  void anExitSpanTellsDatabaseAndStatement() {
    JdbcUrl database = handler.database("jdbc:postgresql://a,b:1/orders?password=pw");
    Span span = handler.start(database, "PreparedStatement", "executeQuery", "select 1");
    handler.finish(span, null);

    SpanRecord record = segments.get(0).span(0);
    assertThat(record.type()).isEqualTo(SpanType.EXIT);
    assertThat(record.operationName()).isEqualTo("PostgreSQL/JDBC/PreparedStatement/executeQuery");
    assertThat(record.componentId()).isEqualTo(Component.POSTGRESQL.id());
    assertThat(record.layer()).isEqualTo(Layer.DATABASE);
    assertThat(record.peer()).isEqualTo("a:5432,b:1");
    assertThat(tags(record))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("db.type", "PostgreSQL", "db.instance", "orders", "db.statement", "select 1"));
  }

  @Test
  void aLongStatementIsCutAndSaysSo() {
    String sql = "select '" + "x".repeat(2039) + "\uD83D\uDE00'";
    handler.finish(handler.start(handler.database(null), "Statement", "execute", sql), null);

    String tagged = tags(segments.get(0).span(0)).get("db.statement");
    assertThat(tagged).isEqualTo(sql.substring(0, 2047) + "...");
  }

  @Test
  void aFailedStatementIsAnErrorWithItsLog() {
    Span span = handler.start(handler.database("jdbc:h2:mem:x"), "Statement", "execute", "sel");
    handler.finish(span, new SQLException("syntax"));

    assertThat(segments.get(0).span(0).isError()).isTrue();
    assertThat(segments.get(0).span(0).log(0).value(2)).isEqualTo("syntax");
  }

  @Test
  void aStatementInsideAStatementOfTheSameCallIsOneSpan() {
    JdbcUrl database = handler.database("jdbc:h2:mem:x");
    Span pool = handler.start(database, "Statement", "execute", "a");
    Span driver = handler.start(database, "Statement", "executeUpdate", "b");
    handler.finish(driver, null);
    handler.finish(pool, null);

    assertThat(segments.get(0).spanCount()).isEqualTo(1);
    assertThat(tags(segments.get(0).span(0))).containsEntry("db.statement", "a");
  }

  @Test
  void urlsAreReadOnceAndMadeUpOnesDoNotFillTheMemory() {
    JdbcUrl first = handler.database("jdbc:h2:mem:x");
    assertThat(handler.database("jdbc:h2:mem:x")).isSameAs(first);
    for (int i = 0; i < 5000; i++) {
      assertThat(handler.database("jdbc:h2:mem:" + i).database()).isEqualTo("" + i);
    }
    assertThat(handler.database("jdbc:h2:mem:4999"))
        .isNotSameAs(handler.database("jdbc:h2:mem:4999"));
    assertThat(handler.database("jdbc:h2:mem:x")).isSameAs(first);
  }

  private static Map<String, String> tags(SpanRecord record) {
    Map<String, String> tags = new HashMap<>();
    for (int i = 0; i < record.tagCount(); i++) {
      tags.put(record.tagKey(i), record.tagValue(i));
    }
    return tags;
  }
}
