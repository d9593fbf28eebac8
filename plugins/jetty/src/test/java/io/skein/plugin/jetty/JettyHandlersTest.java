package io.skein.plugin.jetty;

import static io.skein.testing.SpanAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.skein.testing.PluginContract;
import io.skein.testing.RecordedSpan;
import io.skein.testing.Sw8Header;
import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;
import io.skein.testing.http.HttpConnection;
import io.skein.testing.http.HttpServerApp;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A request may be handed in to the server a second time. */
@InEveryJvm(libraries = {"jetty12-oldest", "jetty12-newest"})
class JettyHandlersTest extends PluginContract {
  private int port;

  JettyHandlersTest(TracedJvm jvm) {
    super(jvm);
  }

  @BeforeEach
  void startServer() {
    port = jvm.app(HttpServerApp.class, JettyHandlersApp.class).start();
  }

  @Test
  void aRequestIsAnEntrySpan() throws Exception {
    assertThat(HttpConnection.ask(port, "GET", "/hello").body()).isEqualTo("hello");

    assertThat(spans.takeEntry("GET:/hello")).isRoot().hasTag("http.status_code", "200");
  }

  @Test
  void aRequestThatIsHandedInAgainStaysOneSpan() throws Exception {
    Sw8Header caller = Sw8Header.ofCaller();
    HttpConnection.Response answer =
        HttpConnection.ask(port, "GET", "/missing", "sw8", caller.text());
    assertThat(answer.body()).isEqualTo("sorry");
    RecordedSpan entry = spans.takeEntryWithError("GET:/missing");

    assertThat(entry).continues(caller).hasTag("http.status_code", "404").hasNoLog();
    assertThat(entry.tag("url")).endsWith("/missing");
    assertThat(spans.takeLocal("error page")).isChildOf(entry);
  }

  @Test
  void aRequestThatIsHandedInAgainLaterStaysOneSpan() throws Exception {
    Sw8Header caller = Sw8Header.ofCaller();
    HttpConnection.Response answer =
        HttpConnection.ask(port, "GET", "/missing-later", "sw8", caller.text());
    assertThat(answer.body()).isEqualTo("sorry");
    RecordedSpan entry = spans.takeEntryWithError("GET:/missing-later");

    assertThat(entry).continues(caller).hasTag("http.status_code", "404").hasNoLog();
    assertThat(spans.takeLocal("error page")).continuesInThread(entry);
  }

  @Test
  void anExceptionIsLoggedOnce() throws Exception {
    assertThat(HttpConnection.ask(port, "GET", "/fail").status()).isEqualTo(500);

    assertThat(spans.takeEntryWithError("GET:/fail"))
        .hasTag("http.status_code", "500")
        .hasOneErrorLogWith("java.lang.IllegalStateException: broken on purpose");
  }

  /** It looks like a client that has gone, but our client got its answer. */
  @Test
  void aCallOfTheApplicationsOwnThatBreaksIsAnError() throws Exception {
    assertThat(HttpConnection.ask(port, "GET", "/backend-gone").status()).isEqualTo(500);

    assertThat(spans.takeEntryWithError("GET:/backend-gone"))
        .hasTag("http.status_code", "500")
        .hasOneErrorLogWith("java.io.IOException: backend");
  }
}
