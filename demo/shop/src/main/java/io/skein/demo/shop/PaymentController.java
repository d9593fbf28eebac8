package io.skein.demo.shop;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

@RestController
@RequestMapping("/payments")
class PaymentController {
  private final JdbcTemplate database;
  private final HttpClient http;
  private final String inventory;
  private final SalesReport sales = new SalesReport();

  PaymentController(JdbcTemplate database, HttpClient http, Environment environment) {
    this.database = database;
    this.http = http;
    this.inventory = environment.getRequiredProperty("shop.inventory");
  }

  @PostMapping("/{order}")
  @Transactional
  public Map<String, Object> charge(@PathVariable String order)
      throws IOException, InterruptedException {
    String article = Articles.of(order, 0);
    HttpRequest askPrice =
        HttpRequest.newBuilder(URI.create(inventory + "/stock/" + article))
            .timeout(Duration.ofMinutes(1))
            .build();
    int status = http.send(askPrice, BodyHandlers.ofString()).statusCode();
    database.update(
        "INSERT INTO payment (order_number, article, state) VALUES (?, ?, 'PAID')", order, article);
    database.batchUpdate(
        "INSERT INTO ledger (order_number, account, cents) VALUES (?, ?, ?)",
        List.of(
            new Object[] {order, "goods", 1990},
            new Object[] {order, "postage", 490},
            new Object[] {order, "tax", 471}));
    return Map.of("order", order, "article", article, "priceStatus", status);
  }

  @GetMapping("/{order}")
  Map<String, Object> state(@PathVariable String order) {
    return database
        .queryForList("SELECT order_number, state FROM payment WHERE order_number = ?", order)
        .stream()
        .findFirst()
        .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
  }

  /** A statement that takes its time, so that the demo shows where time goes. */
  @GetMapping("/{order}/invoice")
  Map<String, Object> invoice(@PathVariable String order) {
    int millis = 300 + Math.floorMod(order.hashCode(), 500);
    return database.queryForMap(
        "SELECT COALESCE(SUM(cents), 0) AS total, WAIT_MILLIS(?) AS waited FROM ledger"
            + " WHERE order_number = ?",
        millis,
        order);
  }

  /** Takes its time, too, and its trace does not say where. */
  @GetMapping("/reports/{report}")
  Map<String, Object> report(@PathVariable String report) {
    return sales.of(report);
  }

  @PostMapping("/{order}/refund")
  String refund(@PathVariable String order) {
    String reservation = "/stock/" + Articles.of(order, 0) + "/reservations/" + order;
    HttpRequest release =
        HttpRequest.newBuilder(URI.create(inventory + reservation))
            .timeout(Duration.ofMinutes(1))
            .DELETE()
            .build();
    CompletableFuture<Integer> released =
        http.sendAsync(release, BodyHandlers.discarding()).thenApply(answer -> answer.statusCode());
    throw new IllegalStateException(
        "the bank declined the refund of order "
            + order
            + " (card expired); the inventory answered "
            + released.join());
  }
}
