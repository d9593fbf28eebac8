package io.skein.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceNameTest {
  @ParameterizedTest
  @DisplayName("T35 namespace and cluster are joined as the Java agent joins them")
  @CsvSource({
    "orders, '', '', orders",
    "orders, shop, '', orders|shop|",
    "orders, '', eu, orders||eu",
    "orders, shop, eu, orders|shop|eu",
    "g::orders, '', '', g::orders"
  })
  void joinsTheParts(String name, String namespace, String cluster, String joined) {
    assertThat(ServiceName.of(name, namespace, cluster)).isEqualTo(joined);
  }
}
