package io.skein.testing.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.skein.testing.server.RunningServer;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** The server's account of an instance. */
record Books(JsonNode json) {

  /**
   * Waits until nothing of the instance waits anywhere any more, and its account adds up.
   *
   * @param made how many segments its account has at least; before that it is an older one
   */
  static Books settled(RunningServer server, String instance, long made)
      throws IOException, InterruptedException {
    return new Books(
        of(
            server.await(
                "/api/accounting",
                answer -> {
                  JsonNode account = of(answer, instance);
                  Books books = new Books(account);
                  return account.path("balanced").asBoolean(false)
                      && books.amount("made") >= made
                      && books.amount("queued") == 0
                      && books.amount("spooled") == 0;
                }),
            instance));
  }

  /** The account at this moment. */
  static Books now(RunningServer server, String instance) throws IOException, InterruptedException {
    return new Books(of(server.get("/api/accounting"), instance));
  }

  /** Waits until so many segments of an instance are delivered; says how long that took. */
  static long millisUntilDelivered(RunningServer server, String instance, long segments)
      throws IOException, InterruptedException {
    long begin = System.nanoTime();
    while (now(server, instance).amount("delivered") < segments) {
      assertThat(System.nanoTime() - begin)
          .as("nanoseconds without %s delivered, %s", segments, now(server, instance).json())
          .isLessThan(TimeUnit.SECONDS.toNanos(300));
      TimeUnit.MILLISECONDS.sleep(20);
    }
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
  }

  private static JsonNode of(JsonNode accounting, String instance) {
    for (JsonNode each : accounting.path("instances")) {
      if (each.path("instance").asText().equals(instance)) {
        return each;
      }
    }
    return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
  }

  long amount(String figure) {
    return json.path(figure).path("segments").asLong(-1);
  }

  long dropped(String reason) {
    for (JsonNode each : json.path("agentDropped")) {
      if (each.path("reason").asText().equals(reason)) {
        return each.path("segments").asLong();
      }
    }
    return 0;
  }

  long droppedTogether() {
    long sum = 0;
    for (JsonNode each : json.path("agentDropped")) {
      sum += each.path("segments").asLong();
    }
    return sum;
  }

  /** All that it made is stored, once. */
  void assertAllStored(long made) {
    assertThat(amount("made")).as("made, in %s", json).isEqualTo(made);
    assertThat(amount("delivered")).as("delivered, in %s", json).isEqualTo(made);
    assertThat(amount("stored")).as("stored, in %s", json).isEqualTo(made);
    assertThat(json.path("stored").path("spans").asLong()).isEqualTo(2 * made);
    assertThat(json.path("agentDropped")).isEmpty();
    assertThat(json.path("serverDropped")).isEmpty();
  }

  /** made = delivered + spooled + queued + dropped, in segments as in spans. */
  void assertEquation() {
    for (String unit : new String[] {"segments", "spans"}) {
      long known = 0;
      for (String figure : new String[] {"delivered", "queued", "spooled"}) {
        known += json.path(figure).path(unit).asLong();
      }
      for (JsonNode each : json.path("agentDropped")) {
        known += each.path(unit).asLong();
      }
      assertThat(json.path("made").path(unit).asLong()).as("%s of %s", unit, json).isEqualTo(known);
    }
  }
}
