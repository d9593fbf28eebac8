package io.skein.examples.contextmanager;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.skein.api.Component;
import io.skein.api.Span;
import io.skein.contextmanager.ContextCarrier;
import io.skein.contextmanager.ContextManager;
import io.skein.contextmanager.ContextSnapshot;
import io.skein.contextmanager.SkyWalking;
import io.skein.contextmanager.SpanHelpers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** A service with an entry, work inside, calls, and threads that go on when it has answered. */
public final class StaticFacade {
  private StaticFacade() {}

  public static void main(String[] args) throws Exception {
    // Settings by code, and one call that starts everything, however often it is made. Here the
    // environment says the backend and the service; without it:
    //   SkyWalking.backendService("127.0.0.1:11800");
    //   SkyWalking.serviceName("java-test");
    SkyWalking.boot();
    SkyWalking.boot();
    System.out.println("outside of a trace: " + ContextManager.getGlobalTraceId());

    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/served", StaticFacade::serve);
    server.start();
    request(server.getAddress().getPort());
    server.stop(0);
  }

  private static void request(int port) throws Exception {
    Span entry = ContextManager.createEntrySpan("/entry", null);
    SpanHelpers.setTagUrl(entry, "http://localhost/entry");
    SpanHelpers.setTagMethod(entry, "GET");
    SpanHelpers.setTagStatusCode(entry, 200);
    SpanHelpers.setLayerHttp(entry);
    SpanHelpers.setComponent(entry, Component.HTTP);

    Span local = ContextManager.createLocalSpan("/local");
    // The peer may be any text.
    Span exit = ContextManager.createExitSpan("/exit", "www.google.com");
    System.out.println("inside of a trace: " + ContextManager.getGlobalTraceId());
    // In the other order than they began; what is stopped out of order is put right, too.
    ContextManager.stopSpan(exit);
    ContextManager.stopSpan(local);

    ContextSnapshot snapshot = ContextManager.capture();
    Thread worker = new Thread(() -> work(snapshot));
    Thread caller = new Thread(() -> callFromThread(snapshot, port));
    // The request ends before the threads run; the snapshot still holds.
    ContextManager.stopSpan(entry);
    worker.start();
    caller.start();
    worker.join();
    caller.join();
  }

  private static void work(ContextSnapshot snapshot) {
    Span local = ContextManager.createLocalSpan("/thread/local");
    ContextManager.continued(snapshot);
    ContextManager.stopSpan(local);
  }

  private static void callFromThread(ContextSnapshot snapshot, int port) {
    Span exit = ContextManager.createExitSpan("/thread/exit", "127.0.0.1:" + port);
    ContextManager.continued(snapshot);
    // Injected after continued, so that the header speaks of the request's trace.
    ContextCarrier carrier = new ContextCarrier();
    ContextManager.inject(carrier);
    SpanHelpers.setTagStatusCode(exit, send(port, carrier));
    ContextManager.stopSpan(exit);
  }

  private static int send(int port, ContextCarrier carrier) {
    try {
      return HttpClient.newHttpClient()
          .send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/served"))
                  .header(ContextCarrier.HEADER, carrier.serialize())
                  .build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void serve(HttpExchange exchange) throws IOException {
    // No header and a damaged one are the same: a trace begins.
    ContextCarrier carrier =
        new ContextCarrier()
            .deserialize(exchange.getRequestHeaders().getFirst(ContextCarrier.HEADER));
    ContextManager.createEntrySpan("/served", carrier);
    exchange.sendResponseHeaders(204, -1);
    exchange.close();
    ContextManager.stopSpan();
  }
}
