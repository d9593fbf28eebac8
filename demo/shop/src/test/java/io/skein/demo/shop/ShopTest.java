package io.skein.demo.shop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;

/** All three services in this JVM, over real sockets, without any agent. */
class ShopTest {
  private static ConfigurableApplicationContext inventory;
  private static ConfigurableApplicationContext payment;
  private static ConfigurableApplicationContext storefront;
  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeAll
  static void openShop() {
    inventory = Shop.start("inventory", Map.of());
    payment = Shop.start("payment", Map.of("shop.inventory", url(inventory)));
    storefront =
        Shop.start(
            "storefront", Map.of("shop.inventory", url(inventory), "shop.payment", url(payment)));
  }

  @AfterAll
  static void closeShop() {
    for (ConfigurableApplicationContext service :
        new ConfigurableApplicationContext[] {storefront, payment, inventory}) {
      if (service != null) {
        service.close();
      }
    }
  }

  @Test
  void helpIsAnsweredByTheStorefrontAlone() throws Exception {
    HttpResponse<String> answer = send("GET", "/help/h1");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).contains("h1");
  }

  @Test
  void basketShowsWhatIsOnTheShelf() throws Exception {
    HttpResponse<String> answer = send("GET", "/baskets/b1");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).contains("first", "second", "Article");
  }

  @Test
  void orderIsPaidAndCanBeLookedUp() throws Exception {
    assertThat(send("POST", "/orders/o1").statusCode()).isEqualTo(201);
    HttpResponse<String> state = send("GET", "/orders/o1");
    assertThat(state.statusCode()).isEqualTo(200);
    assertThat(state.body()).contains("PAID");
  }

  @Test
  void unknownOrderIsNotFound() throws Exception {
    assertThat(send("GET", "/orders/nobody").statusCode()).isEqualTo(404);
  }

  @Test
  void invoiceTakesItsTime() throws Exception {
    long startNanos = System.nanoTime();
    assertThat(send("GET", "/orders/i1/invoice").statusCode()).isEqualTo(200);
    assertThat(System.nanoTime() - startNanos).isGreaterThan(300_000_000L);
  }

  @Test
  void reportAddsUpWhatWasSoldInAMonthOrInTheYear() throws Exception {
    int ofMonths = 0;
    int ofYears = 0;
    for (int i = 0; i < 24; i++) {
      HttpResponse<String> answer = send("GET", "/reports/" + i);
      assertThat(answer.statusCode()).isEqualTo(200);
      int bookings = Integer.parseInt(answer.body().replaceAll(".*\"bookings\":(\\d+).*", "$1"));
      if (bookings > 20_000) { // half of the accounts are revenue
        ofYears++;
      } else {
        assertThat(bookings).isBetween(2_000, 3_000);
        ofMonths++;
      }
    }
    assertThat(ofYears).isBetween(1, 4);
    assertThat(ofMonths).isGreaterThan(ofYears);
  }

  @Test
  void quoteWaitsWhilePricesAreUpdated() throws Exception {
    CompletableFuture<HttpResponse<String>> update =
        http.sendAsync(request("POST", "/prices/p1"), BodyHandlers.ofString());
    long longestNanos = 0;
    while (!update.isDone()) {
      long startNanos = System.nanoTime();
      assertThat(send("GET", "/quotes/q1").body()).contains("cents");
      longestNanos = Math.max(longestNanos, System.nanoTime() - startNanos);
    }
    assertThat(update.get().body()).contains("\"articles\":12");
    assertThat(longestNanos).isGreaterThan(150_000_000L);
  }

  @Test
  void refundFailsBehindTheStorefront() throws Exception {
    assertThat(send("POST", "/orders/r1/refund").statusCode()).isEqualTo(502);
  }

  @Test
  void everyServiceSaysThatItIsUp() throws Exception {
    for (ConfigurableApplicationContext service :
        new ConfigurableApplicationContext[] {storefront, payment, inventory}) {
      HttpRequest request = HttpRequest.newBuilder(URI.create(url(service) + "/health")).build();
      assertThat(http.send(request, BodyHandlers.ofString()).body()).isEqualTo("UP");
    }
  }

  private HttpResponse<String> send(String method, String path)
      throws IOException, InterruptedException {
    return http.send(request(method, path), BodyHandlers.ofString());
  }

  private static HttpRequest request(String method, String path) {
    return HttpRequest.newBuilder(URI.create(url(storefront) + path))
        .method(method, BodyPublishers.noBody())
        .build();
  }

  private static String url(ConfigurableApplicationContext service) {
    return "http://127.0.0.1:" + service.getEnvironment().getProperty("local.server.port");
  }
}
