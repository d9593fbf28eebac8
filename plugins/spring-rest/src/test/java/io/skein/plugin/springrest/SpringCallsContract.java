package io.skein.plugin.springrest;

import static io.skein.testing.SpanAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.skein.testing.PluginContract;
import io.skein.testing.RecordedSpan;
import io.skein.testing.TracedJvm;
import io.skein.testing.http.CalledServer;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What both of Spring's clients do beyond the contract of HTTP clients. */
@Timeout(60)
abstract class SpringCallsContract extends PluginContract {
  private final SpringCalls calls;
  private CalledServer server;

  SpringCallsContract(TracedJvm jvm, Class<? extends SpringCalls> app) {
    super(jvm);
    calls = jvm.app(SpringCalls.class, app);
  }

  @BeforeEach
  void startServer() throws IOException {
    server = new CalledServer();
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  @Test
  void theNameIsTheTemplate() throws Exception {
    assertThat(calls.template(server.url("/orders/{id}?full=true"))).isEqualTo("200");
    RecordedSpan request = spans.takeEntry("request");
    assertThat(spans.takeExit("GET:/orders/{id}"))
        .isChildOf(request)
        .hasPeer(server.address())
        .hasTag("url", server.url("/orders/7"))
        .hasTag("http.status_code", "200");
    assertThat(server.take().uri()).isEqualTo("/orders/7?full=true");
  }

  /** Whichever of the clients writes them: that changes from the first call to the second. */
  @Test
  void everyCallHasTheHeadersOnce() throws Exception {
    for (int i = 0; i < 3; i++) {
      assertThat(calls.template(server.url("/orders/{id}"))).isEqualTo("200");
      RecordedSpan request = spans.takeEntry("request");
      RecordedSpan exit = spans.takeExit("GET:/orders/{id}");
      assertThat(exit).isChildOf(request);
      CalledServer.Received received = server.take();
      assertThat(received.sw8().segmentId()).isEqualTo(request.segmentId());
      assertThat(received.sw8().spanId()).isEqualTo(exit.id());
      assertThat(received.header("sw8-correlation")).hasSize(1);
      assertThat(received.header("sw8-x")).hasSize(1);
    }
  }

  @Test
  void theNameHasThePathOfTheBase() throws Exception {
    assertThat(calls.templateBelowBase(server.url("/api/v1"), "/orders/{id}")).isEqualTo("200");
    RecordedSpan request = spans.takeEntry("request");
    assertThat(spans.takeExit("GET:/api/v1/orders/{id}")).isChildOf(request);
    assertThat(server.take().uri()).isEqualTo("/api/v1/orders/7");
  }

  /**
   * T03: the interceptor works inside the call, so what it calls is part of the same span; but the
   * template is the outer call's.
   */
  @Test
  void anInterceptorsCallDoesNotTakeTheName() throws Exception {
    assertThat(calls.intercepted(server.url("/orders/{id}"), server.url("/token")))
        .isEqualTo("200");
    RecordedSpan request = spans.takeEntry("request");
    RecordedSpan exit = spans.takeExit("GET:/orders/{id}");
    assertThat(exit).isChildOf(request);
    assertThat(server.take().uri()).isEqualTo("/token");
    CalledServer.Received received = server.take();
    assertThat(received.uri()).isEqualTo("/orders/7");
    assertThat(received.sw8().spanId()).isEqualTo(exit.id());
  }

  @Test
  void aStatusThatBecomesAnExceptionIsAnError() throws Exception {
    assertThat(calls.failing(server.url("/status/404"))).isEqualTo("NotFound");
    RecordedSpan request = spans.takeEntry("request");
    assertThat(spans.takeExitWithError("GET:/status/404"))
        .isChildOf(request)
        .hasTag("http.status_code", "404")
        .hasNoLog();
  }
}
