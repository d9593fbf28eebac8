package io.skein.plugin.jdkhttp;

import io.skein.agent.plugin.Tracing;
import io.skein.agent.plugin.WeakIdentityMap;
import io.skein.api.Component;
import io.skein.api.Span;
import io.skein.core.Scope;
import io.skein.core.http.HttpClientAdapter;
import io.skein.core.http.HttpClientHandler;
import io.skein.core.http.HttpPeer;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URL;
import org.jspecify.annotations.Nullable;

/**
 * Exchanges of {@code HttpURLConnection}, which an application may spread over several calls and
 * threads: {@code connect} here, {@code getOutputStream} there, the answer somewhere else.
 *
 * <pre>
 *   connect or getOutputStream    begin, headers, and the thread lets go of the span at the end of the call
 *   getInputStream                the same span if there is one, else begin and end in one call
 * </pre>
 *
 * <p>The methods call each other ({@code getInputStream} connects, {@code getResponseCode} gets the
 * input stream), so what is found in {@link #EXCHANGES} is left to whoever began it. After the
 * answer the exchange stays there, finished, because {@code getInputStream} may be called any
 * number of times for the same answer.
 *
 * <p>A connection that was opened and then forgotten ends with {@code disconnect}; if not even that
 * happens, the tracer's bound for asynchronous spans ends it (T15).
 */
final class UrlConnections {
  private static final int MAX_EXCHANGES = 50_000;

  private static final HttpClientHandler<HttpURLConnection, Integer> HANDLER =
      new HttpClientHandler<>(Tracing.tracer(), new Adapter());

  private static final WeakIdentityMap<HttpURLConnection, Exchange> EXCHANGES =
      new WeakIdentityMap<>(MAX_EXCHANGES);

  private UrlConnections() {}

  /**
   * What is known of one exchange. It must not refer to the connection. Closed only when our own
   * exit failed.
   */
  static final class Exchange implements Scope {
    final Span span;
    boolean left;
    volatile boolean finished;

    Exchange(Span span) {
      this.span = span;
    }

    @Override
    public void close() {
      finished = true;
      span.end();
    }
  }

  /** Returns the exchange if this call begins it, else null. */
  static @Nullable Exchange begin(HttpURLConnection connection) {
    return EXCHANGES.get(connection) == null ? start(connection) : null;
  }

  /** Returns the exchange whose answer this call is to bring, else null. */
  static @Nullable Exchange answer(HttpURLConnection connection) {
    Exchange present = EXCHANGES.get(connection);
    if (present == null) {
      return start(connection);
    }
    return present.left && !present.finished ? present : null;
  }

  private static @Nullable Exchange start(HttpURLConnection connection) {
    URL url = connection.getURL();
    if (url == null || url.getHost() == null || url.getHost().isEmpty()) {
      return null; // the connection is about to refuse it
    }
    Span span = HANDLER.start(connection);
    Exchange exchange = new Exchange(span);
    if (!EXCHANGES.put(connection, exchange)) {
      HANDLER.finish(span, null, null);
      return null;
    }
    HANDLER.inject(span, connection);
    return exchange;
  }

  /** The call that began the exchange is over, and the answer is still to come. */
  static void connected(
      HttpURLConnection connection, Exchange exchange, @Nullable Throwable error) {
    if (error != null) {
      EXCHANGES.take(connection); // trying again is another exchange
      exchange.finished = true;
      HANDLER.finish(exchange.span, null, error);
    } else {
      exchange.left = true;
      HANDLER.leave(exchange.span);
    }
  }

  static void answered(HttpURLConnection connection, Exchange exchange, @Nullable Throwable error) {
    exchange.finished = true;
    Integer status = status(connection, error);
    // From a status of 400 on, the exception says nothing but the status.
    Throwable own = status != null && status >= 400 ? null : error;
    if (exchange.left) {
      HANDLER.complete(exchange.span, status, own);
    } else {
      HANDLER.finish(exchange.span, status, own);
    }
  }

  static void abandoned(HttpURLConnection connection) {
    Exchange exchange = EXCHANGES.get(connection);
    if (exchange != null && exchange.left && !exchange.finished) {
      exchange.finished = true;
      HANDLER.complete(exchange.span, null, null);
    }
  }

  /**
   * Asks for the status line, which is there once {@code getInputStream} has returned. When it
   * threw there may be none; then asking throws the same once more, without a second attempt.
   */
  private static @Nullable Integer status(HttpURLConnection connection, @Nullable Throwable error) {
    if (error != null && !(error instanceof IOException)) {
      return null;
    }
    try {
      int status = connection.getResponseCode();
      return status > 0 ? status : null;
    } catch (IOException noAnswer) {
      return null;
    }
  }

  private static final class Adapter extends HttpClientAdapter<HttpURLConnection, Integer> {
    @Override
    public @Nullable String method(HttpURLConnection connection) {
      // A body makes a POST of a GET, which the connection itself does only later.
      String method = connection.getRequestMethod();
      return connection.getDoOutput() && "GET".equals(method) ? "POST" : method;
    }

    @Override
    public @Nullable String path(HttpURLConnection connection) {
      return connection.getURL().getPath();
    }

    @Override
    public @Nullable String url(HttpURLConnection connection) {
      return connection.getURL().toString();
    }

    @Override
    public @Nullable String peer(HttpURLConnection connection) {
      URL url = connection.getURL();
      return HttpPeer.of(url.getProtocol(), url.getHost(), url.getPort());
    }

    @Override
    public void setHeader(HttpURLConnection connection, String name, String value) {
      try {
        connection.setRequestProperty(name, value);
      } catch (IllegalStateException alreadySent) {
        // It was connected before the agent came; the trace goes on here without the other side.
      }
    }

    @Override
    public int status(Integer response) {
      return response;
    }

    @Override
    public Component component() {
      return Component.JDK_HTTP;
    }
  }
}
