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
import io.skein.core.http.ClientGone;
import io.skein.core.http.HttpServerAdapter;
import io.skein.core.http.HttpServerHandler;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Requests served by Jetty 12, in whatever environment (core handlers, servlets of ee8 to ee11):
 * all of them go through {@code Server.handle}.
 *
 * <p>A handler may answer later, in another thread; whether it did is only known when the request
 * completes. So the span is asynchronous from its start, this thread leaves it when {@code handle}
 * returns, and the end of Jetty's exchange ends it.
 *
 * <p>A request may come through {@code Server.handle} more than once: an error handler hands it in
 * again to make an error page, in the same thread or in a later one. It stays one span, named by
 * what the client asked for.
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

  /** A request comes in, or is handed in again. */
  static final class Handle {
    /** Returns the exchange that begins, or the scope of a request that came back. */
    @Advice.Enter
    static @Nullable Scope enter(@Advice.Argument(0) Request request) {
      if (request.getAttribute(Requests.SPAN) != null) {
        return Tracing.tracer().activeSpan() == null ? Requests.comeBackTo(request) : null;
      }
      Span span = Requests.HANDLER.receive(request).prepareForAsync();
      request.setAttribute(Requests.SPAN, span);
      // Now, and not when this thread leaves: another one may dispatch the request before that.
      request.setAttribute(Requests.SNAPSHOT, Tracing.tracer().capture());
      Exchange exchange = new Exchange(span, request);
      request.addHttpStreamWrapper(stream -> new WatchedStream(stream, exchange));
      return exchange;
    }

    @Advice.Exit
    static void exit(
        @Advice.Entered @Nullable Scope entered, @Advice.Thrown @Nullable Throwable thrown) {
      if (entered instanceof Exchange exchange) {
        exchange.thrown = thrown;
      }
      if (entered != null) {
        entered.close();
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

  /**
   * What is known of a request until Jetty is done with it. Closed when {@code handle} returns;
   * Jetty completes the exchange after that or, in another thread, before.
   */
  static final class Exchange implements Scope {
    private final Span span;
    private final Request request;

    /** What came out of {@code handle}. Jetty may put it elsewhere as well, or nowhere. */
    @Nullable Throwable thrown;

    /** The status that was sent, or 0. */
    volatile int status;

    /** Why the client could not be written to. */
    volatile @Nullable Throwable unsent;

    Exchange(Span span, Request request) {
      this.span = span;
      this.request = request;
    }

    @Override
    public void close() {
      span.end();
    }

    /** Jetty calls this, not woven code: nothing may come out. */
    void complete(@Nullable Throwable failure) {
      try {
        Requests.HANDLER.complete(span, this, error(failure));
      } catch (RuntimeException | LinkageError e) {
        span.asyncEnd(e);
      }
    }

    private @Nullable Throwable error(@Nullable Throwable failure) {
      if (isError(failure)) {
        return failure;
      }
      if (request.getAttribute("io.skein.logged") != null) {
        return null;
      }
      for (String name : Requests.FAILURES) {
        if (request.getAttribute(name) instanceof Throwable error && isError(error)) {
          return error;
        }
      }
      return isError(thrown) ? thrown : null;
    }

    /**
     * That the client has gone is believed only when it could not be written to: an application may
     * meet the same exceptions in a call of its own.
     */
    private boolean isError(@Nullable Throwable error) {
      return error != null && !(ClientGone.isReasonOf(unsent) && ClientGone.isReasonOf(error));
    }
  }

  /**
   * Jetty tells the stream what it sends and when the exchange is over. (12.0.0 has no listener for
   * either, and the response does not know what an error handler answered.)
   */
  static final class WatchedStream extends HttpStream.Wrapper {
    private final Exchange exchange;

    WatchedStream(HttpStream stream, Exchange exchange) {
      super(stream);
      this.exchange = exchange;
    }

    @Override
    public void send(
        MetaData.Request request,
        MetaData.@Nullable Response response,
        boolean last,
        @Nullable ByteBuffer content,
        Callback callback) {
      if (response != null && response.getStatus() >= 200) { // the others announce the answer
        exchange.status = response.getStatus();
      }
      super.send(
          request,
          response,
          last,
          content,
          new Callback.Nested(callback) {
            @Override
            public void failed(Throwable failure) {
              exchange.unsent = failure;
              super.failed(failure);
            }
          });
    }

    @Override
    public void succeeded() {
      exchange.complete(null);
      super.succeeded();
    }

    @Override
    public void failed(Throwable failure) {
      exchange.complete(failure);
      super.failed(failure);
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
    static final String[] FAILURES = {
      "jakarta.servlet.error.exception",
      "javax.servlet.error.exception",
      "org.eclipse.jetty.server.error_exception"
    };

    static final HttpServerHandler<Request, Exchange> HANDLER =
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
      return request instanceof Request core ? comeBackTo(core) : null;
    }

    static @Nullable Scope comeBackTo(Request request) {
      return request.getAttribute(SNAPSHOT) instanceof Snapshot snapshot
          ? Tracing.tracer().continueFrom(snapshot)
          : null;
    }
  }

  static final class Adapter extends HttpServerAdapter<Request, Exchange> {
    @Override
    public @Nullable String method(Request request) {
      return request.getMethod();
    }

    @Override
    public @Nullable String path(Request request) {
      return request.getHttpURI().getPath();
    }

    @Override
    public @Nullable String url(Request request, @Nullable String path) {
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
    public int status(Exchange exchange) {
      return exchange.status;
    }

    @Override
    public boolean committed(Exchange exchange) {
      return exchange.status != 0;
    }

    @Override
    public Component component() {
      return Component.JETTY_SERVER;
    }
  }
}
