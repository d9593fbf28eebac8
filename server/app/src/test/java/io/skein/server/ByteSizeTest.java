package io.skein.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 1",
    "512, 512",
    "1KB, 1024",
    "1 kb, 1024",
    "500MB, 524288000",
    "500M, 524288000",
    "2GB, 2147483648",
    "2GiB, 2147483648",
    "1.5GB, 1610612736",
    "3TB, 3298534883328"
  })
  void readsNumbersWithUnits(String text, long bytes) {
    assertThat(ByteSize.parse(text).bytes()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "GB", "-1GB", "1.2345GB", "2GBB", "2XB", "1e9", "99999999TB", "2,5GB"})
  void refusesEverythingElseAndRepeatsIt(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + text + "\"");
  }

  @Test
  void printsWhatAPersonWouldSay() {
    assertThat(new ByteSize(2L << 30)).hasToString("2 GB");
    assertThat(new ByteSize(1_610_612_736L)).hasToString("1.5 GB");
    assertThat(new ByteSize(500L << 20)).hasToString("500 MB");
    assertThat(new ByteSize(17)).hasToString("17 bytes");
  }
}
