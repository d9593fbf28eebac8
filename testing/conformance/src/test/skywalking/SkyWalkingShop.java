import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.skywalking.apm.agent.core.context.ContextManager;
import org.apache.skywalking.apm.agent.core.context.ContextSnapshot;
import org.apache.skywalking.apm.agent.core.context.trace.AbstractSpan;
import org.apache.skywalking.apm.agent.core.context.trace.SpanLayer;
import org.apache.skywalking.apm.network.trace.component.ComponentsDefine;

/**
 * A service under SkyWalking's own agent, which has no plugins here: so it says itself, with the
 * agent's own words, what a plugin would. {@code /slow} takes half a second, {@code /wide} has
 * another thread work for it. Run from its source; ends with its standard input.
 */
public final class SkyWalkingShop {
  private static final ExecutorService POOL = Executors.newFixedThreadPool(2);

  private SkyWalkingShop() {}

  public static void main(String[] args) throws IOException {
    HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.setExecutor(Executors.newFixedThreadPool(2));
    http.createContext("/slow", exchange -> traced(exchange, SkyWalkingShop::slow));
    http.createContext("/wide", exchange -> traced(exchange, SkyWalkingShop::wide));
    http.start();
    System.out.println("listening on port " + http.getAddress().getPort());
    while (System.in.read() >= 0) {
      // nobody says anything
    }
    System.exit(0);
  }

  private interface Work {
    void run() throws InterruptedException, ExecutionException;
  }

  private static void traced(HttpExchange exchange, Work work) throws IOException {
    AbstractSpan span =
        ContextManager.createEntrySpan("GET:" + exchange.getRequestURI().getPath(), null);
    span.setComponent(ComponentsDefine.TOMCAT);
    SpanLayer.asHttp(span);
    try {
      work.run();
    } catch (InterruptedException | ExecutionException e) {
      span.errorOccurred().log(e);
    } finally {
      ContextManager.stopSpan();
    }
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  private static void slow() throws InterruptedException {
    compute(System.nanoTime() + 250_000_000);
    rest();
  }

  private static void wide() throws InterruptedException, ExecutionException {
    ContextSnapshot here = ContextManager.capture();
    POOL.submit(
            () -> {
              ContextManager.createLocalSpan("part");
              try {
                ContextManager.continued(here);
                compute(System.nanoTime() + 200_000_000);
              } finally {
                ContextManager.stopSpan();
              }
            })
        .get();
  }

  private static void compute(long untilNanos) {
    while (System.nanoTime() - untilNanos < 0) {
      Thread.onSpinWait();
    }
  }

  private static void rest() throws InterruptedException {
    Thread.sleep(250);
  }
}
