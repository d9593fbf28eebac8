package io.skein.server.storage;

import static io.skein.server.storage.Segments.segment;
import static org.assertj.core.api.Assertions.assertThat;

import io.skein.wire.model.InstancePing;
import io.skein.wire.model.InstanceProperties;
import io.skein.wire.model.KeyValue;
import io.skein.wire.model.TraceSegment;
import io.skein.wire.model.TraceSpan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * What every store must do: keep what it is given, account for it, and find it. Extend it, open a
 * store, and all of this is asked of it.
 */
public abstract class TraceStoreContract extends TraceSearchContract {
  @Test
  void allQueriesWorkWhenEmpty() {
    assertThat(store.services()).isEmpty();
    assertThat(store.instances(null)).isEmpty();
    assertThat(store.instances("shop")).isEmpty();
    assertThat(store.endpoints(null, null, 10)).isEmpty();
    assertThat(store.endpoints("shop", "x", 10)).isEmpty();
    assertThat(store.tagKeys(null, null, null, 10)).isEmpty();
    assertThat(store.tagValues("k", "shop", 0L, 1L, 10)).isEmpty();
    assertThat(store.search(query().build())).isEqualTo(TracePage.EMPTY);
    assertThat(
            store.search(
                query()
                    .service("s")
                    .instance("i")
                    .endpoint("e")
                    .minMillis(1L)
                    .maxMillis(2L)
                    .error(true)
                    .tag("k", "v")
                    .tag("k", null)
                    .fromMillis(0L)
                    .toMillis(1L)
                    .traceId("t")
                    .order(TraceOrder.SLOWEST)
                    .build()))
        .isEqualTo(TracePage.EMPTY);
    assertThat(store.trace("t", ALL)).isNull();
    assertThat(store.accounts()).isEmpty();
    assertThat(store.status().kept()).isEqualTo(Counts.NONE);
    assertThat(store.status().oldestMillis()).isNull();
    assertThat(store.status().trouble()).isNull();
  }

  @Test
  void anEmptyBatchHasNoOutcomes() throws Exception {
    assertThat(append()).isEmpty();
  }

  @Test
  void aTraceComesBackAsItWasReceived() throws Exception {
    ReceivedSegment root =
        segment("t", "a")
            .tag("http.method", "GET")
            .span(Segments.span(1, 0, TraceSpan.EXIT, "GET:/stock", T0 + 1, T0 + 9))
            .at(T0, 12)
            .received();
    ReceivedSegment child =
        segment("t", "b")
            .of("stock", "stock-1")
            .childOf("t", "a")
            .at(T0 + 2, 5)
            .failed()
            .received();

    // The child finishes first, so it is sent first.
    assertThat(append(child, root)).containsExactly(Outcome.STORED, Outcome.STORED);

    StoredTrace trace = store.trace("t", ALL);
    assertThat(trace.segments())
        .extracting(StoredTrace.StoredSegment::segment)
        .containsExactly(root.segment(), child.segment());
    assertThat(trace.segments())
        .extracting(StoredTrace.StoredSegment::receivedMillis)
        .containsOnly(Segments.RECEIVED_MILLIS);
    assertThat(trace.startMillis()).isEqualTo(T0);
    assertThat(trace.durationMillis()).isEqualTo(12);
    assertThat(trace.truncated()).isFalse();
    assertThat(store.search(query().build()).traces())
        .containsExactly(
            new TraceSummary(
                "t",
                T0,
                12,
                "shop",
                "shop-1",
                "GET:/",
                true,
                3,
                2,
                List.of(
                    new TraceSummary.ServiceSpans("shop", 2),
                    new TraceSummary.ServiceSpans("stock", 1))));
  }

  @Test
  void aSegmentThatArrivesAgainIsStoredOnce() throws Exception {
    ReceivedSegment one = segment("t", "a").received();
    ReceivedSegment two = segment("t", "b").received();

    assertThat(append(one, one)).containsExactly(Outcome.STORED, Outcome.DUPLICATE);
    assertThat(append(two, one)).containsExactly(Outcome.STORED, Outcome.DUPLICATE);

    assertThat(store.trace("t", ALL).segments()).hasSize(2);
    assertThat(store.services())
        .singleElement()
        .satisfies(s -> assertThat(s.segments()).isEqualTo(2));
    assertThat(store.accounts())
        .singleElement()
        .satisfies(
            account -> {
              assertThat(account.stored()).isEqualTo(new Counts(2, 2));
              assertThat(account.duplicates()).isEqualTo(new Counts(2, 2));
              assertThat(account.received()).isEqualTo(new Counts(4, 4));
            });
  }

  /**
   * The protocol makes the segment id the key, alone; whoever uses it twice loses the second, and
   * is told.
   */
  @Test
  void aSegmentIdOfAnotherTraceIsADuplicate() throws Exception {
    assertThat(append(segment("t", "a").received(), segment("u", "a").received()))
        .containsExactly(Outcome.STORED, Outcome.DUPLICATE);
    assertThat(store.trace("u", ALL)).isNull();
  }

