package io.skein.benchmarks.server;

import io.skein.benchmarks.store.ShopTraces;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/**
 * What a person asks the server, through HTTP, one question after the other, each with other
 * parameters: the time is the asker's, with the answer read to its end.
 */
final class Questions {
  private static final int TIMES = 300;
  private static final int WARM_UP = 50;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Random random = new Random(7);
  private final String address;
  private final Load load;

  /** The path and the query of a question. */
  private interface Question {
    String path(int time);
  }

  Questions(String address, Load load) {
    this.address = address;
    this.load = load;
  }

  /**
   * Asks everything.
   *
   * @param settled how many traces of each shop were stored long ago
   */
  void ask(long settled) throws IOException, InterruptedException {
    long end = ShopTraces.START_MILLIS + settled * load.shops() * ShopTraces.MILLIS_PER_TRACE;
    measure(
        "a trace by its id",
        10,
        i -> "/api/trace?id=" + load.idOf(random.nextInt(load.shops()), random.nextLong(settled)));
    measure(
        "a trace of two seconds ago",
        10,
        i ->
            // A shop sends 5,000 / 12 / shops traces in a second; two seconds back they are
            // findable.
            "/api/trace?id="
                + load.idOf(
                    random.nextInt(load.shops()),
                    Math.max(0, load.tracesPerShop() - 2 * 5_000 / 12 / load.shops() - 40)));
    measure("the newest 20", 30, i -> "/api/traces");
    measure(
        "a tag that one trace has",
        30,
        i -> "/api/traces?tag=" + encoded("url=" + ShopTraces.urlOf(random.nextLong(settled))));
    measure(
        "a common tag",
        30,
        i -> "/api/traces?tag=" + encoded("http.method=GET") + "&limit=" + (20 + i % 5));
    measure(
        "service, endpoint, duration",
        30,
        i -> "/api/traces?service=orders&endpoint=" + endpoint(i) + "&minMillis=" + (100 + i));
    measure(
        "service, endpoint, duration, tag",
        30,
        i ->
            "/api/traces?service=orders&tag=db.type%3DH2&endpoint="
                + endpoint(i)
                + "&minMillis="
                + (100 + i));
    measure(
        "the same, ten minutes of the past",
        30,
        i -> {
          long from = ShopTraces.START_MILLIS + random.nextLong(end - ShopTraces.START_MILLIS);
          return "/api/traces?service=orders&tag=db.type%3DH2&minMillis=100&endpoint="
              + encoded("GET:/cart")
              + "&from="
              + from
              + "&to="
              + (from + 600_000);
        });
    measure("failed traces of a service", 30, i -> "/api/traces?service=storefront&error=true");
    measure("the slowest 20", 30, i -> "/api/traces?order=slowest");
    measure("the slowest 20 of a service", 30, i -> "/api/traces?order=slowest&service=inventory");
    measure("endpoints of a service", 30, i -> "/api/endpoints?service=orders&limit=50");
    measure("services", 30, i -> "/api/services");
  }

  private static String endpoint(int i) {
    return encoded(i % 2 == 0 ? "GET:/cart" : "GET:/orders/{id}");
  }

  private void measure(String name, int goalMillis, Question question)
      throws IOException, InterruptedException {
    for (int i = 0; i < WARM_UP; i++) {
      get(question.path(i));
    }
    Latencies times = new Latencies();
    for (int i = 0; i < TIMES; i++) {
      String path = question.path(i);
      long begin = System.nanoTime();
      get(path);
      times.add(System.nanoTime() - begin);
    }
    System.out.printf(
        "  %-34s %s%s%n",
        name, times, times.millis(95) <= goalMillis ? "" : "   over the goal of " + goalMillis);
  }

  private void get(String path) throws IOException, InterruptedException {
    HttpResponse<byte[]> answer =
        http.send(
            HttpRequest.newBuilder(URI.create(address + path)).build(),
            HttpResponse.BodyHandlers.ofByteArray());
    if (answer.statusCode() != 200) {
      throw new IllegalStateException(
          path
              + " is answered "
              + answer.statusCode()
              + " "
              + new String(answer.body(), StandardCharsets.UTF_8));
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
