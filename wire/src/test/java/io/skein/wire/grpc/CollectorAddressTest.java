package io.skein.wire.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CollectorAddressTest {

  @ParameterizedTest
  @CsvSource({
    "localhost:11800, localhost, 11800, localhost:11800",
    "oap.example, oap.example, 11800, oap.example:11800",
    "' 10.0.0.1:1 ', 10.0.0.1, 1, 10.0.0.1:1",
    "[::1]:11801, ::1, 11801, [::1]:11801",
    "[fe80::1%eth0], fe80::1%eth0, 11800, [fe80::1%eth0]:11800",
    "host:, host, 11800, host:11800",
    "h:65535, h, 65535, h:65535",
  })
  void anAddressIsReadAndWritten(String text, String host, int port, String written) {
    CollectorAddress address = CollectorAddress.parseList(text).get(0);
    assertThat(address).isEqualTo(new CollectorAddress(host, port));
    assertThat(address.toString()).isEqualTo(written);
  }

  @Test
  void aListKeepsItsOrderAndForgivesEmptyParts() {
    assertThat(CollectorAddress.parseList("a:1, b:2,,[::1]:3,"))
        .containsExactly(
            new CollectorAddress("a", 1),
            new CollectorAddress("b", 2),
            new CollectorAddress("::1", 3));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " , ",
        ":11800",
        "host:port",
        "host:0",
        "host:65536",
        "host:-1",
        "::1",
        "http://host:11800",
        "[::1",
        "[::1]11800",
        "ho st:1",
        "user@host:1",
        "host/path:1"
      })
  void whatCannotBeReadIsNamed(String text) {
    assertThatThrownBy(() -> CollectorAddress.parseList(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(text.trim())
        .hasMessageContaining("host:port");
  }
}
