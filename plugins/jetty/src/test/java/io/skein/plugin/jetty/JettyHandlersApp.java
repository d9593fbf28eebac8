package io.skein.plugin.jetty;

import io.skein.testing.app.Probe;
import io.skein.testing.http.HttpServerApp;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ReHandlingErrorHandler;
import org.eclipse.jetty.util.Callback;

/** Jetty without servlets, whose error handler hands requests in again. */
public final class JettyHandlersApp implements HttpServerApp {
  private static final int LATER_MILLIS = 100;

  private Server server;

  @Override
  public int start() {
    if (server == null) {
      Server made = new Server();
      ServerConnector connector = new ServerConnector(made);
      connector.setHost("127.0.0.1");
      connector.setPort(0);
      made.addConnector(connector);
      made.setHandler(new Answers());
      ReHandlingErrorHandler.ByHttpStatus errors = new ReHandlingErrorHandler.ByHttpStatus(made);
      errors.put(404, "/error-page");
      made.setErrorHandler(errors);
      try {
        made.start();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
      server = made;
    }
    return ((ServerConnector) server.getConnectors()[0]).getLocalPort();
  }

  @Override
  public void close() {
    try {
      if (server != null) {
        server.stop();
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class Answers extends Handler.Abstract {
    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      switch (request.getHttpURI().getPath()) {
        case "/missing" -> Response.writeError(request, response, callback, 404);
        case "/missing-later" ->
            CompletableFuture.delayedExecutor(LATER_MILLIS, TimeUnit.MILLISECONDS)
                .execute(() -> Response.writeError(request, response, callback, 404));
        case "/error-page" -> {
          response.setStatus(404); // Jetty has set it back
          Content.Sink.write(response, true, Probe.local("error page", () -> "sorry"), callback);
        }
        case "/fail" -> throw new IllegalStateException("broken on purpose");
        // As a call of the application's own fails when its server goes away.
        case "/backend-gone" -> throw new IOException("backend", new EofException("gone"));
        default -> Content.Sink.write(response, true, "hello", callback);
      }
      return true;
    }
  }
}
