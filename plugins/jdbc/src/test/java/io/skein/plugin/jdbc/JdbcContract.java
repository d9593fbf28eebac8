package io.skein.plugin.jdbc;

import static io.skein.testing.SpanAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Component;
import io.skein.api.Layer;
import io.skein.testing.PluginContract;
import io.skein.testing.RecordedSpan;
import io.skein.testing.TracedJvm;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What holds for every driver. */
@Timeout(60)
abstract class JdbcContract extends PluginContract {
  private final Sql sql;
  private final String type;
  private final Component component;

  JdbcContract(TracedJvm jvm, String type, Component component) {
    super(jvm);
    sql = jvm.app(Sql.class, SqlApp.class);
    this.type = type;
    this.component = component;
  }

  abstract String url();

  abstract String user();

  abstract String peer();

  abstract String database();

  @BeforeEach
  void connect() throws Exception {
    sql.open(url(), user());
    spans.takeEntry("setup");
    assertThat(spans.takeExit(type + "/JDBC/Statement/execute"))
        .hasTag("db.statement", "DROP TABLE IF EXISTS item");
    spans.takeExit(type + "/JDBC/Statement/execute");
  }

  private RecordedSpan one(String kind, String method) {
    RecordedSpan request = spans.takeEntry("request");
    RecordedSpan exit = spans.takeExit(type + "/JDBC/" + kind + "/" + method);
    assertThat(exit).isChildOf(request);
    return described(exit);
  }

  private RecordedSpan described(RecordedSpan exit) {
    assertThat(exit)
        .hasComponent(component)
        .hasLayer(Layer.DATABASE)
        .hasPeer(peer())
        .hasTag("db.type", type)
        .hasTag("db.instance", database());
    return exit;
  }

  @Test
  void aStatementIsAnExitSpan() throws Exception {
    String insert = "INSERT INTO item VALUES (1, 'one')";
    assertThat(sql.executeUpdate(insert)).isEqualTo(1);
    assertThat(one("Statement", "executeUpdate")).hasTag("db.statement", insert).hasNoLog();

    String select = "SELECT * FROM item";
    assertThat(sql.executeQuery(select)).isEqualTo(1);
    assertThat(one("Statement", "executeQuery")).hasTag("db.statement", select);

    assertThat(sql.execute(select)).isTrue();
    assertThat(one("Statement", "execute")).hasTag("db.statement", select);

    String update = "UPDATE item SET name = 'uno'";
    assertThat(sql.executeLargeUpdate(update)).isEqualTo(1);
    assertThat(one("Statement", "executeLargeUpdate")).hasTag("db.statement", update);
  }

  @Test
  void aPreparedStatementKnowsItsSql() throws Exception {
    String insert = "INSERT INTO item VALUES (?, 'prepared')";
    assertThat(sql.preparedUpdate(insert, 7)).isEqualTo(1);
    assertThat(one("PreparedStatement", "executeUpdate")).hasTag("db.statement", insert);

    String select = "SELECT name FROM item WHERE id = ?";
    assertThat(sql.preparedQuery(select, 7)).isEqualTo(1);
    assertThat(one("PreparedStatement", "executeQuery")).hasTag("db.statement", select);

    assertThat(sql.preparedExecute(select, 7)).isTrue();
    assertThat(one("PreparedStatement", "execute")).hasTag("db.statement", select);
  }

  /** A function of the database that makes a number positive. */
  String function() {
    return "abs";
  }

  @Test
  void aCallableStatementKnowsItsSql() throws Exception {
    String call = "{? = call " + function() + "(?)}";
    assertThat(sql.call(call, -7)).isEqualTo(7);
    RecordedSpan request = spans.takeEntry("request");
    for (String question : questionsBeforeACall()) {
      assertThat(described(spans.takeExit(type + "/JDBC/" + question))).isChildOf(request);
    }
    assertThat(described(spans.takeExit(type + "/JDBC/CallableStatement/execute")))
        .isChildOf(request)
        .hasTag("db.statement", call);
  }

  /** What the driver asks the database before it can call: the time is spent, so it is shown. */
  List<String> questionsBeforeACall() {
    return List.of();
  }

  @Test
  void aBatchShowsWhatIsInIt() throws Exception {
    List<String> batch =
        List.of("INSERT INTO item VALUES (1, 'one')", "UPDATE item SET name = 'uno'");
    assertThat(sql.batch(batch)).isEqualTo(2);
    assertThat(one("Statement", "executeBatch"))
        .hasTag("db.statement", String.join("; ", batch))
        .hasTag("db.batch_size", "2");
  }

  @Test
  void eachBatchOfAPreparedStatementCountsItsOwn() throws Exception {
    String insert = "INSERT INTO item VALUES (?, 'batch')";
    assertThat(sql.preparedBatches(insert, List.of(List.of(1, 2, 3), List.of(4, 5)))).isEqualTo(5);
    RecordedSpan request = spans.takeEntry("request");
    for (String size : List.of("3", "2")) {
      RecordedSpan exit = spans.takeExit(type + "/JDBC/PreparedStatement/executeBatch");
      assertThat(described(exit))
          .isChildOf(request)
          .hasTag("db.statement", insert)
          .hasTag("db.batch_size", size);
    }
  }

  @Test
  void aClearedBatchIsForgotten() throws Exception {
    String kept = "INSERT INTO item VALUES (2, 'two')";
    assertThat(sql.clearedBatch("INSERT INTO item VALUES (1, 'one')", kept)).isEqualTo(1);
    assertThat(one("Statement", "executeBatch"))
        .hasTag("db.statement", kept)
        .hasTag("db.batch_size", "1");
  }

