package io.skein.testing.servlet;

import static io.skein.testing.SpanAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Component;
import io.skein.testing.RecordedSpan;
import io.skein.testing.Sw8Header;
import io.skein.testing.TracedJvm;
import io.skein.testing.http.HttpServerApp;
import io.skein.testing.http.HttpServerContract;
import org.junit.jupiter.api.Test;

/**
 * What every servlet container must do besides. The application maps {@link ContractServlet} and
 * {@link RefusingFilter} to {@code /*}, with async support, in the root context, and sends status
 * 418 to the error page {@code /error-page}.
 */
public abstract class ServletContainerContract extends HttpServerContract {
  protected ServletContainerContract(
      TracedJvm jvm, Class<? extends HttpServerApp> implementation, Component component) {
    super(jvm, implementation, component);
  }

  @Test
  void aForwardStaysOneSpan() throws Exception {
    assertThat(ask("GET", "/forward").body()).isEqualTo("local");
    RecordedSpan entry = spans.takeEntry(operation("GET", "/forward"));

    assertThat(entry).isRoot().hasTag("url", url("/forward"));
    assertThat(spans.takeLocal("inside")).isChildOf(entry);
  }

  @Test
  void anIncludeStaysOneSpan() throws Exception {
    assertThat(ask("GET", "/include").body()).isEqualTo("local");
    RecordedSpan entry = spans.takeEntry(operation("GET", "/include"));

    assertThat(spans.takeLocal("inside")).isChildOf(entry);
  }

  @Test
  void anErrorPageStaysOneSpan() throws Exception {
    assertThat(ask("GET", "/send-error/418").body()).isEqualTo("error page for ERROR");

    assertThat(spans.takeEntryWithError(operation("GET", "/send-error/418")))
        .isRoot()
        .hasTag("http.status_code", "418")
        .hasNoLog();
  }

  @Test
  void anErrorWithoutAPageIsAnError() throws Exception {
    ask("GET", "/send-error/404");

    assertThat(spans.takeEntryWithError(operation("GET", "/send-error/404")))
        .hasTag("http.status_code", "404");
  }

  @Test
  void anAnswerOfAFilterIsTraced() throws Exception {
    ask("GET", "/refused");

    assertThat(spans.takeEntryWithError(operation("GET", "/refused")))
        .hasTag("http.status_code", "403");
  }

  @Test
  void anAsynchronousRequestLastsUntilItIsComplete() throws Exception {
    Sw8Header caller = Sw8Header.ofCaller();
    assertThat(ask("GET", "/async/complete", "sw8", caller.text()).body()).isEqualTo("async");
    RecordedSpan span = spans.takeEntry(operation("GET", "/async/complete"));

    assertThat(span).continues(caller).hasTag("http.status_code", "200");
    assertThat(span.durationMillis()).isGreaterThanOrEqualTo(ContractServlet.WORK_MILLIS - 1);
  }

  @Test
  void theStatusOfAnAsynchronousAnswerCounts() throws Exception {
    ask("GET", "/async/status");

    assertThat(spans.takeEntryWithError(operation("GET", "/async/status")))
        .hasTag("http.status_code", "503");
  }

  @Test
  void anAsynchronousRequestMayBeCompleteAtOnce() throws Exception {
    ask("GET", "/async/at-once");

    assertThat(spans.takeEntry(operation("GET", "/async/at-once")))
        .hasTag("http.status_code", "200");
  }

  @Test
  void aDispatchStaysOneSpanAndHandsTheTraceOver() throws Exception {
    assertThat(ask("GET", "/async/dispatch").body()).isEqualTo("dispatched");
    RecordedSpan entry = spans.takeEntry(operation("GET", "/async/dispatch"));

    assertThat(entry.durationMillis()).isGreaterThanOrEqualTo(ContractServlet.WORK_MILLIS - 1);
    assertThat(spans.takeLocal("in the dispatch")).continuesInThread(entry);
  }

  @Test
  void aDispatchMayGoAsynchronousAgain() throws Exception {
    assertThat(ask("GET", "/async/twice").body()).isEqualTo("async");
    RecordedSpan span = spans.takeEntry(operation("GET", "/async/twice"));

    assertThat(span.durationMillis()).isGreaterThanOrEqualTo(2 * ContractServlet.WORK_MILLIS - 2);
  }

  @Test
  void anExceptionInADispatchIsLogged() throws Exception {
    assertThat(ask("GET", "/async/dispatch-to-failure").status()).isEqualTo(500);

    assertThat(spans.takeEntryWithError(operation("GET", "/async/dispatch-to-failure")))
        .hasTag("http.status_code", "500")
        .hasOneErrorLogWith("java.lang.IllegalStateException: broken on purpose");
  }

  @Test
  void aTimeoutIsAnError() throws Exception {
    assertThat(ask("GET", "/async/timeout").status()).isEqualTo(500);

    assertThat(spans.takeEntryWithError(operation("GET", "/async/timeout")))
        .hasTag("http.status_code", "500");
  }

  @Test
  void aTimeoutThatTheApplicationAnswersHasItsStatus() throws Exception {
    assertThat(ask("GET", "/async/timeout-answered").status()).isEqualTo(504);

    assertThat(spans.takeEntryWithError(operation("GET", "/async/timeout-answered")))
        .hasTag("http.status_code", "504");
  }
}
