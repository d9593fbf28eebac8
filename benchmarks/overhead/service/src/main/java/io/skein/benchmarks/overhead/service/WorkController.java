package io.skein.benchmarks.overhead.service;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

@RestController
class WorkController {
  private final JdbcTemplate database;
  private final RestClient prices;

  WorkController(JdbcTemplate database, RestClient prices) {
    this.database = database;
    this.prices = prices;
  }

  record Price(String currency, int cents) {}

  record Offer(String article, @Nullable String name, int quantity, Price price) {}

  /** Two statements, a call to another process, a small answer: what many requests do. */
  @GetMapping("/work")
  Offer work(@RequestParam(defaultValue = "a7") String article) {
    String name =
        database.queryForObject("SELECT name FROM article WHERE id = ?", String.class, article);
    Integer quantity =
        database.queryForObject(
            "SELECT quantity FROM stock WHERE article = ?", Integer.class, article);
    Price price =
        prices.get().uri("/price?article={article}", article).retrieve().body(Price.class);
    return new Offer(
        article,
        name,
        Objects.requireNonNullElse(quantity, 0),
        Objects.requireNonNull(price, "the other process answers with a price"));
  }

  /** Nothing but the container, Spring MVC and the agent. */
  @GetMapping("/empty")
  void empty() {}
}
