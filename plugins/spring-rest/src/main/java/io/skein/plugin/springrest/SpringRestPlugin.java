package io.skein.plugin.springrest;

import static io.skein.agent.plugin.MethodMatchers.named;
import static io.skein.agent.plugin.MethodMatchers.takesArgument;
import static io.skein.agent.plugin.MethodMatchers.takesArguments;

import io.skein.agent.plugin.Advice;
import io.skein.agent.plugin.Plugin;
import io.skein.agent.plugin.Weaver;
import io.skein.api.Span;
import org.jspecify.annotations.Nullable;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpResponse;

/**
 * Calls made with {@code RestTemplate} and {@code RestClient}, one exit span each, whatever HTTP
 * client they stand on: that client's span is inside of ours and shares it.
 *
 * <p>Both end in {@code ClientHttpRequest.execute}, and so does everybody who uses a request
 * factory directly; the headers can be set there and nothing is sent before. The span ends when the
 * answer's head is there; reading and converting the body is the caller's own work.
 *
 * <p><b>The name.</b> SkyWalking's agent names the span by the path that was called. We take the
 * template where the application gave one, {@code GET:/orders/{id}}: names are what statistics are
 * made of, and a name per order makes none. The path itself is in the tag {@code url}. The template
 * is known in {@code RestTemplate.doExecute} and in {@code RestClient}'s {@code uri}, and is
 * brought to {@code execute} by {@link Calls}.
 */
public final class SpringRestPlugin implements Plugin {
  @Override
  public String name() {
    return "spring-rest";
  }

  @Override
  public void weave(Weaver weaver) {
    weaver
        .type("org.springframework.http.client.AbstractClientHttpRequest")
        .advise(named("execute").and(takesArguments(0)), "Execute");
    weaver
        .type("org.springframework.web.client.RestTemplate")
        .advise(
            named("doExecute")
                .and(takesArgument(0, "java.net.URI"))
                .and(takesArgument(1, "java.lang.String")),
            "RestTemplateCall");
    weaver
        .type("org.springframework.web.client.DefaultRestClient$DefaultRequestBodyUriSpec")
        .advise(named("uri").and(takesArgument(0, "java.lang.String")), "RestClientUri")
        .advise(named("exchangeInternal"), "RestClientCall");
  }

  static final class Execute {
    private Execute() {}

    @Advice.Enter
    static @Nullable Span enter(@Advice.This ClientHttpRequest request) {
      return Calls.start(request);
    }

    @Advice.Exit
    static void exit(
        @Advice.This ClientHttpRequest request,
        @Advice.Entered @Nullable Span span,
        @Advice.Returned @Nullable ClientHttpResponse response,
        @Advice.Thrown @Nullable Throwable error) {
      Calls.finish(request, span, response, error);
    }
  }

  static final class RestTemplateCall {
    private RestTemplateCall() {}

    @Advice.Enter
    static Calls.@Nullable Template enter(@Advice.Argument(1) @Nullable String template) {
      return Calls.expect(template);
    }

    @Advice.Exit
    static void exit(@Advice.Entered Calls.@Nullable Template template) {
      Calls.forget(template);
    }
  }

  static final class RestClientUri {
    private RestClientUri() {}

    @Advice.Exit
    static void exit(@Advice.This Object call, @Advice.Argument(0) @Nullable String template) {
      Calls.remember(call, template);
    }
  }

  static final class RestClientCall {
    private RestClientCall() {}

    @Advice.Enter
    static Calls.@Nullable Template enter(@Advice.This Object call) {
      return Calls.expect(Calls.templateOf(call));
    }

    @Advice.Exit
    static void exit(@Advice.Entered Calls.@Nullable Template template) {
      Calls.forget(template);
    }
  }
}
