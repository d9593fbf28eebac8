package io.skein.server.query;

import io.skein.server.storage.TraceStore;
import java.io.IOException;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP server for people and their browsers: the JSON answers under {@code /api/} and the user
 * interface.
 */
public final class QueryServer implements AutoCloseable {
  private static final int REQUEST_HEAD_BYTES = 16 << 10;
  private static final long STOP_MILLIS = 2_000;

  /**
   * Everything in a trace is hostile text. The user interface never makes markup of it; should it
   * ever do so by mistake, the browser still runs, loads and sends nothing.
   */
  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none';"
          + " frame-ancestors 'none'";

  private final Server server;
  private final ServerConnector connector;

  public QueryServer(
      QuerySettings settings, TraceStore store, ServerFacts facts, InstantSource clock) {
    QueuedThreadPool threads = new QueuedThreadPool(settings.maxQueries() + 16, 2, 30_000);
    threads.setName("skein-http");
    threads.setDaemon(true);
    // No threads kept aside for producing: a query at a time is what a person makes.
    threads.setReservedThreads(0);
    server = new Server(threads);
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(REQUEST_HEAD_BYTES);
    http.setIdleTimeout(settings.idleMillis());
    http.addCustomizer(
        (request, headers) -> {
          secure(headers);
          return request;
        });
    connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setHost(settings.bindAddress());
    connector.setPort(settings.port());
    connector.setIdleTimeout(settings.idleMillis());
    connector.setAcceptQueueSize(128);
    // At the end, kept-alive connections without a request are closed at once.
    connector.setShutdownIdleTimeout(50);
    connector.addBean(new SlowRequests(connector.getScheduler(), settings.slowRequestMillis()));
    server.addConnector(connector);
    server.addBean(new NetworkConnectionLimit(settings.maxConnections(), connector));
    server.setErrorHandler(new PlainErrors());
    server.setStopTimeout(STOP_MILLIS);
    Set<String> hosts = new HashSet<>(settings.hosts());
    hosts.add(settings.bindAddress());
    server.setHandler(
        new Front(
            new Api(store, facts, clock),
            new UiFiles(QueryServer.class.getClassLoader()),
            new Hosts(hosts),
            settings.maxQueries()));
  }

  /**
   * Listens from now on.
   *
   * @throws IOException when the address cannot be bound
   */
  public void start() throws IOException {
    try {
      // Binds first, so that a taken port is told apart from everything else.
      connector.open();
      server.start();
    } catch (IOException e) {
      close();
      throw e;
    } catch (Exception e) {
      close();
      throw new IllegalStateException("the HTTP server does not start", e);
    }
  }

  /** The port bound, which matters when the settings said 0. */
  public int port() {
    return connector.getLocalPort();
  }

  /** Lets running answers end, for two seconds at most. */
  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the HTTP server does not stop", e);
    }
  }

  private static void secure(HttpFields.Mutable headers) {
    headers.put("Content-Security-Policy", CONTENT_SECURITY_POLICY);
    headers.put("X-Content-Type-Options", "nosniff");
    headers.put("Referrer-Policy", "no-referrer");
    headers.put("X-Frame-Options", "DENY");
    headers.put("Cross-Origin-Resource-Policy", "same-origin");
    headers.put("Cross-Origin-Opener-Policy", "same-origin");
    // What may be kept says so itself.
    headers.put(HttpHeader.CACHE_CONTROL, "no-store");
  }

  /** Errors that never reach our handler: requests that are no HTTP, or too large. */
  private static final class PlainErrors extends ErrorHandler {
    @Override
    protected void generateResponse(
        Request request,
        Response response,
        int status,
        @Nullable String message,
        @Nullable Throwable cause,
        Callback callback)
        throws IOException {
      secure(response.getHeaders());
      response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
      Answer.send(request, response, callback, status, "application/json", body(status, message));
    }

    private static byte[] body(int status, @Nullable String message) throws IOException {
      String words =
          switch (status) {
            case 414, 431 ->
                "the request line and headers together may have "
                    + REQUEST_HEAD_BYTES
                    + " bytes at most";
            default ->
                status >= 500
                    ? "the server failed on this request"
                    : "not an HTTP request that this server understands"
                        + (message == null ? "" : ": " + message);
          };
      return Front.body(
          RequestException.of(status, status >= 500 ? "internal" : "bad-request", words));
    }
  }
}
