package io.skein.core.http;

import io.skein.api.Component;
import io.skein.api.Layer;
import io.skein.api.Span;
import io.skein.api.Tags;
import io.skein.core.CarrierReader;
import io.skein.core.Tracer;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP request served, as an entry span: named {@code METHOD:/path}, continuing the caller's
 * trace, failed when the status is 400 or more or an error came out.
 *
 * <pre>
 *   Span span = handler.receive(request);
 *   ... the library serves the request ...
 *   if (it goes on after this thread) { handler.leave(span); ... handler.complete(span, response, error); }
 *   else handler.send(span, response, error);
 * </pre>
 *
 * <p>Servers nest (a servlet in Tomcat, Spring MVC in the servlet): the spans are one, and the
 * innermost names it.
 *
 * @param <Q> the library's request
 * @param <S> the library's response
 */
public final class HttpServerHandler<Q, S> {
  private final Tracer tracer;
  private final HttpServerAdapter<Q, S> adapter;
  private final CarrierReader<Q> headers;
  private final Component component;

  public HttpServerHandler(Tracer tracer, HttpServerAdapter<Q, S> adapter) {
    this.tracer = tracer;
    this.adapter = adapter;
    this.headers = adapter::header;
    this.component = adapter.component();
  }

  /** A request came in. */
  public Span receive(Q request) {
    String method = adapter.method(request);
    String path = adapter.path(request);
    String name = HttpNames.operation(method, path);
    Span span = tracer.startEntry(name, request, headers);
    if (span.recording()) {
      try {
        span.component(component).layer(Layer.HTTP);
        span.tag(Tags.URL, HttpNames.withoutSecrets(adapter.url(request, path)));
        span.tag(Tags.HTTP_METHOD, method);
        span.peer(adapter.peer(request));
      } catch (RuntimeException | LinkageError e) {
        span.end(); // the caller does not get it, so nobody else would
        throw e;
      }
    }
    return span;
  }

  /** The response is on its way, in the thread that received the request. */
  public void send(@Nullable Span span, @Nullable S response, @Nullable Throwable error) {
    if (span == null) {
      return;
    }
    try {
      describe(span, response, error);
    } finally {
      span.end(error);
    }
  }

  /** The same; for adapters that like to see the request again. */
  public void send(
      @Nullable Span span, Q request, @Nullable S response, @Nullable Throwable error) {
    send(span, response, error);
  }

  /** This thread has done its part; the response comes later, see {@link #complete}. */
  public void leave(@Nullable Span span) {
    if (span != null) {
      span.prepareForAsync();
      span.end();
    }
  }

  /** The response to a request that was {@linkplain #leave left}, in any thread. */
  public void complete(@Nullable Span span, @Nullable S response, @Nullable Throwable error) {
    if (span == null) {
      return;
    }
    try {
      describe(span, response, error);
    } finally {
      span.asyncEnd(HttpNames.unwrapped(error));
    }
  }

  private void describe(Span span, @Nullable S response, @Nullable Throwable error) {
    if (response == null || !span.recording()) {
      return;
    }
    int status = adapter.status(response);
    if (error != null && status < 400 && !adapter.committed(response)) {
      status =
          500; // what every server answers with when an error comes out; it has not said so yet
    }
    HttpNames.status(span, status);
  }
}
