package io.skein.testing.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.skein.testing.Sw8Header;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;

/**
 * The other side of an HTTP client under test: it lives in the test's JVM, is the JDK's own server,
 * and remembers what arrived.
 *
 * <p>It answers {@code /status/N} with that status, {@code /redirect/N} with a redirect over N more
 * hops to {@code /end}, {@code /slow} when {@link #release} was called, everything else with 200;
 * the body is what was sent.
 */
public final class CalledServer implements AutoCloseable {
  /** A request as it arrived. */
  public record Received(String method, String uri, List<String> headers, String body) {
    public Received {
      headers = List.copyOf(headers);
    }

    /** All values of a header, whatever the case of its name. */
    public List<String> header(String name) {
      String prefix = name.toLowerCase(Locale.ROOT) + ": ";
      return headers.stream()
          .filter(each -> each.startsWith(prefix))
          .map(each -> each.substring(prefix.length()))
          .toList();
    }

    /** The only {@code sw8} header. */
    public Sw8Header sw8() {
      List<String> values = header("sw8");
      if (values.size() != 1) {
        throw new AssertionError("expected one sw8 header: " + this);
      }
      return Sw8Header.parse(values.get(0));
    }
  }

  private final String scheme;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
  private final CountDownLatch released = new CountDownLatch(1);

  public CalledServer() throws IOException {
    this("http", HttpServer.create(anyPort(), 0));
  }

  /** The same over TLS. */
  public CalledServer(SSLContext context) throws IOException {
    this("https", secure(context));
  }

  private CalledServer(String scheme, HttpServer server) {
    this.scheme = scheme;
    this.server = server;
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  private static HttpServer secure(SSLContext context) throws IOException {
    HttpsServer server = HttpsServer.create(anyPort(), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    return server;
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String path = exchange.getRequestURI().getPath();
      List<String> headers = new ArrayList<>();
      exchange
          .getRequestHeaders()
          .forEach(
              (name, values) ->
                  values.forEach(
                      value -> headers.add(name.toLowerCase(Locale.ROOT) + ": " + value)));
      received.add(
          new Received(
              exchange.getRequestMethod(),
              exchange.getRequestURI().toString(),
              headers,
              new String(body, UTF_8)));
      int status = 200;
      if (path.startsWith("/status/")) {
        status = Integer.parseInt(path.substring("/status/".length()));
      } else if (path.startsWith("/redirect/")) {
        int more = Integer.parseInt(path.substring("/redirect/".length()));
        exchange
            .getResponseHeaders()
            .set("Location", more == 0 ? "/end" : "/redirect/" + (more - 1));
        status = 302;
      } else if (path.equals("/slow")) {
        released.await(30, TimeUnit.SECONDS);
      }
      boolean bodiless = exchange.getRequestMethod().equals("HEAD") || status == 204;
      exchange.sendResponseHeaders(status, bodiless || body.length == 0 ? -1 : body.length);
      if (!bodiless && body.length > 0) {
        exchange.getResponseBody().write(body);
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns {@code host:port}. */
  public String address() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  public String url(String path) {
    return scheme + "://" + address() + path;
  }

  /** Waits for the next request and takes it. */
  public Received take() throws InterruptedException {
    Received next = received.poll(20, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("no request arrived");
    }
    return next;
  }

  /** Lets the requests for {@code /slow} be answered. */
  public void release() {
    released.countDown();
  }

  /** Returns the address of a port at which nobody listens. */
  public static String refusingAddress() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "127.0.0.1:" + free.getLocalPort();
    }
  }

  @Override
  public void close() {
    release();
    server.stop(0);
    threads.shutdownNow();
  }
}
