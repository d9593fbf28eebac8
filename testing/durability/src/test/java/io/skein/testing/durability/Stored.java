package io.skein.testing.durability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.skein.testing.server.RunningServer;
import io.skein.testing.server.Trace;
import java.io.IOException;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** What a server has, against what was sent to it, while nothing is being sent. */
final class Stored {
  // Senders are answered in about the order in which they were stored: as exactly as so many
  // segments that are under way at a time.
  private static final int DISORDER = 2_000;
  private static final long SETTLED_SECONDS = 60;
  private static final long FINDABLE_SECONDS = 30;

  private final RunningServer server;
  private final NumberedSegments segments;
  private final Ledger ledger;

  Stored(RunningServer server, NumberedSegments segments, Ledger ledger) {
    this.server = server;
    this.segments = segments;
    this.ledger = ledger;
  }

  /** Segments that were ever stored, when that is settled: they count when they are indexed. */
  long count() throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SETTLED_SECONDS);
    JsonNode before = counts();
    while (true) {
      TimeUnit.MILLISECONDS.sleep(5);
      JsonNode now = counts();
      if (now.equals(before) && now.path("kept").asLong() + removed() == stored(now)) {
        break;
      }
      assertThat(System.nanoTime()).as("the figures do not settle: %s", now).isLessThan(end);
      before = now;
    }
    assertThat(before.path("storedSpans").asLong())
        .isEqualTo(NumberedSegments.SPANS * stored(before));
    long dropped = 0;
    for (JsonNode reason : before.path("dropped")) {
      dropped += reason.path("segments").asLong();
    }
    assertThat(before.path("receivedSegments").asLong())
        .isEqualTo(stored(before) + before.path("duplicateSegments").asLong() + dropped);
    return stored(before);
  }

  private JsonNode counts() throws IOException, InterruptedException {
    ObjectNode all = server.get("/api/accounting").withObject("/server");
    return all.put("kept", server.get("/api/status").path("segments").asLong());
  }

  private static long stored(JsonNode counts) {
    return counts.path("storedSegments").asLong();
  }

  /** Segments that retention took. */
  long removed() throws IOException, InterruptedException {
    return removed(server);
  }

  /** Segments that a server's retention took. */
  static long removed(RunningServer server) throws IOException, InterruptedException {
    return server.get("/api/status").path("removedByRetention").path("segments").asLong();
  }

  /** Fails unless nothing sent is lost and nothing is there twice; everything was acknowledged. */
  void assertExact() throws IOException, InterruptedException {
    assertThat(ledger.acknowledged()).isEqualTo((int) ledger.sent());
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SETTLED_SECONDS);
    long stored = count();
    while (stored < ledger.sent() && System.nanoTime() < end) {
      stored = count();
    }
    assertThat(stored).as("segments stored of those sent").isEqualTo(ledger.sent());
  }

  /** Asks for the last segments that were acknowledged, and for some of all. */
  void assertHas(int last, int others, Random random) throws IOException, InterruptedException {
    int acknowledged = ledger.acknowledged();
    long removed = removed();
    for (int i = Math.max(0, acknowledged - last); i < acknowledged; i++) {
      assertHas(i, removed);
    }
    for (int i = 0; i < others && acknowledged > 0; i++) {
      assertHas(random.nextInt(acknowledged), removed);
    }
  }

  /** Asks for those that were acknowledged from one place in the order to before another. */
  void assertHasAll(int from, int to) throws IOException, InterruptedException {
    long removed = removed();
    for (int i = from; i < to; i++) {
      assertHas(i, removed);
    }
  }

  /** Fails if any of the first is there that retention must have taken. */
  void assertOldestGone() throws IOException, InterruptedException {
    long removed = removed();
    assertThat(removed).isGreaterThan(DISORDER);
    for (int i = 0; i < removed - DISORDER; i += (int) (removed / 200) + 1) {
      assertThat(server.find(NumberedSegments.traceId(ledger.acknowledged(i))))
          .as("acknowledged as number %s, %s were removed", i, removed)
          .isEmpty();
    }
  }

  private void assertHas(int index, long removed) throws IOException, InterruptedException {
    long number = ledger.acknowledged(index);
    String id = NumberedSegments.traceId(number);
    Optional<Trace> found = server.find(id);
    if (found.isEmpty() && index < removed + DISORDER) {
      return; // Retention took it, or may have.
    }
    // Stored a moment ago, perhaps, and findable when the index is read again, five times a second
    // where nobody else wants the processors: what is not found then is lost.
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(FINDABLE_SECONDS);
    while (found.isEmpty() && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(50);
      found = server.find(id);
    }
    assertThat(found)
        .as(
            "segment %s, acknowledged as number %s of %s, of which %s were removed",
            number, index, ledger.acknowledged(), removed)
        .isPresent();
    segments.assertIs(number, found.orElseThrow());
  }
}
