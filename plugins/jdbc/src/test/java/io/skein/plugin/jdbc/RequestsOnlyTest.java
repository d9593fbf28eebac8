package io.skein.plugin.jdbc;

import static io.skein.testing.SpanAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.skein.testing.PluginContract;
import io.skein.testing.RecordedSpan;
import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An application that wants its traces to be requests only. */
@InEveryJvm(libraries = "h2-newest", settings = "plugin.jdbc.outside_of_traces=false")
@Timeout(60)
class RequestsOnlyTest extends PluginContract {
  private final Sql sql;

  RequestsOnlyTest(TracedJvm jvm) {
    super(jvm);
    sql = jvm.app(Sql.class, SqlApp.class);
  }

  @Test
  void aStatementOutsideOfAnyTraceIsNoSpan() throws Exception {
    sql.open("jdbc:h2:mem:requests", "sa");
    spans.takeEntry("setup");
    spans.takeExit("H2/JDBC/Statement/execute");
    spans.takeExit("H2/JDBC/Statement/execute");

    assertThat(sql.outside("SELECT * FROM item")).isZero();
    assertThat(sql.executeQuery("SELECT * FROM item")).isZero();
    RecordedSpan request = spans.takeEntry("request");
    assertThat(spans.takeExit("H2/JDBC/Statement/executeQuery")).isChildOf(request);
  }
}
