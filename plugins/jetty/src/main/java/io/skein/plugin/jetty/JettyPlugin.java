package io.skein.plugin.jetty;

import static io.skein.agent.plugin.MethodMatchers.named;
import static io.skein.agent.plugin.MethodMatchers.takesArgument;
import static io.skein.agent.plugin.MethodMatchers.takesArguments;

import io.skein.agent.plugin.Advice;
import io.skein.agent.plugin.Plugin;
import io.skein.agent.plugin.Tracing;
import io.skein.agent.plugin.Weaver;
import io.skein.api.Component;
import io.skein.api.Span;
import io.skein.core.Scope;
import io.skein.core.Snapshot;
import io.skein.core.http.HttpServerAdapter;
import io.skein.core.http.HttpServerHandler;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.jspecify.annotations.Nullable;

/**
 * Requests served by Jetty 12, in whatever environment (core handlers, servlets of ee8 to ee11):
 * all of them go through {@code Server.handle}.
 *
 * <p>A handler may answer later, in another thread; whether it did is only known when the request
 * completes. So the span is asynchronous from its start, this thread leaves it when {@code handle}
 * returns, and the end of Jetty's exchange ends it.
 */
public final class JettyPlugin implements Plugin {
  @Override
  public String name() {
    return "jetty";
  }

  @Override
  public void weave(Weaver weaver) {
    weaver
        .type("org.eclipse.jetty.server.Server")
        .advise(
            named("handle").and(takesArgument(0, "org.eclipse.jetty.server.Request")), "Handle");
    for (String environment : new String[] {"ee10", "ee11"}) {
      weaver
          .type("org.eclipse.jetty." + environment + ".servlet.ServletChannel")
          .advise(named("handle").and(takesArguments(0)), "Dispatch");
    }
    for (String environment : new String[] {"ee8", "ee9"}) {
      weaver
          .type("org.eclipse.jetty." + environment + ".nested.HttpChannel")
          .advise(named("handle").and(takesArguments(0)), "Dispatch");
    }
  }

  /** A request comes in. */
  static final class Handle {
    @Advice.Enter
    static Span enter(@Advice.Argument(0) Request request, @Advice.Argument(1) Response response) {
      Span span = Requests.HANDLER.receive(request).prepareForAsync();
      request.setAttribute(Requests.SPAN, span);
      // Now, and not when this thread leaves: another one may dispatch the request before that.
      request.setAttribute(Requests.SNAPSHOT, Tracing.tracer().capture());
      request.addHttpStreamWrapper(stream -> new Completion(stream, span, request, response));
      return span;
    }

    @Advice.Exit
    static void exit(
        @Advice.Entered @Nullable Span span, @Advice.Thrown @Nullable Throwable thrown) {
      if (span != null) {
        span.end(thrown);
      }
    }
  }

  /**
   * A servlet request is worked on: first inside of {@link Handle}, again whenever it is
   * dispatched.
   */
  static final class Dispatch {
    @Advice.Enter
    static @Nullable Scope enter(@Advice.This Object channel) throws Throwable {
      return Tracing.tracer().activeSpan() == null ? Requests.comeBack(channel) : null;
    }

    @Advice.Exit
    static void exit(@Advice.Entered @Nullable Scope scope) {
      if (scope != null) {
        scope.close();
      }
    }
  }

  /** Jetty tells the stream when the exchange is over. (12.0.0 has no listener for it yet.) */
  static final class Completion extends HttpStream.Wrapper {
    private final Span span;
    private final Request request;
    private final Response response;

    Completion(HttpStream stream, Span span, Request request, Response response) {
      super(stream);
      this.span = span;
      this.request = request;
      this.response = response;
    }

    @Override
    public void succeeded() {
      end(null);
      super.succeeded();
    }

    @Override
    public void failed(Throwable failure) {
      end(failure);
      super.failed(failure);
    }

    /** Jetty calls this, not woven code: nothing may come out. */
    private void end(@Nullable Throwable failure) {
      try {
        Requests.complete(span, request, response, failure);
      } catch (RuntimeException | LinkageError e) {
        span.asyncEnd(e);
      }
    }
  }

  /** What happens to a request between the calls. */
  static final class Requests {
    /** Also read by plugins of frameworks, through the servlet API. */
    static final String SPAN = "io.skein.span";

    static final String SNAPSHOT = "io.skein.snapshot";

    /**
     * Each servlet environment has a channel of its own, with the core's request by one of two
     * names.
     */
    private static final ClassValue<MethodHandle> CORE_REQUEST =
        new ClassValue<>() {
          @Override
          protected MethodHandle computeValue(Class<?> channel) {
            MethodHandle found = find(channel, "getCoreRequest");
            if (found == null) {
              found = find(channel, "getRequest");
            }
            if (found == null) {
              throw new IllegalStateException(channel + " tells no request");
            }
            return found;
          }
        };

    /**
     * Where Jetty and the servlet environments leave what an application threw, when they answer
     * for it.
     */
    private static final String[] FAILURES = {
      "jakarta.servlet.error.exception",
      "javax.servlet.error.exception",
      "org.eclipse.jetty.server.error_exception"
    };

    static final HttpServerHandler<Request, Response> HANDLER =
        new HttpServerHandler<>(Tracing.tracer(), new Adapter());

    private Requests() {}

    private static @Nullable MethodHandle find(Class<?> channel, String name) {
      try {
        return MethodHandles.publicLookup()
            .unreflect(channel.getMethod(name))
            .asType(MethodType.methodType(Object.class, Object.class));
      } catch (NoSuchMethodException | IllegalAccessException other) {
        return null;
      }
    }

    static @Nullable Scope comeBack(Object channel) throws Throwable {
      Object request = CORE_REQUEST.get(channel.getClass()).invokeExact(channel);
      return request instanceof Request core
              && core.getAttribute(SNAPSHOT) instanceof Snapshot snapshot
          ? Tracing.tracer().continueFrom(snapshot)
          : null;
    }

    static void complete(
        Span span, Request request, Response response, @Nullable Throwable failure) {
      Throwable error = failure;
      if (request.getAttribute("io.skein.logged") == null) {
        for (String name : FAILURES) {
          if (error == null && request.getAttribute(name) instanceof Throwable thrown) {
            error = thrown;
          }
        }
      }
      HANDLER.complete(span, response, error);
    }
  }

  static final class Adapter extends HttpServerAdapter<Request, Response> {
    @Override
    public @Nullable String method(Request request) {
      return request.getMethod();
    }

    @Override
    public @Nullable String path(Request request) {
      return request.getHttpURI().getPath();
    }

    @Override
    public @Nullable String url(Request request) {
      HttpURI uri = request.getHttpURI();
      return uri.isAbsolute()
          ? uri.asString()
          : "http://" + request.getHeaders().get("host") + uri.getPath();
    }

    @Override
    public @Nullable String header(Request request, String name) {
      return request.getHeaders().get(name);
    }

    @Override
    public int status(Response response) {
      return response.getStatus();
    }

    @Override
    public boolean committed(Response response) {
      return response.isCommitted();
    }

    @Override
    public Component component() {
      return Component.JETTY_SERVER;
    }
  }
}
