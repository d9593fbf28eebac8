package io.skein.demo.shop;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The prices, and one lock around all of them: while an update waits for the supplier, whoever asks
 * for a price waits, too. No span of a trace shows that, a flame graph does.
 */
class PriceList {
  private static final int SUPPLIER_MILLIS = 30;

  private final JdbcClient database;

  PriceList(JdbcClient database) {
    this.database = database;
  }

  /** The price of an article in cents. */
  synchronized int quote(String article) {
    return database
        .sql("SELECT price_cents FROM stock WHERE article = ?")
        .param(article)
        .query(Integer.class)
        .single();
  }

  /** Asks the supplier for the price of each article; says how many there are. */
  synchronized int update() throws InterruptedException {
    List<String> articles =
        database.sql("SELECT article FROM stock ORDER BY article").query(String.class).list();
    for (String article : articles) {
      database
          .sql("UPDATE stock SET price_cents = ? WHERE article = ?")
          .params(askSupplier(article), article)
          .update();
    }
    return articles.size();
  }

  private static int askSupplier(String article) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(SUPPLIER_MILLIS);
    return 490 + 150 * Integer.parseInt(article.substring(1));
  }
}
