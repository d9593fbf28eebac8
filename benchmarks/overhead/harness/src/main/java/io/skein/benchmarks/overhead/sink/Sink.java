package io.skein.benchmarks.overhead.sink;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** One port for all that speak HTTP, one for all that speak gRPC. */
public final class Sink implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Tally tally = new Tally();
  private final ExecutorService executor =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "sink-http");
            thread.setDaemon(true);
            return thread;
          });
  private final HttpServer http;
  private final Server grpc;

  /** Where a sink listens: what its process prints when it is ready. */
  public record Ports(int http, int grpc) {}

  public Sink() throws IOException {
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    http = HttpServer.create(anyPort, 0);
    http.setExecutor(executor);
    new Otlp(tally).addTo(http);
    new ElasticIntake(tally).addTo(http);
    new DatadogTraces(tally).addTo(http);
    http.createContext(
        "/counts", exchange -> Bodies.answer(exchange, 200, JSON.writeValueAsBytes(counts())));
    http.start();
    grpc =
        NettyServerBuilder.forAddress(anyPort)
            .fallbackHandlerRegistry(new GrpcMethods(tally))
            .maxInboundMessageSize(64 << 20)
            .build()
            .start();
  }

  public Ports ports() {
    return new Ports(http.getAddress().getPort(), grpc.getPort());
  }

  Counts counts() {
    return tally.counts();
  }

  @Override
  public void close() {
    http.stop(0);
    executor.shutdownNow();
    try {
      grpc.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Runs until its standard input ends, so not longer than who started it. */
  public static void main(String[] arguments) throws Exception {
    System.setProperty("sun.net.httpserver.nodelay", "true");
    try (Sink sink = new Sink()) {
      System.out.println("overhead-sink: " + JSON.writeValueAsString(sink.ports()));
      System.out.flush();
      while (System.in.read() >= 0) {
        // Bytes mean nothing here; only their end does.
      }
    }
    System.exit(0);
  }
}
