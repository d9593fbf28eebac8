package io.skein.plugin.springmvc;

import static io.skein.testing.SpanAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Component;
import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;
import io.skein.testing.http.HttpServerContract;
import org.junit.jupiter.api.Test;

/**
 * The contract of HTTP servers with Spring's names for the operations, and what Spring adds to it.
 */
@InEveryJvm(libraries = {"spring6-oldest", "spring6-newest", "spring7-oldest", "spring7-newest"})
class SpringMvcTest extends HttpServerContract {
  SpringMvcTest(TracedJvm jvm) {
    super(jvm, SpringMvcApp.class, Component.SPRING_MVC);
  }

  @Override
  protected String operation(String method, String path) {
    return method
        + ":"
        + path.replaceFirst("^/status/.+", "/status/{code}")
            .replaceFirst("^/together/.+", "/together/{n}");
  }

  @Test
  void anEndpointIsCalledByItsPattern() throws Exception {
    assertThat(ask("GET", "/orders/17/lines/3").body()).isEqualTo("173");
    assertThat(spans.takeEntry("GET:/orders/{id}/lines/{line}"))
        .hasTag("url", url("/orders/17/lines/3"))
        .hasComponent(Component.SPRING_MVC);
  }

  @Test
  void aFunctionalRouteIsCalledByItsPattern() throws Exception {
    assertThat(ask("GET", "/routes/ann").body()).isEqualTo("ann");
    assertThat(spans.takeEntry("GET:/routes/{name}")).isRoot();
  }

  @Test
  void contextAndServletPathBelongToTheName() throws Exception {
    assertThat(ask("GET", "/shop/api/orders/1/lines/2").body()).isEqualTo("12");
    assertThat(spans.takeEntry("GET:/shop/api/orders/{id}/lines/{line}")).isRoot();
  }

  @Test
  void aPathWithoutAHandlerKeepsTheContainersName() throws Exception {
    assertThat(ask("GET", "/nothing/here").status()).isEqualTo(404);
    assertThat(spans.takeEntryWithError("GET:/nothing/here")).hasTag("http.status_code", "404");
  }

  @Test
  void anExceptionThatBecomesAnErrorResponseIsLogged() throws Exception {
    assertThat(ask("GET", "/handled/422").body()).isEqualTo("handled");
    assertThat(spans.takeEntryWithError("GET:/handled/{status}"))
        .hasTag("http.status_code", "422")
        .hasErrorLog("java.lang.IllegalArgumentException", "422");
  }

  @Test
  void anExceptionThatBecomesAGoodResponseIsNoError() throws Exception {
    assertThat(ask("GET", "/handled/200").body()).isEqualTo("handled");
    assertThat(spans.takeEntry("GET:/handled/{status}")).hasNoLog();
  }

  @Test
  void asynchronousResultsAreOneSpan() throws Exception {
    assertThat(ask("GET", "/callable/1").body()).isEqualTo("callable 1");
    assertThat(spans.takeEntry("GET:/callable/{id}")).hasTag("http.status_code", "200");
    assertThat(ask("GET", "/future/1").body()).isEqualTo("future 1");
    assertThat(spans.takeEntry("GET:/future/{id}")).hasTag("http.status_code", "200");
    assertThat(ask("GET", "/deferred/fine").body()).isEqualTo("fine");
    assertThat(spans.takeEntry("GET:/deferred/{how}")).hasTag("http.status_code", "200");
  }

  @Test
  void whatFailsLaterIsLoggedOnce() throws Exception {
    assertThat(ask("GET", "/deferred/failing").status()).isEqualTo(500);
    assertThat(spans.takeEntryWithError("GET:/deferred/{how}"))
        .hasErrorLog("java.lang.IllegalStateException", "failed later");
  }
}
