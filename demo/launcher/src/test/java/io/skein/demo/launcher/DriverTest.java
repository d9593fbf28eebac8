package io.skein.demo.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DriverTest {
  private final Set<String> received = ConcurrentHashMap.newKeySet();
  private final CountDownLatch enough = new CountDownLatch(60);
  private final HttpServer shop = shop();

  private HttpServer shop() {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setExecutor(Executors.newCachedThreadPool());
      server.createContext(
          "/",
          exchange -> {
            received.add(exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath());
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
            enough.countDown();
          });
      server.start();
      return server;
    } catch (IOException refused) {
      throw new UncheckedIOException(refused);
    }
  }

  @AfterEach
  void closeShop() {
    shop.stop(0);
    ((ExecutorService) shop.getExecutor()).shutdownNow();
  }

  @Test
  void everyRequestThatArrivedIsToldOnceWithItsAnswer() throws Exception {
    Driver driver = new Driver("http://127.0.0.1:" + shop.getAddress().getPort(), 500, 42);
    driver.start();
    assertThat(enough.await(30, TimeUnit.SECONDS)).isTrue();
    List<Driver.Sent> sent = driver.stop();

    assertThat(driver.count()).isEqualTo(sent.size());
    assertThat(sent.stream().map(Driver.Sent::key).collect(Collectors.toSet()))
        .hasSameSizeAs(sent)
        .isEqualTo(received);
    assertThat(sent).allMatch(request -> request.status() == 200);
    assertThat(sent)
        .filteredOn(request -> request.kind() == RequestKind.ORDER)
        .isNotEmpty()
        .allMatch(request -> request.problem().equals("was answered with 200, not 201"));
    assertThat(sent)
        .filteredOn(request -> request.kind() == RequestKind.BASKET)
        .isNotEmpty()
        .allMatch(request -> request.problem().isEmpty());
  }

  @Test
  void absentShopIsAProblemOfEachRequest() throws Exception {
    int port = shop.getAddress().getPort();
    shop.stop(0);
    Driver driver = new Driver("http://127.0.0.1:" + port, 200, 42);
    driver.start();
    long limitNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (driver.count() == 0 && System.nanoTime() < limitNanos) {
      Thread.onSpinWait();
    }
    assertThat(driver.stop())
        .isNotEmpty()
        .allMatch(request -> request.problem().startsWith("was not answered"));
  }

  @Test
  void mixHasEveryKindInItsShare() {
    Map<RequestKind, Integer> counts = new EnumMap<>(RequestKind.class);
    for (int point = 0; point < RequestKind.totalWeight(); point++) {
      counts.merge(RequestKind.at(point), 1, Integer::sum);
    }
    for (RequestKind kind : RequestKind.values()) {
      assertThat(counts.get(kind)).isEqualTo(kind.weight);
    }
  }
}
