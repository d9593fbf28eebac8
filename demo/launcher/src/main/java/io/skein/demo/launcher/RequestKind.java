package io.skein.demo.launcher;

import java.util.Set;

/**
 * What a shopper can ask for. Every request has a path of its own, because the number in it is used
 * once: so the url tag of a trace's first span says which request it belongs to.
 */
enum RequestKind {
  HELP(5, "GET", "/help/%s", 200, false, "storefront"),
  BASKET(30, "GET", "/baskets/%s", 200, false, "storefront inventory"),
  ORDER(30, "POST", "/orders/%s", 201, false, "storefront inventory payment"),
  /** Asks for an order that was placed before; while there is none, {@link #UNKNOWN_ORDER}. */
  ORDER_STATE(15, "GET", "/orders/%s", 200, false, "storefront payment"),
  UNKNOWN_ORDER(5, "GET", "/orders/%s", 404, true, "storefront payment"),
  /** Slow now and then, in a method that no span is about. */
  REPORT(6, "GET", "/reports/%s", 200, false, "storefront payment"),
  /** Slow while prices are updated: it waits for their lock. */
  QUOTE(10, "GET", "/quotes/%s", 200, false, "storefront inventory"),
  PRICE_UPDATE(1, "POST", "/prices/%s", 200, false, "storefront inventory"),
  SLOW_INVOICE(8, "GET", "/orders/%s/invoice", 200, false, "storefront payment"),
  FAILING_REFUND(7, "POST", "/orders/%s/refund", 502, true, "storefront inventory payment");

  final int weight;
  final String method;
  final String path;
  final int expectedStatus;
  final boolean expectsError;
  private final String services;

  RequestKind(
      int weight,
      String method,
      String path,
      int expectedStatus,
      boolean expectsError,
      String services) {
    this.weight = weight;
    this.method = method;
    this.path = path;
    this.expectedStatus = expectedStatus;
    this.expectsError = expectsError;
    this.services = services;
  }

  Set<String> services() {
    return Set.of(services.split(" "));
  }

  /** The kind at {@code point}, which is from 0 to the sum of all weights, exclusive. */
  static RequestKind at(int point) {
    int rest = point;
    for (RequestKind kind : values()) {
      rest -= kind.weight;
      if (rest < 0) {
        return kind;
      }
    }
    throw new IllegalArgumentException("beyond the sum of weights: " + point);
  }

  static int totalWeight() {
    int total = 0;
    for (RequestKind kind : values()) {
      total += kind.weight;
    }
    return total;
  }
}
