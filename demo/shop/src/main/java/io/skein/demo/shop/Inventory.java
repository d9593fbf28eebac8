package io.skein.demo.shop;

import java.util.Map;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** What is on the shelf. Asks nobody but its database. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({Inventory.Shelf.class, Health.class})
class Inventory {

  @RestController
  @RequestMapping("/stock")
  static class Shelf {
    private final JdbcClient database;
    private final PriceList prices;

    Shelf(JdbcClient database) {
      this.database = database;
      this.prices = new PriceList(database);
    }

    @GetMapping("/{article}")
    Map<String, Object> article(@PathVariable String article) {
      return database
          .sql("SELECT name, price_cents, quantity FROM stock WHERE article = ?")
          .param(article)
          .query()
          .listOfRows()
          .stream()
          .findFirst()
          .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }

    @PostMapping("/{article}/reservations/{order}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Transactional
    public void reserve(@PathVariable String article, @PathVariable String order) {
      database
          .sql("UPDATE stock SET quantity = quantity - 1 WHERE article = ?")
          .param(article)
          .update();
      database
          .sql("INSERT INTO reservation (order_number, article) VALUES (?, ?)")
          .params(order, article)
          .update();
    }

    @GetMapping("/{article}/price")
    Map<String, Object> price(@PathVariable String article) {
      return Map.of("article", article, "cents", prices.quote(article));
    }

    @PostMapping("/prices/{update}")
    Map<String, Object> updatePrices(@PathVariable String update) throws InterruptedException {
      return Map.of("update", update, "articles", prices.update());
    }

    @DeleteMapping("/{article}/reservations/{order}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void release(@PathVariable String article, @PathVariable String order) {
      database
          .sql("DELETE FROM reservation WHERE order_number = ? AND article = ?")
          .params(order, article)
          .update();
    }
  }
}
