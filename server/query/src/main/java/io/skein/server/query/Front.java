package io.skein.server.query;

import io.skein.server.storage.StorageBusyException;
import io.skein.server.storage.StorageException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** The door: who may ask, by which method, and which part of the server answers. */
final class Front extends Handler.Abstract {
  private static final System.Logger LOG = System.getLogger(Front.class.getName());
  private static final String JSON = "application/json";
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String METHODS = "GET, HEAD, OPTIONS";
  private static final String CHANGING_METHODS = METHODS + ", POST";

  private final Api api;
  private final UiFiles ui;
  private final Hosts hosts;
  private final Semaphore queries;

  Front(Api api, UiFiles ui, Hosts hosts, int maxQueries) {
    this.api = api;
    this.ui = ui;
    this.hosts = hosts;
    this.queries = new Semaphore(maxQueries);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws IOException {
    try {
      answer(request, response, callback);
    } catch (RequestException e) {
      error(request, response, callback, e);
    }
    return true;
  }

  private void answer(Request request, Response response, Callback callback)
      throws RequestException, IOException {
    String host = Request.getServerName(request);
    if (!hosts.allows(host)) {
      throw RequestException.of(
          421,
          "unknown-host",
          "this server is not known as \""
              + RequestException.shortened(String.valueOf(host))
              + "\"; open it by its address, or start it with --allow-host");
    }
    String path = Request.getPathInContext(request);
    switch (request.getMethod()) {
      case "GET", "HEAD" -> {
        if (path.equals("/api") || path.startsWith("/api/")) {
          query(path, request, response, callback);
        } else if (path.equals("/healthcheck")) {
          response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
          text(request, response, callback, 200, "ok\n");
        } else {
          page(path, request, response, callback);
        }
      }
      case "OPTIONS" -> {
        response.setStatus(204);
        response.getHeaders().put(HttpHeader.ALLOW, methods(path));
        callback.succeeded();
      }
      case "POST" -> {
        if (!api.takesChanges(path)) {
          throw notAllowed(path, request, response);
        }
        byte[] body = Changes.body(request);
        ask(path, () -> api.change(path, body), request, response, callback);
      }
      default -> throw notAllowed(path, request, response);
    }
  }

  private String methods(String path) {
    return api.takesChanges(path) ? CHANGING_METHODS : METHODS;
  }

  private RequestException notAllowed(String path, Request request, Response response) {
    String methods = methods(path);
    response.getHeaders().put(HttpHeader.ALLOW, methods);
    return RequestException.of(
        405,
        "method-not-allowed",
        "this server only answers "
            + methods
            + " here; got "
            + RequestException.shortened(request.getMethod()));
  }

  private void query(String path, Request request, Response response, Callback callback)
      throws RequestException, IOException {
    ask(path, () -> api.answer(path, request.getHttpURI().getQuery()), request, response, callback);
  }

  private interface Asking {
    Api.Result ask() throws RequestException;
  }

  private void ask(
      String path, Asking asking, Request request, Response response, Callback callback)
      throws RequestException, IOException {
    if (!queries.tryAcquire()) {
      throw busy(
          response, "the server is answering as many queries as it can: try again in a second");
    }
    try (Api.Result result = asking.ask()) {
      response.setStatus(200);
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, JSON);
      response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
      Answer answer = new Answer(request, response, callback);
      Json json = new Json(answer);
      try {
        json.object(() -> result.write(json));
      } catch (StorageException | StorageBusyException e) {
        if (!answer.takeBack()) {
          // A part is on its way: only a connection that breaks off tells that it is not the whole.
          throw new IOException("reading ended in the middle of an answer", e);
        }
        throw e;
      }
      // Closes the answer too.
      json.finish();
    } catch (StorageBusyException e) {
      throw busy(response, String.valueOf(e.getMessage()));
    } catch (StorageException e) {
      LOG.log(System.Logger.Level.WARNING, "query {0} failed: {1}", path, e.getMessage());
      throw RequestException.of(500, "storage", String.valueOf(e.getMessage()));
    } finally {
      queries.release();
    }
  }

  private static RequestException busy(Response response, String message) {
    response.getHeaders().put(HttpHeader.RETRY_AFTER, 1);
    return RequestException.of(503, "busy", message);
  }

  private void page(String path, Request request, Response response, Callback callback)
      throws RequestException, IOException {
    UiFiles.UiFile file = ui.find(path);
    if (file != null) {
      send(file, request, response, callback);
    } else if (ui.arePresent()) {
      text(request, response, callback, 404, "There is nothing at this path.\n");
    } else {
      text(
          request,
          response,
          callback,
          404,
          "This server was built without the user interface. Its answers are at /api/status,"
              + " /api/services, /api/traces and so on.\n");
    }
  }

  private static void send(
      UiFiles.UiFile file, Request request, Response response, Callback callback) {
    response.getHeaders().put(HttpHeader.CACHE_CONTROL, file.cacheControl());
    response.getHeaders().put(HttpHeader.ETAG, file.etag());
    if (file.etag().equals(request.getHeaders().get(HttpHeader.IF_NONE_MATCH))) {
      response.setStatus(304);
      callback.succeeded();
      return;
    }
    byte[] body = file.body();
    byte[] packed = file.packed();
    if (packed != null) {
      response.getHeaders().put(HttpHeader.VARY, "Accept-Encoding");
      if (Answer.takesGzip(request)) {
        response.getHeaders().put(HttpHeader.CONTENT_ENCODING, "gzip");
        body = packed;
      }
    }
    Answer.send(request, response, callback, 200, file.contentType(), body);
  }

  private static void text(
      Request request, Response response, Callback callback, int status, String text) {
    Answer.send(request, response, callback, status, TEXT, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void error(
      Request request, Response response, Callback callback, RequestException e)
      throws IOException {
    byte[] body = body(e);
    response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
    Answer.send(request, response, callback, e.status(), JSON, body);
  }

  static byte[] body(RequestException e) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream(256);
    Json json = new Json(body);
    json.object(
        () ->
            json.object(
                "error",
                () -> {
                  json.text("code", e.code());
                  if (e.parameter() != null) {
                    json.text("parameter", e.parameter());
                    json.text("value", e.value());
                  }
                  json.text("message", e.getMessage());
                }));
    json.finish();
    return body.toByteArray();
  }
}
