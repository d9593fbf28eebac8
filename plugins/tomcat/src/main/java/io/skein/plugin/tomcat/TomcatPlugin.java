package io.skein.plugin.tomcat;

import static io.skein.agent.plugin.MethodMatchers.named;
import static io.skein.agent.plugin.MethodMatchers.takesArgument;

import io.skein.agent.plugin.Advice;
import io.skein.agent.plugin.Plugin;
import io.skein.agent.plugin.Tracing;
import io.skein.agent.plugin.Weaver;
import io.skein.api.Component;
import io.skein.api.Span;
import io.skein.core.Scope;
import io.skein.core.Snapshot;
import io.skein.core.Tracer;
import io.skein.core.http.ClientGone;
import io.skein.core.http.HttpServerAdapter;
import io.skein.core.http.HttpServerHandler;
import io.skein.core.http.RecentTexts;
import org.apache.catalina.connector.CoyoteAdapter;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.tomcat.util.buf.ByteChunk;
import org.apache.tomcat.util.buf.MessageBytes;
import org.jspecify.annotations.Nullable;

/**
 * Requests served by Tomcat 9 to 11.
 *
 * <p><b>Why the Coyote adapter.</b> It is where a request of any protocol (HTTP/1.1, HTTP/2, AJP)
 * enters the container, so it sees also what valves, filters and error pages answer, and requests
 * that no application takes. Its types have no trace of {@code javax} or {@code jakarta}, so one
 * class serves every line. {@code service} is called once for a request; an asynchronous one comes
 * back through {@code asyncDispatch} any number of times, until it is no longer asynchronous.
 *
 * <p>What the application throws never reaches the adapter: Tomcat turns it into an error page
 * before. It is met in {@code StandardHostValve.throwable}, also for asynchronous requests.
 */
public final class TomcatPlugin implements Plugin {
  @Override
  public String name() {
    return "tomcat";
  }

  @Override
  public void weave(Weaver weaver) {
    weaver
        .type("org.apache.catalina.connector.CoyoteAdapter")
        .advise(named("service").and(takesArgument(0, "org.apache.coyote.Request")), "Service")
        .advise(
            named("asyncDispatch").and(takesArgument(0, "org.apache.coyote.Request")),
            "AsyncDispatch");
    weaver
        .type("org.apache.catalina.core.StandardHostValve")
        .advise(named("throwable").and(takesArgument(2, "java.lang.Throwable")), "Failure");
  }

  /** A request comes in. */
  static final class Service {
    @Advice.Enter
    static Span enter(@Advice.Argument(0) Request request) {
      return Requests.receive(request);
    }

    @Advice.Exit
    static void exit(
        @Advice.Entered @Nullable Span span,
        @Advice.Argument(0) Request request,
        @Advice.Argument(1) Response response,
        @Advice.Thrown @Nullable Throwable thrown) {
      if (span != null) {
        Requests.leaveOrSend(span, request, response, thrown);
      }
    }
  }

  /** An asynchronous request comes back: a dispatch, its completion, a timeout or an error. */
  static final class AsyncDispatch {
    @Advice.Enter
    static @Nullable Scope enter(@Advice.Argument(0) Request request) {
      return Requests.comeBack(request);
    }

    @Advice.Exit
    static void exit(
        @Advice.Entered @Nullable Scope scope,
        @Advice.Argument(0) Request request,
        @Advice.Argument(1) Response response,
        @Advice.Thrown @Nullable Throwable thrown) {
      if (scope != null) {
        scope.close();
        Requests.completeIfDone(request, response, thrown);
      }
    }
  }

  /** The application threw, and Tomcat is about to make an error page of it. */
  static final class Failure {
    @Advice.Enter
    static void enter(
        @Advice.Argument(0) org.apache.catalina.connector.Request request,
        @Advice.Argument(2) Throwable thrown) {
      // Tomcat makes no error page of it either: nobody is there to read it.
      // A framework that logged it set the attribute; here it is wrapped in an exception of the
      // framework's.
      if (ClientGone.isReasonOf(thrown)) {
        request.getCoyoteRequest().setAttribute(Requests.GONE, true);
      } else if (request.getAttribute(Requests.LOGGED) == null) {
        Requests.logOnce(request.getCoyoteRequest(), thrown);
      }
    }
  }

