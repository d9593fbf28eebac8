package io.skein.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.wire.model.InstancePing;
import io.skein.wire.model.InstanceProperties;
import io.skein.wire.model.KeyValue;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class AccountBookTest {
  private static final long MAX = 1 << 20;

  private final AccountBook book = new AccountBook(MAX);

  @Test
  void propertiesOfManyDoNotFillTheMemory() {
    List<KeyValue> large = List.of(new KeyValue("jars", "j".repeat(200_000)));
    for (int i = 0; i < 200; i++) {
      book.properties(new InstanceProperties("shop", "shop-" + i, large, ""), 1_000 + i);
      book.duplicate("shop", "shop-" + i, new Counts(1, 2));
    }
    assertThat(book.characters()).isLessThanOrEqualTo(MAX);
    // Those who were heard of last are still there, and nothing is lost from the sums.
    assertThat(book.entries()).containsKey(new InstanceKey("shop", "shop-199"));
    assertThat(
            book.accounts(Map.of()).stream().mapToLong(each -> each.duplicates().segments()).sum())
        .isEqualTo(200);
  }

  @Test
  void figuresOfManyDoNotFillTheMemory() {
    for (int i = 0; i < 400; i++) {
      TreeMap<String, Long> figures = new TreeMap<>();
      for (int figure = 0; figure < 100; figure++) {
        figures.put("f".repeat(60) + figure, 1L);
      }
      for (int process = 0; process < 3; process++) {
        book.account(new AgentAccount("shop", "shop-" + i, "p" + process, figures, 1_000 + i));
      }
    }
    assertThat(book.characters()).isLessThanOrEqualTo(MAX);
    assertThat(book.entries()).containsKey(new InstanceKey("shop", "shop-399"));
  }

  @Test
  void longNamesDoNotFillTheMemory() {
    for (int i = 0; i < 100; i++) {
      book.ping(new InstancePing("s".repeat(30_000) + i, "i".repeat(30_000), ""), 1_000 + i);
      book.ping(new InstancePing("s".repeat(3_000_000) + i, "i", ""), 1_000 + i);
    }
    assertThat(book.characters()).isLessThanOrEqualTo(MAX);
    assertThat(book.entries().keySet())
        .allMatch(key -> key.service().length() + key.instance().length() < 70_000)
        .contains(new InstanceKey(AccountBook.OTHERS, AccountBook.OTHERS));
  }

  @Test
  void whatIsSmallStays() {
    for (int i = 0; i < 1_000; i++) {
      book.ping(new InstancePing("shop", "shop-" + i, ""), i);
    }
    assertThat(book.entries()).hasSize(1_000);
  }
}
