package io.skein.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecentTextsTest {
  private final RecentTexts texts = new RecentTexts();

  @Test
  void whatIsAskedForTwiceIsMadeOnce() {
    assertThat(texts.joined("GET", ":", "/orders")).isEqualTo("GET:/orders");
    String second = texts.joined("GET", ":", "/orders");
    assertThat(texts.joined(new String("GET"), ":", new String("/orders"))).isSameAs(second);
  }

  @Test
  void beginsAndBytesAlsoAre() {
    byte[] bytes = "/orders?x=1".getBytes(StandardCharsets.ISO_8859_1);
    texts.begin("/orders?x=2", 7);
    String kept = texts.begin("/orders?x=3", 7);
    assertThat(kept).isEqualTo("/orders");
    assertThat(texts.begin("/orders#1", 7)).isSameAs(kept);
    assertThat(texts.latin1(bytes, 0, 7)).isSameAs(kept);
    assertThat(texts.latin1(bytes, 1, 6)).isEqualTo("orders");
    assertThat(texts.latin1(new byte[] {(byte) 0xe9}, 0, 1)).isEqualTo("\u00e9");
  }

  @Test
  void theSameTextOfOtherPartsIsStillRight() {
    for (int i = 0; i < 3; i++) {
      assertThat(texts.joined("a", "b", "c")).isEqualTo("abc");
      assertThat(texts.joined("ab", "", "c")).isEqualTo("abc");
      assertThat(texts.begin("abcd", 3)).isEqualTo("abc");
      assertThat(texts.joined("", "", "")).isEmpty();
      assertThat(texts.begin("x", 0)).isEmpty();
      assertThat(texts.latin1(new byte[0], 0, 0)).isEmpty();
    }
  }

  /** Texts whose hashes are the same, or that share a place, take each other's place only. */
  @Test
  void othersInTheSamePlaceAreNeverMistaken() {
    Random random = new Random(7);
    for (int i = 0; i < 200_000; i++) {
      String first = i % 2 == 0 ? "Aa" : "BB"; // which have the same hash
      String third = "/" + random.nextInt(400);
      assertThat(texts.joined(first, ":", third)).isEqualTo(first + ":" + third);
      assertThat(texts.begin(third + "?", third.length())).isEqualTo(third);
      byte[] bytes = third.getBytes(StandardCharsets.ISO_8859_1);
      assertThat(texts.latin1(bytes, 0, bytes.length)).isEqualTo(third);
    }
  }

  @Test
  void longTextsAreNotKept() {
    String path = "/" + "x".repeat(300);
    texts.joined("GET", ":", path);
    assertThat(texts.joined("GET", ":", path)).isNotSameAs(texts.joined("GET", ":", path));
  }
}
