package io.skein.demo.shop;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.RestClient;

@RestController
class StorefrontController {
  private final RestClient inventory;
  private final RestClient payment;
  private final ExecutorService workers;

  StorefrontController(Storefront.Peers peers, ExecutorService workers) {
    this.inventory = peers.inventory();
    this.payment = peers.payment();
    this.workers = workers;
  }

  /** Touches no other service; the work is done by another thread. */
  @GetMapping("/help/{topic}")
  String help(@PathVariable String topic) throws ExecutionException, InterruptedException {
    Future<String> page = workers.submit(() -> "Nobody has asked about " + topic + " yet.");
    return page.get();
  }

  /** Two articles at the same time, on the executor's threads. */
  @GetMapping("/baskets/{basket}")
  Map<String, Object> basket(@PathVariable String basket) {
    CompletableFuture<String> first =
        CompletableFuture.supplyAsync(() -> stock(basket, 0), workers);
    CompletableFuture<String> second =
        CompletableFuture.supplyAsync(() -> stock(basket, 1), workers);
    return first
        .thenCombine(second, (one, other) -> Map.<String, Object>of("first", one, "second", other))
        .join();
  }

  /** All three services: the stock is reserved, then the payment taken while a worker writes. */
  @PostMapping("/orders/{order}")
  ResponseEntity<String> order(@PathVariable String order) {
    inventory
        .post()
        .uri("/stock/{article}/reservations/{order}", Articles.of(order, 0), order)
        .retrieve()
        .toBodilessEntity();
    CompletableFuture<String> receipt =
        CompletableFuture.supplyAsync(() -> "Thank you for order " + order, workers);
    CompletableFuture<String> paid =
        CompletableFuture.supplyAsync(
            () ->
                body(payment.post().uri("/payments/{order}", order).retrieve().body(String.class)),
            workers);
    return ResponseEntity.status(HttpStatus.CREATED)
        .body(receipt.thenCombine(paid, (text, sum) -> text + ": " + sum).join());
  }

  @GetMapping("/orders/{order}")
  String state(@PathVariable String order) {
    return body(payment.get().uri("/payments/{order}", order).retrieve().body(String.class));
  }

  /** Slow: the payment service adds the invoice up in its database. */
  @GetMapping("/orders/{order}/invoice")
  String invoice(@PathVariable String order) {
    return body(
        payment.get().uri("/payments/{order}/invoice", order).retrieve().body(String.class));
  }

  /** Slow: the payment service adds up what was sold, and nobody knows why it takes so long. */
  @GetMapping("/reports/{report}")
  String report(@PathVariable String report) {
    return body(
        payment.get().uri("/payments/reports/{report}", report).retrieve().body(String.class));
  }

  /** Slow now and then: while prices are updated. */
  @GetMapping("/quotes/{basket}")
  String quote(@PathVariable String basket) {
    return body(
        inventory
            .get()
            .uri("/stock/{article}/price", Articles.of(basket, 0))
            .retrieve()
            .body(String.class));
  }

  @PostMapping("/prices/{update}")
  String updatePrices(@PathVariable String update) {
    return body(
        inventory.post().uri("/stock/prices/{update}", update).retrieve().body(String.class));
  }

  /** Fails: no bank gives money back to this shop. */
  @PostMapping("/orders/{order}/refund")
  String refund(@PathVariable String order) {
    return body(
        payment.post().uri("/payments/{order}/refund", order).retrieve().body(String.class));
  }

  @ExceptionHandler
  ResponseEntity<String> notThere(HttpClientErrorException.NotFound missing) {
    return ResponseEntity.status(HttpStatus.NOT_FOUND).body("no such order");
  }

  @ExceptionHandler
  ResponseEntity<String> brokenPeer(HttpServerErrorException broken) {
    return ResponseEntity.status(HttpStatus.BAD_GATEWAY).body("a service behind us failed");
  }

  private String stock(String basket, int position) {
    return body(
        inventory
            .get()
            .uri("/stock/{article}", Articles.of(basket, position))
            .retrieve()
            .body(String.class));
  }

  private static String body(@Nullable String text) {
    return text == null ? "" : text;
  }
}