  @Test
  void aSegmentThatNobodyCouldFindIsRefusedWithAReasonAndItsNeighboursAreStored() throws Exception {
    List<Outcome> outcomes =
        append(
            segment("", "a").received(),
            segment("t", "").received(),
            Segments.received(new TraceSegment("t", "c", List.of(), "shop", "shop-1", false)),
            segment("t", "d").received());

    assertThat(outcomes.subList(0, 3))
        .extracting(outcome -> ((Outcome.Refused) outcome).reason())
        .containsExactly("no-trace-id", "no-segment-id", "no-spans");
    assertThat(outcomes.get(3)).isEqualTo(Outcome.STORED);
    assertThat(store.accounts().get(0).refused())
        .containsOnlyKeys("no-trace-id", "no-segment-id", "no-spans")
        .containsEntry("no-spans", new Counts(1, 0));
    assertThat(store.accounts().get(0).received()).isEqualTo(new Counts(4, 3));
  }

  @Test
  void aTraceOfVeryManySpansIsCutWhereAsked() throws Exception {
    List<ReceivedSegment> batch = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      batch.add(segment("t", "s" + i).at(T0 + i, 1).received());
    }
    append(batch.toArray(ReceivedSegment[]::new));

    StoredTrace cut = store.trace("t", 5);
    assertThat(cut.truncated()).isTrue();
    assertThat(cut.segments())
        .extracting(s -> s.segment().segmentId())
        .containsExactly("s0", "s1", "s2", "s3", "s4");
    assertThat(cut.durationMillis()).isEqualTo(20);
    assertThat(store.trace("t", 0).segments()).hasSize(1);
    assertThat(store.trace("t", 20).truncated()).isFalse();
  }

  @Test
  void aTraceIsReadFromItsBeginningAndThenAsItArrived() throws Exception {
    append(
        segment("t", "late").at(T0 + 9, 1).received(),
        segment("t", "first").at(T0, 20).received(),
        segment("u", "other").at(T0, 1).received(),
        segment("t", "middle").at(T0 + 4, 1).received());
    try (TraceReading reading = store.read("t", TraceReading.Limit.NONE)) {
      assertThat(reading.traceId()).isEqualTo("t");
      assertThat(reading.startMillis()).isEqualTo(T0);
      assertThat(reading.durationMillis()).isEqualTo(20);
      assertThat(reading.stored()).isEqualTo(new Counts(3, 3));
      assertThat(segmentIds(reading)).containsExactly("first", "late", "middle");
      assertThat(reading.truncated()).isFalse();
      assertThat(reading.next()).isNull();
    }
    assertThat(store.read("no such", TraceReading.Limit.NONE)).isNull();
  }

  @Test
  void aTraceIsCutAtItsBytes() throws Exception {
    ReceivedSegment first = segment("t", "first").at(T0, 20).tag("k", "x".repeat(5_000)).received();
    ReceivedSegment small = segment("t", "small").at(T0 + 2, 1).received();
    append(
        small, segment("t", "large").at(T0 + 1, 1).tag("k", "x".repeat(9_000)).received(), first);
    int room = first.encoded().length + small.encoded().length;
    try (TraceReading reading = store.read("t", new TraceReading.Limit(100, room))) {
      assertThat(segmentIds(reading)).containsExactly("first", "small");
      assertThat(reading.truncated()).isTrue();
      assertThat(reading.stored()).isEqualTo(new Counts(3, 3));
    }
    try (TraceReading reading = store.read("t", new TraceReading.Limit(100, 1))) {
      assertThat(segmentIds(reading)).containsExactly("first");
      assertThat(reading.truncated()).isTrue();
    }
  }

  private static List<String> segmentIds(TraceReading reading) {
    List<String> ids = new ArrayList<>();
    for (var next = reading.next(); next != null; next = reading.next()) {
      ids.add(next.segment().segmentId());
    }
    return ids;
  }

  @Test
  void enumNumbersThatNobodyKnowsAreKept() throws Exception {
    TraceSpan strange =
        new TraceSpan(
            Integer.MAX_VALUE,
            -1,
            T0,
            T0,
            List.of(),
            "x",
            "",
            42,
            -3,
            -1,
            false,
            List.of(),
            List.of(),
            true);
    TraceSegment segment = new TraceSegment("t", "a", List.of(strange), "shop", "shop-1", true);
    append(Segments.received(segment));
    assertThat(store.trace("t", ALL).segments().get(0).segment()).isEqualTo(segment);
  }

  @Test
  void severalSpansWithoutParentAndReferencesToSeveralTracesAreKept() throws Exception {
    ReceivedSegment batch =
        segment("t", "a")
            .childOf("t", "x")
            .childOf("other", "y")
            .span(Segments.span(1, -1, TraceSpan.LOCAL, "l", T0, T0))
            .span(Segments.span(2, -1, TraceSpan.ENTRY, "second entry", T0, T0))
            .received();
    append(batch);
    assertThat(store.trace("t", ALL).segments().get(0).segment()).isEqualTo(batch.segment());
    assertThat(ids(query().endpoint("second entry"))).containsExactly("t");
    assertThat(store.trace("other", ALL)).isNull();
  }

  @Test
  void servicesInstancesAndEndpointsAreSummedUp() throws Exception {
    append(
        segment("t", "a").at(T0, 1).operation("/A").failed().received(),
        segment("u", "b").at(T0 + 5, 1).operation("/A").received(),
        segment("v", "c").at(T0 + 9, 1).operation("/b").of("shop", "shop-2").received(),
        segment("w", "d").of("stock", "shop-1").operation("/a").received());

    assertThat(store.services())
        .containsExactly(
            new ServiceSummary("shop", 2, 3, 3, 1, T0, T0 + 9),
            new ServiceSummary("stock", 1, 1, 1, 0, T0, T0));
    assertThat(store.instances("shop"))
        .containsExactly(
            new InstanceSummary(
                "shop", "shop-1", T0, T0 + 5, Segments.RECEIVED_MILLIS, 2, 2, List.of()),
            new InstanceSummary(
                "shop", "shop-2", T0 + 9, T0 + 9, Segments.RECEIVED_MILLIS, 1, 1, List.of()));
    assertThat(store.instances(null)).hasSize(3);
    assertThat(store.endpoints("shop", null, 10))
        .containsExactly(
            new EndpointSummary("shop", "/A", 2, 1), new EndpointSummary("shop", "/b", 1, 0));
    assertThat(store.endpoints(null, "a", 10))
        .containsExactly(
            new EndpointSummary("shop", "/A", 2, 1), new EndpointSummary("stock", "/a", 1, 0));
    assertThat(store.endpoints(null, null, 1)).hasSize(1);
    assertThat(store.status().kept()).isEqualTo(new Counts(4, 4));
  }

  @Test
  void signsOfLifeAndPropertiesMakeAnInstanceKnown() {
    store.ping(new InstancePing("shop", "shop-1", ""), 5);
    store.properties(
        new InstanceProperties("shop", "shop-2", List.of(new KeyValue("language", "java")), ""), 7);
    store.ping(new InstancePing("shop", "shop-2", ""), 6);

    assertThat(store.services())
        .containsExactly(new ServiceSummary("shop", 2, 0, 0, 0, null, null));
    assertThat(store.instances("shop"))
        .containsExactly(
            new InstanceSummary("shop", "shop-1", null, null, 5, 0, 0, List.of()),
            new InstanceSummary(
                "shop", "shop-2", null, null, 7, 0, 0, List.of(new KeyValue("language", "java"))));
    assertThat(store.instances("shop").get(1).property("language")).isEqualTo("java");
  }

  @Test
  void theNewestAccountOfEachProcessCounts() {
    store.account(account("p1", 1, 10));
    store.account(account("p1", 3, 30));
    store.account(account("p1", 2, 20));
    store.account(account("p2", 4, 5));

    List<AgentAccount> agents = store.accounts().get(0).agents();
    assertThat(agents).extracting(AgentAccount::processId).containsExactly("p2", "p1");
    assertThat(agents).extracting(a -> a.figure("made.segments")).containsExactly(5L, 30L);
    assertThat(agents.get(0).figure("never said")).isZero();
  }

  @Test
  void accountsAndSignsOfLifeCountWhenTheClockIsSetBack() {
    long hour = 3_600_000;
    store.account(account("p1", 2 * hour, 30));
    store.account(account("p1", hour, 40));
    store.account(account("p1", hour + 1, 50));

    AgentAccount agent = store.accounts().get(0).agents().get(0);
    assertThat(agent.figure("made.segments")).isEqualTo(50);
    assertThat(store.instances("shop").get(0).lastSeenMillis()).isEqualTo(hour + 1);
  }

  @Test
  void accountsOfVeryManyProcessesKeepTheirSum() {
    for (int i = 0; i < 100; i++) {
      store.account(account("p" + i, i, 1));
    }
    List<AgentAccount> agents = store.accounts().get(0).agents();
    assertThat(agents).hasSizeLessThan(20);
    assertThat(agents.stream().mapToLong(a -> a.figure("made.segments")).sum()).isEqualTo(100);
  }

  private static AgentAccount account(String process, long receivedMillis, long made) {
    return new AgentAccount(
        "shop", "shop-1", process, new TreeMap<>(Map.of("made.segments", made)), receivedMillis);
  }

  @Test
  void whatTheCollectorRefusedIsInTheAccount() {
    store.refused("shop", "shop-1", "queue-full", new Counts(2, 9));
    store.refused("shop", "shop-1", "queue-full", new Counts(1, 1));
    assertThat(store.accounts().get(0).refused())
        .containsExactly(Map.entry("queue-full", new Counts(3, 10)));
  }

  @Test
  void afterClosingSegmentsAreRefusedAndClosingAgainIsHarmless() throws Exception {
    store.close();
    assertThat(store.append(List.of(segment("t", "a").received())).get())
        .singleElement()
        .satisfies(outcome -> assertThat(((Outcome.Refused) outcome).reason()).isEqualTo("closed"));
    store.close();
  }
}
