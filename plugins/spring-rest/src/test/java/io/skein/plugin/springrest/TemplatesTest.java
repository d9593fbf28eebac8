package io.skein.plugin.springrest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplatesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /orders/{id}                        | /orders/7        | /orders/{id}
          http://stock/orders/{id}            | /orders/7        | /orders/{id}
          http://{host}:{port}/orders/{id}    | /orders/7        | /orders/{id}
          http://stock:8080/orders?id={id}    | /orders          | /orders
          http://stock                        | /                | /
          http://stock?id={id}                | /                | /
          {base}/orders/{id}                  | /api/orders/7    | /api/orders/7
          orders/{id}                         | /orders/7        | /orders/{id}
          /{id}                               | /api/7           | /api/{id}
          /orders/{id}                        | /api/v1/orders/7 | /api/v1/orders/{id}
          /files/{path}                       | /files/a/b/c     | /files/{path}
          /orders/{id}/items/{item}           | /orders/7/items/ | /orders/{id}/items/{item}
          /orders/{id:[0-9/]+}                | /orders/7        | /orders/{id:[0-9/]+}
          ''                                  | /api             | /api
          /orders/{id}#top                    | /orders/7        | /orders/{id}
          """)
  void theNameShowsTheTemplate(String template, String called, String path) {
    assertThat(Templates.path(template, called)).isEqualTo(path);
  }
}
