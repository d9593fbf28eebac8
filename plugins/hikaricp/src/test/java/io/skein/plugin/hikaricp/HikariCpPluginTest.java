package io.skein.plugin.hikaricp;

import static io.skein.testing.SpanAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Component;
import io.skein.testing.PluginContract;
import io.skein.testing.RecordedSpan;
import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@InEveryJvm(libraries = {"hikaricp-oldest", "hikaricp-newest"})
@Timeout(60)
class HikariCpPluginTest extends PluginContract {
  private static final String GET_CONNECTION = "HikariCP/Connection/getConnection";

  private final Pool pool;

  HikariCpPluginTest(TracedJvm jvm) {
    super(jvm);
    pool = jvm.app(Pool.class, PoolApp.class);
  }

  @BeforeEach
  void open() throws Exception {
    pool.open();
  }

  @Test
  void takingAConnectionIsALocalSpan() throws Exception {
    pool.take();
    RecordedSpan request = spans.takeEntry("request");
    assertThat(spans.takeLocal(GET_CONNECTION))
        .isChildOf(request)
        .hasComponent(Component.HIKARI_CP)
        .hasNoLog();
  }

  /** What the application asks itself is a call; what the pool asks is a part of the wait. */
  @Test
  void thePoolsOwnValidationIsNoCall() throws Exception {
    assertThat(pool.takeValidated()).isTrue();
    RecordedSpan request = spans.takeEntry("request");
    assertThat(spans.takeLocal(GET_CONNECTION)).isChildOf(request);
    assertThat(spans.takeExit("H2/JDBC/Connection/isValid")).isChildOf(request);
  }

  @Test
  void waitingInVainIsAnError() throws Exception {
    String error = pool.takeWhatIsNotThere();
    RecordedSpan request = spans.takeEntry("request");
    RecordedSpan waiting = spans.takeLocalWithError(GET_CONNECTION);
    assertThat(waiting).isChildOf(request);
    assertThat(waiting.logs().get(0).field("error.kind")).isEqualTo(error);
    assertThat(waiting.durationMillis()).isGreaterThanOrEqualTo(250);
  }

  /** Neither the taking nor what the pool does by itself. */
  @Test
  void outsideOfATraceThereIsNoSpan() throws Exception {
    pool.takeOutside();
  }
}