  /** The state of a request between the calls, which is kept in the request itself. */
  static final class Requests {
    /**
     * Also read by plugins of frameworks, through the servlet API. Tomcat gives an application
     * attributes of the Coyote request when it asks by name, and does not list them.
     */
    static final String SPAN = "io.skein.span";

    private static final String SNAPSHOT = "io.skein.snapshot";
    private static final String GONE = "io.skein.gone";
    private static final String LOGGED = "io.skein.logged";
    private static final Tracer TRACER = Tracing.tracer();
    private static final HttpServerHandler<Request, Response> HANDLER =
        new HttpServerHandler<>(TRACER, new Adapter());

    private Requests() {}

    static Span receive(Request request) {
      Span span = HANDLER.receive(request);
      request.setAttribute(SPAN, span);
      return span;
    }

    /**
     * No other thread can be in the request yet: until the adapter has returned, Tomcat only notes
     * a {@code complete} or {@code dispatch}.
     */
    static void leaveOrSend(
        Span span, Request request, Response response, @Nullable Throwable thrown) {
      if (isAsync(request)) {
        request.setAttribute(SNAPSHOT, TRACER.capture());
        HANDLER.leave(span);
      } else {
        HANDLER.send(span, told(request, response), thrown);
      }
    }

    /**
     * Old Tomcats set a status of 500 when the client has gone, long after another one was sent;
     * which one that was, nobody knows any more.
     */
    private static @Nullable Response told(Request request, Response response) {
      return request.getAttribute(GONE) != null && response.getStatus() >= 400 ? null : response;
    }

    static @Nullable Scope comeBack(Request request) {
      return request.getAttribute(SNAPSHOT) instanceof Snapshot snapshot
          ? TRACER.continueFrom(snapshot)
          : null;
    }

    static void completeIfDone(Request request, Response response, @Nullable Throwable thrown) {
      if (!isAsync(request) && request.getAttribute(SPAN) instanceof Span span) {
        request.setAttribute(SPAN, null);
        request.setAttribute(SNAPSHOT, null);
        HANDLER.complete(span, told(request, response), thrown);
      }
    }

    /** Old Tomcats come here twice with what an asynchronous dispatch threw, wrapped once more. */
    static void logOnce(Request request, Throwable thrown) {
      if (request.getAttribute(SPAN) instanceof Span span && request.getAttribute(LOGGED) == null) {
        request.setAttribute(LOGGED, true);
        span.log(thrown);
      }
    }

    /** What the adapter itself asks; a request that is done has been recycled and says no. */
    private static boolean isAsync(Request request) {
      return request.getNote(CoyoteAdapter.ADAPTER_NOTES)
              instanceof org.apache.catalina.connector.Request servletRequest
          && servletRequest.isAsync();
    }
  }

  static final class Adapter extends HttpServerAdapter<Request, Response> {
    private static final RecentTexts TEXTS = new RecentTexts();
    private static final RecentTexts URLS = new RecentTexts();

    @Override
    public @Nullable String method(Request request) {
      return text(request.method());
    }

    @Override
    public @Nullable String path(Request request) {
      return text(request.requestURI());
    }

    @Override
    public @Nullable String url(Request request, @Nullable String path) {
      String scheme = text(request.scheme());
      MessageBytes hostHeader = request.getMimeHeaders().getValue("host");
      String host = hostHeader == null ? null : text(hostHeader);
      return URLS.joined(
          scheme == null || scheme.equals("http") ? "http://" : scheme + "://",
          host == null || host.isEmpty() ? serverName(request) : host,
          path == null ? "/" : path);
    }

    private static String serverName(Request request) {
      return text(request.serverName()) + ":" + request.getServerPort();
    }

    @Override
    public @Nullable String header(Request request, String name) {
      return request.getHeader(name);
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
      return Component.TOMCAT;
    }

    /**
     * Reads without a change. {@code MessageBytes.toString} makes a text of the bytes for good in
     * Tomcat up to 10.1.1, and Tomcat neither decodes nor normalises a URI that is a text already.
     */
    private static @Nullable String text(MessageBytes message) {
      if (message.getType() != MessageBytes.T_BYTES) {
        return message.toString();
      }
      ByteChunk bytes = message.getByteChunk();
      if (bytes.equals("GET")) {
        return "GET";
      }
      return TEXTS.latin1(bytes.getBuffer(), bytes.getStart(), bytes.getLength());
    }
  }
}
