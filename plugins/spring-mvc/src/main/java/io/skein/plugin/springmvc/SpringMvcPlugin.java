package io.skein.plugin.springmvc;

import static io.skein.agent.plugin.MethodMatchers.named;
import static io.skein.agent.plugin.MethodMatchers.takesArgument;
import static io.skein.agent.plugin.MethodMatchers.takesArguments;

import io.skein.agent.plugin.Advice;
import io.skein.agent.plugin.Plugin;
import io.skein.agent.plugin.Tracing;
import io.skein.agent.plugin.Weaver;
import io.skein.api.Component;
import io.skein.api.Span;
import io.skein.core.http.ClientGone;
import io.skein.core.http.RecentTexts;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.MappingMatch;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.ModelAndView;

/**
 * Spring MVC 6 and 7. It makes no span of its own: the container's entry span gets the name of the
 * endpoint that answers, {@code GET:/orders/{id}}, and the exceptions that Spring turns into error
 * responses before the container sees them.
 *
 * <p>{@code DispatcherServlet.getHandler} is where every kind of handler has been chosen (annotated
 * methods, functional routes, static resources), and each mapping leaves the pattern that matched
 * in the same request attribute.
 */
public final class SpringMvcPlugin implements Plugin {
  @Override
  public String name() {
    return "spring-mvc";
  }

  @Override
  public void weave(Weaver weaver) {
    weaver
        .type("org.springframework.web.servlet.DispatcherServlet")
        .advise(
            named("getHandler").and(takesArguments("jakarta.servlet.http.HttpServletRequest")),
            "HandlerChosen")
        .advise(
            named("processHandlerException")
                .and(takesArgument(0, "jakarta.servlet.http.HttpServletRequest"))
                .and(takesArgument(3, "java.lang.Exception")),
            "Failure");
  }

  /** The handler is known, and with it the pattern. */
  static final class HandlerChosen {
    @Advice.Exit
    static void exit(
        @Advice.Argument(0) HttpServletRequest request, @Advice.Returned @Nullable Object handler) {
      // An error page, a forward or the second half of an asynchronous request comes here as well;
      // the endpoint is what
      // was asked for first.
      if (handler == null || request.getDispatcherType() != DispatcherType.REQUEST) {
        return;
      }
      Span span = Requests.span(request);
      Object pattern = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
      if (span == null || pattern == null) {
        return;
      }
      span.operationName(Requests.name(request, pattern.toString()))
          .component(Component.SPRING_MVC);
    }
  }

  /** A handler threw; Spring asks its resolvers whether they make a response of it. */
  static final class Failure {
    @Advice.Exit
    static void exit(
        @Advice.Argument(0) HttpServletRequest request,
        @Advice.Argument(1) HttpServletResponse response,
        @Advice.Argument(3) @Nullable Exception failure,
        @Advice.Returned @Nullable ModelAndView view,
        @Advice.Thrown @Nullable Throwable unresolved) {
      Span span = Requests.span(request);
      if (span == null || failure == null || ClientGone.isReasonOf(failure)) {
        return; // whether the client has gone, the container knows best
      }
      // One that a resolver turned into a good response is the application's way of doing things,
      // not an error.
      if (unresolved != null || Requests.status(response, view) >= 400) {
        span.log(failure);
        // The container meets it again, wrapped.
        request.setAttribute(Requests.LOGGED, true);
      }
    }
  }

  /** What this plugin shares with those of the containers. */
  static final class Requests {
    private static final String SPAN = "io.skein.span";
    private static final String LOGGED = "io.skein.logged";

    private static final RecentTexts PATHS = new RecentTexts();
    private static final RecentTexts NAMES = new RecentTexts();

    private Requests() {}

    static String name(HttpServletRequest request, String pattern) {
      String prefix = prefix(request);
      String path = prefix.isEmpty() ? pattern : PATHS.joined(prefix, "", pattern);
      String method = request.getMethod(); // null in requests that applications make up
      return NAMES.joined(method == null ? "null" : method, ":", path);
    }

    /**
     * The container's span: kept with the request, since a filter may have opened others around us.
     */
    static @Nullable Span span(HttpServletRequest request) {
      return request.getAttribute(SPAN) instanceof Span span ? span : Tracing.tracer().activeSpan();
    }

    /**
     * What stands before the pattern: the context, and the servlet's own path where it is mapped to
     * one.
     */
    static String prefix(HttpServletRequest request) {
      boolean byPath =
          request.getHttpServletMapping() != null
              && request.getHttpServletMapping().getMappingMatch() == MappingMatch.PATH;
      return byPath
          ? request.getContextPath() + request.getServletPath()
          : request.getContextPath();
    }

    static int status(HttpServletResponse response, @Nullable ModelAndView view) {
      return view != null && view.getStatus() != null
          ? view.getStatus().value()
          : response.getStatus();
    }
  }
}