  @Test
  void aLongStatementIsCut() throws Exception {
    String select = "SELECT '" + "x".repeat(5000) + "'";
    sql.executeQuery(select);
    assertThat(one("Statement", "executeQuery"))
        .hasTag("db.statement", select.substring(0, 2048) + "...");
  }

  @Test
  void anErrorIsLogged() throws Exception {
    String error = sql.failing("SELECT nothing FROM nowhere");
    RecordedSpan request = spans.takeEntry("request");
    RecordedSpan exit = spans.takeExitWithError(type + "/JDBC/Statement/executeQuery");
    assertThat(described(exit)).isChildOf(request);
    assertThat(exit.logs()).hasSize(1);
    assertThat(exit.logs().get(0).field("error.kind")).isEqualTo(error);
  }

  /** An application without a server has no other traces. */
  @Test
  void aStatementOutsideOfAnyTraceBeginsOne() throws Exception {
    sql.outside("SELECT * FROM item");
    assertThat(described(spans.takeExit(type + "/JDBC/Statement/executeQuery"))).isRoot();
  }

  @Test
  void commitAndRollbackAreSpans() throws Exception {
    sql.transaction("INSERT INTO item VALUES (1, 'stays')", "INSERT INTO item VALUES (2, 'goes')");
    RecordedSpan request = spans.takeEntry("request");
    for (String name :
        List.of(
            "Statement/executeUpdate",
            "Connection/commit",
            "Statement/executeUpdate",
            "Connection/rollback")) {
      assertThat(described(spans.takeExit(type + "/JDBC/" + name))).isChildOf(request);
    }
    assertThat(sql.executeQuery("SELECT * FROM item")).isEqualTo(1);
    one("Statement", "executeQuery");
  }

  /** As every transaction of Spring's ends. */
  @Test
  void goingBackToAutoCommitIsNoSecondCommit() throws Exception {
    for (int i = 0; i < 2; i++) {
      sql.transactionAndBack("INSERT INTO item VALUES (" + i + ", 'stays')");
      RecordedSpan request = spans.takeEntry("request");
      for (String name : List.of("Statement/executeUpdate", "Connection/commit")) {
        assertThat(described(spans.takeExit(type + "/JDBC/" + name))).isChildOf(request);
      }
    }
  }

  /** Whether the driver calls its own commit there; others leave it to the server. */
  boolean commitsWhenItGoesBackToAutoCommit() {
    return true;
  }

  @Test
  void goingBackToAutoCommitIsACommitWhenThereIsSomethingToCommit() throws Exception {
    sql.backWithoutCommit("INSERT INTO item VALUES (1, 'stays')");
    RecordedSpan request = spans.takeEntry("request");
    described(spans.takeExit(type + "/JDBC/Statement/executeUpdate"));
    if (commitsWhenItGoesBackToAutoCommit()) {
      assertThat(described(spans.takeExit(type + "/JDBC/Connection/commit"))).isChildOf(request);
    }
    assertThat(sql.executeQuery("SELECT * FROM item")).isEqualTo(1);
    one("Statement", "executeQuery");
  }

  @Test
  void validatingAConnectionIsOneSpan() throws Exception {
    assertThat(sql.valid()).isTrue();
    assertThat(one("Connection", "isValid")).hasNoTag("db.statement");
  }

  /** A pool that keeps its connections alive would be all that an idle application reports. */
  @Test
  void validatingOutsideOfAnyTraceIsNone() throws Exception {
    assertThat(sql.validOutside()).isTrue();
  }

  /** Whether a closed statement still says which connection it belonged to. */
  boolean closedStatementKnowsItsConnection() {
    return false;
  }

  @Test
  void aClosedStatementFailsAsItDoesWithoutUs() throws Exception {
    assertThat(sql.closedStatement("SELECT 1")).isEqualTo("closed");
    spans.takeEntry("request");
    if (closedStatementKnowsItsConnection()) {
      described(spans.takeExitWithError(type + "/JDBC/Statement/executeQuery"));
    }
  }

  /** T03: wrapper and driver are one span, which knows the real database. */
  @Test
  void aPooledStatementIsOneSpan() throws Exception {
    String select = "SELECT name FROM item WHERE id = ?";
    assertThat(sql.pooled(url(), user(), select, 1)).isZero();
    takeTwoPooled(select);
  }

  /** A wrapper that we do not know has its advice, too. */
  @Test
  void aStatementInWrappersOfOnesOwnIsOneSpan() throws Exception {
    String select = "SELECT name FROM item WHERE id = ?";
    assertThat(sql.wrapped(url(), user(), select, 1)).isZero();
    takeTwoPooled(select);
  }

  private void takeTwoPooled(String select) {
    RecordedSpan request = spans.takeEntry("request");
    // The pool validates a connection that it opens.
    assertThat(described(spans.takeExit(type + "/JDBC/Connection/isValid"))).isChildOf(request);
    for (int time = 0; time < 2; time++) {
      RecordedSpan exit = spans.takeExit(type + "/JDBC/PreparedStatement/executeQuery");
      assertThat(described(exit)).isChildOf(request).hasTag("db.statement", select);
    }
  }

  @Test
  void aStatementThatNobodyClosedIsCollected() throws Exception {
    assertThat(sql.forgottenStatementIsCollected("SELECT name FROM item WHERE id = ?")).isTrue();
    one("PreparedStatement", "executeQuery");
  }
}
