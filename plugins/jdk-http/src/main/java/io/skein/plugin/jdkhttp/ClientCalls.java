package io.skein.plugin.jdkhttp;

import io.skein.agent.plugin.Tracing;
import io.skein.agent.plugin.WeakIdentityMap;
import io.skein.api.Component;
import io.skein.api.Span;
import io.skein.core.CarrierWriter;
import io.skein.core.Scope;
import io.skein.core.http.HttpClientAdapter;
import io.skein.core.http.HttpClientHandler;
import io.skein.core.http.HttpPeer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Calls of {@code java.net.http.HttpClient}. */
final class ClientCalls {
  private static final HttpClientHandler<HttpRequest, HttpResponse<?>> HANDLER =
      new HttpClientHandler<>(Tracing.tracer(), new Adapter());

  /**
   * The call whose request is being cloned in this thread. A call of its own rather than the active
   * span: with nested exits that is another object, and another client may be at work inside.
   */
  private static final ThreadLocal<@Nullable Call> CURRENT = new ThreadLocal<>();

  private static final CarrierWriter<Comparison> COMPARING = Comparison::see;

  private ClientCalls() {}

  static @Nullable Call start(HttpClient client, @Nullable HttpRequest request) {
    if (request == null || request.uri() == null) {
      return null; // the client is about to refuse it
    }
    Call call =
        new Call(HANDLER.start(request), CURRENT.get(), MessageHeads.areReached(client, request));
    CURRENT.set(call);
    return call;
  }

  /**
   * Adds our headers to those of a request, replacing what is there under any case of their names
   * (T60): the map of {@code HttpHeaders} looks case-insensitive from outside and is not when it is
   * copied.
   */
  static @Nullable HttpHeaders withTrace(@Nullable HttpHeaders own) {
    Call call = CURRENT.get();
    if (call == null || own == null) {
      return null;
    }
    if (call.byHead && MessageHeads.hasNone(own)) {
      call.lines = HANDLER.headerLines(call.span);
      return null;
    }
    Comparison comparison = new Comparison(own.map());
    HANDLER.inject(call.span, comparison, COMPARING);
    if (comparison.same) {
      return null;
    }
    Map<String, List<String>> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    all.putAll(own.map());
    HANDLER.inject(call.span, all, (headers, name, value) -> headers.put(name, List.of(value)));
    return HttpHeaders.of(all, (name, value) -> true);
  }

  /** The client goes on with another request in the same call: a redirect, or with a password. */
  static void copied(@Nullable HttpRequest original, HttpRequest copy) {
    Call call = original == null ? null : MessageHeads.callOf(original);
    if (call != null && call.held != null) {
      MessageHeads.forget(call.held);
      call.held = MessageHeads.remember(copy, call);
    }
  }

  /** The clone is there, to be found again when it is sent. */
  static void cloned(HttpRequest clone) {
    Call call = CURRENT.get();
    if (call != null && call.lines != null && call.held == null) {
      call.held = MessageHeads.remember(clone, call);
    }
  }

  /**
   * Whether a client around this one, such as Spring's, has written the same already: copying the
   * headers of a request takes longer than all that we do for it otherwise.
   */
  private static final class Comparison {
    private final Map<String, List<String>> present;
    boolean same = true;

    Comparison(Map<String, List<String>> present) {
      this.present = present;
    }

    void see(String name, String value) {
      List<String> values = present.get(name);
      same &= values != null && values.size() == 1 && value.equals(values.get(0));
    }
  }

  /** A call from its beginning to its answer; closed only when our own exit failed. */
  static final class Call implements BiConsumer<HttpResponse<?>, Throwable>, Scope {
    private final Span span;
    private final @Nullable Call outer;

    /** Whether the headers may be written when the message is; see {@link MessageHeads}. */
    private final boolean byHead;

    /** What is then written; null for nothing. */
    byte @Nullable [] lines;

    /** Set by the thread that writes the message; the answer comes after it. */
    boolean written;

    private WeakIdentityMap.@Nullable Held held;

    Call(Span span, @Nullable Call outer, boolean byHead) {
      this.span = span;
      this.outer = outer;
      this.byHead = byHead;
    }

    void finish(@Nullable HttpResponse<?> response, @Nullable Throwable error) {
      restore();
      answered(response);
      HANDLER.finish(span, response, error);
    }

    private void answered(@Nullable HttpResponse<?> response) {
      if (held != null) {
        MessageHeads.forget(held);
      }
      if (lines != null && response != null && !written) {
        MessageHeads.areNotReached();
      }
    }

    /**
     * The future is left as it is: the application may cancel it, and that cancels the exchange.
     */
    void leave(@Nullable CompletableFuture<HttpResponse<?>> answer, @Nullable Throwable error) {
      restore();
      if (answer == null) {
        answered(null);
        HANDLER.finish(span, null, error);
        return;
      }
      HANDLER.leave(span);
      // Not a lambda: the executors plugin knows by the class that this needs no trace.
      CompletableFuture<?> unused = answer.whenComplete(this);
    }

    @Override
    public void accept(@Nullable HttpResponse<?> response, @Nullable Throwable error) {
      answered(response);
      HANDLER.complete(span, response, error);
    }

    @Override
    public void close() {
      restore();
      answered(null);
      span.end();
    }

    private void restore() {
      CURRENT.set(outer); // null rather than removed: the next call finds its place in the map
    }
  }

  private static final class Adapter extends HttpClientAdapter<HttpRequest, HttpResponse<?>> {
    @Override
    public @Nullable String method(HttpRequest request) {
      return request.method();
    }

    @Override
    public @Nullable String path(HttpRequest request) {
      return request.uri().getRawPath();
    }

    @Override
    public @Nullable String url(HttpRequest request) {
      return request.uri().toString();
    }

    @Override
    public @Nullable String peer(HttpRequest request) {
      URI uri = request.uri();
      return HttpPeer.of(uri.getScheme(), uri.getHost(), uri.getPort());
    }

    @Override
    public void setHeader(HttpRequest request, String name, String value) {
      throw new UnsupportedOperationException("a request cannot be changed; see withTrace");
    }

    @Override
    public int status(HttpResponse<?> response) {
      return response.statusCode();
    }

    @Override
    public Component component() {
      return Component.JDK_HTTP;
    }
  }
}
