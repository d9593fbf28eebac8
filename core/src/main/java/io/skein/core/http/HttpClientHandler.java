package io.skein.core.http;

import io.skein.api.Component;
import io.skein.api.Layer;
import io.skein.api.Span;
import io.skein.api.Tags;
import io.skein.core.CarrierWriter;
import io.skein.core.Tracer;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP call made, as an exit span: named {@code METHOD:/path}, failed when the status is 400 or
 * more or an error came out.
 *
 * <pre>
 *   Span span = handler.start(request);
 *   handler.inject(span, request);
 *   ... the library makes the call ...
 *   handler.finish(span, response, error);
 *   // or, where the answer comes in another thread:
 *   handler.leave(span);  ...  handler.complete(span, response, error);
 * </pre>
 *
 * <p>Clients nest (RestTemplate over the JDK's client): the spans are one, and the outermost names
 * it. The headers speak of it wherever they are written.
 *
 * @param <Q> the library's request
 * @param <S> the library's response
 */
public final class HttpClientHandler<Q, S> {
  private final Tracer tracer;
  private final HttpClientAdapter<Q, S> adapter;
  private final CarrierWriter<Q> headers;
  private final Component component;

  public HttpClientHandler(Tracer tracer, HttpClientAdapter<Q, S> adapter) {
    this.tracer = tracer;
    this.adapter = adapter;
    this.headers = adapter::setHeader;
    this.component = adapter.component();
  }

  /** A call begins. */
  public Span start(Q request) {
    String method = adapter.method(request);
    Span span = tracer.joinExit();
    if (span == null) {
      String name = HttpNames.operation(method, adapter.path(request));
      span = tracer.startExit(name, adapter.peer(request));
    }
    if (span.recording()) {
      try {
        span.component(component).layer(Layer.HTTP);
        span.tag(Tags.URL, HttpNames.withoutSecrets(adapter.url(request)));
        span.tag(Tags.HTTP_METHOD, method);
      } catch (RuntimeException | LinkageError e) {
        span.end(); // the caller does not get it, so nobody else would
        throw e;
      }
    }
    return span;
  }

  /** Writes the headers by which the other side continues the trace. */
  public void inject(@Nullable Span span, Q request) {
    tracer.inject(span, request, headers);
  }

  /**
   * The same into something else than the request, such as a map of headers that replaces its own.
   */
  public <C> void inject(@Nullable Span span, C carrier, CarrierWriter<C> writer) {
    tracer.inject(span, carrier, writer);
  }

  /** The same as the end of a head of HTTP/1.1; see {@link Tracer#headerLines}. */
  public byte @Nullable [] headerLines(@Nullable Span span) {
    return tracer.headerLines(span);
  }

  /** The answer is there, in the thread that made the call. */
  public void finish(@Nullable Span span, @Nullable S response, @Nullable Throwable error) {
    if (span == null) {
      return;
    }
    try {
      describe(span, response);
    } finally {
      span.end(error);
    }
  }

  /** Whether a client inside of this one has shared the span; see {@link Tracer#wasJoined}. */
  public boolean wasJoined(@Nullable Span span) {
    return tracer.wasJoined(span);
  }

  /** This thread has done its part; the answer comes later, see {@link #complete}. */
  public void leave(@Nullable Span span) {
    if (span != null) {
      span.prepareForAsync();
      span.end();
    }
  }

  /** The answer to a call that was {@linkplain #leave left}, in any thread. */
  public void complete(@Nullable Span span, @Nullable S response, @Nullable Throwable error) {
    if (span == null) {
      return;
    }
    try {
      describe(span, response);
    } finally {
      span.asyncEnd(HttpNames.unwrapped(error));
    }
  }

  private void describe(Span span, @Nullable S response) {
    if (response != null && span.recording()) {
      HttpNames.status(span, adapter.status(response));
    }
  }
}
