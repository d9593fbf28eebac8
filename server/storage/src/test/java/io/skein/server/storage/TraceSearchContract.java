package io.skein.server.storage;

import static io.skein.server.storage.Segments.segment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skein.wire.model.TraceSegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every store must find, and in which order. A store's test does not extend this but {@link
 * TraceStoreContract}.
 */
abstract class TraceSearchContract {
  static final long T0 = 1_700_000_000_000L;
  static final int ALL = Integer.MAX_VALUE;

  protected TraceStore store;

  /** Opens an empty store. */
  protected abstract TraceStore open() throws Exception;

  /** Waits until what was appended can be found. */
  protected abstract void settle(TraceStore store) throws Exception;

  @BeforeEach
  void openStore() throws Exception {
    store = open();
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  protected final List<Outcome> append(ReceivedSegment... batch) throws Exception {
    List<Outcome> outcomes = store.append(List.of(batch)).get(20, TimeUnit.SECONDS);
    settle(store);
    return outcomes;
  }

  final List<String> ids(TraceQuery.Builder query) {
    return store.search(query.build()).traces().stream().map(TraceSummary::traceId).toList();
  }

  static TraceQuery.Builder query() {
    return TraceQuery.builder();
  }

  @Test
  void aTraceWhoseRootIsMissingIsShownFromItsEarliestSegment() throws Exception {
    append(
        segment("t", "b").of("later", "l").childOf("t", "x").at(T0 + 5, 1).received(),
        segment("t", "c").of("earlier", "e").childOf("t", "x").at(T0, 1).received());
    assertThat(store.search(query().build()).traces())
        .singleElement()
        .satisfies(trace -> assertThat(trace.service()).isEqualTo("earlier"));
  }

  @Test
  void idsAndNamesOfAnyLengthAreStoredAndFound() throws Exception {
    String id = "i".repeat(10_000);
    String longer = "i".repeat(100_000) + "\u4e2d";
    String name = "/n".repeat(50_000);
    append(
        segment(id, id + "1").received(),
        segment(id + "x", id + "2").received(),
        segment(longer, longer)
            .of("s" + longer, "i" + longer)
            .operation(name)
            .tag("k" + longer, "v" + longer)
            .received());

    assertThat(store.trace(id, ALL).segments()).hasSize(1);
    assertThat(store.trace(longer, ALL).segments()).hasSize(1);
    assertThat(ids(query().traceId(longer))).containsExactly(longer);
    assertThat(
            ids(
                query()
                    .service("s" + longer)
                    .instance("i" + longer)
                    .endpoint(name)
                    .tag("k" + longer, "v" + longer)
                    .tag("k" + longer, null)))
        .containsExactly(longer);
    assertThat(ids(query().tag("k" + longer, "v" + longer + "x"))).isEmpty();
    assertThat(ids(query().service("s" + longer + "x"))).isEmpty();
    assertThat(ids(query().endpoint(name + "x"))).isEmpty();
    assertThat(store.services()).extracting(ServiceSummary::name).contains("s" + longer);
    assertThat(append(segment(longer, longer).received())).containsExactly(Outcome.DUPLICATE);
  }

  @Test
  void hostileTextsAreText() throws Exception {
    List<String> texts =
        List.of(
            "",
            " ",
            "\u0000",
            "a\u0000b",
            "'; DROP TABLE spans; --",
            "<script>alert(1)</script>",
            "../../etc/passwd",
            "a=b=c",
            "=",
            "*:*",
            "\ud83d\ude00\u202e\ufeff\uffff",
            "\r\n\t");
    List<ReceivedSegment> batch = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      String text = texts.get(i);
      batch.add(
          segment("t" + text, "s" + i).of(text, text).operation(text).tag(text, text).received());
    }
    append(batch.toArray(ReceivedSegment[]::new));

    for (String text : texts) {
      assertThat(ids(query().service(text))).as("service <%s>", text).containsExactly("t" + text);
      assertThat(ids(query().instance(text))).as("instance <%s>", text).containsExactly("t" + text);
      assertThat(ids(query().endpoint(text))).as("endpoint <%s>", text).containsExactly("t" + text);
      assertThat(ids(query().tag(text, text))).as("tag <%s>", text).containsExactly("t" + text);
      assertThat(ids(query().tag(text, null))).as("key <%s>", text).containsExactly("t" + text);
      assertThat(store.trace("t" + text, ALL).segments()).hasSize(1);
      assertThat(store.tagValues(text, text, null, null, 10)).containsExactly(text);
      assertThat(store.endpoints(text, null, 10))
          .containsExactly(new EndpointSummary(text, text, 1, 0));
    }
    assertThat(store.services()).hasSameSizeAs(texts);
    assertThat(store.tagKeys(null, null, null, 100)).containsExactlyInAnyOrderElementsOf(texts);
  }

  /** "a=b" with value "c" is not "a" with value "b=c". */
  @Test
  void keyAndValueOfATagDoNotRunTogether() throws Exception {
    append(
        segment("t", "a").tag("a=b", "c").received(),
        segment("u", "b").tag("a", "b=c").received(),
        segment("v", "c").tag("ab", "c").received());
    assertThat(ids(query().tag("a", "b=c"))).containsExactly("u");
    assertThat(ids(query().tag("a=b", "c"))).containsExactly("t");
    assertThat(ids(query().tag("a", null))).containsExactly("u");
  }

  @Test
  void anyClockIsStoredAndOrdered() throws Exception {
    long year9999 = 253_402_300_799_000L;
    append(
        segment("zero", "a").at(0, 0).received(),
        segment("negative", "b").at(-5_000, 1).received(),
        segment("year 9999", "c").at(year9999, 3).received(),
        segment("now", "d").at(T0, -7).received(),
        segment("first", "e").at(Long.MIN_VALUE, 4).received(),
        segment("last", "f").at(Long.MAX_VALUE - 2, 2).received(),
        Segments.received(
            new TraceSegment(
                "all of time",
                "g",
                List.of(Segments.span(0, -1, 0, "x", Long.MIN_VALUE + 1, Long.MAX_VALUE)),
                "shop",
                "shop-1",
                false)));

    assertThat(ids(query()))
        .containsExactly("last", "year 9999", "now", "zero", "negative", "all of time", "first");
    assertThat(ids(query().order(TraceOrder.SLOWEST)))
        .startsWith("all of time", "first", "year 9999", "last", "negative")
        .hasSize(7);
    assertThat(ids(query().fromMillis(year9999))).containsExactly("last", "year 9999");
    assertThat(ids(query().toMillis(-1L))).containsExactly("negative", "all of time", "first");
    assertThat(ids(query().fromMillis(0L).toMillis(0L))).containsExactly("zero");
    assertThat(store.trace("now", ALL).durationMillis()).isZero();
    assertThat(store.status().oldestMillis()).isEqualTo(Long.MIN_VALUE);
  }

  @Test
  void everyFilterFindsWhatItSaysAndNothingElse() throws Exception {
    append(
        segment("t", "a").operation("/a").tag("k", "v").at(T0, 100).received(),
        segment("t", "b")
            .of("stock", "stock-2")
            .operation("/b")
            .tag("db.type", "H2")
            .childOf("t", "a")
            .at(T0 + 10, 50)
            .received(),
        segment("u", "c")
            .of("shop", "shop-2")
            .operation("/c")
            .tag("k", "w")
            .at(T0 + 1_000, 5)
            .failed()
            .received());

    assertThat(ids(query())).containsExactly("u", "t");
    assertThat(ids(query().service("shop"))).containsExactly("u", "t");
    assertThat(ids(query().service("stock"))).containsExactly("t");
    assertThat(ids(query().instance("shop-2"))).containsExactly("u");
    assertThat(ids(query().endpoint("/b"))).containsExactly("t");
    assertThat(ids(query().tag("k", "v"))).containsExactly("t");
    assertThat(ids(query().tag("k", null))).containsExactly("u", "t");
    assertThat(ids(query().tag("k", "v").tag("k", "w"))).isEmpty();
    assertThat(ids(query().error(true))).containsExactly("u");
    assertThat(ids(query().error(false))).containsExactly("t");
    assertThat(ids(query().minMillis(100L))).containsExactly("t");
    assertThat(ids(query().minMillis(101L))).isEmpty();
    assertThat(ids(query().maxMillis(99L))).containsExactly("u");
    assertThat(ids(query().maxMillis(100L))).containsExactly("u", "t");
    assertThat(ids(query().fromMillis(T0 + 1))).containsExactly("u");
    assertThat(ids(query().toMillis(T0 + 999))).containsExactly("t");
    assertThat(ids(query().traceId("t"))).containsExactly("t");
    assertThat(ids(query().traceId("t").service("elsewhere"))).isEmpty();
    assertThat(ids(query().order(TraceOrder.SLOWEST))).containsExactly("t", "u");
    // Duration and error are the whole trace's; the other filters are one segment's, all together.
    assertThat(ids(query().service("stock").minMillis(100L))).containsExactly("t");
    assertThat(ids(query().service("stock").maxMillis(60L))).isEmpty();
    assertThat(ids(query().service("stock").endpoint("/a"))).isEmpty();
    assertThat(ids(query().service("stock").tag("k", "v"))).isEmpty();
  }

  @Test
  void aTraceFailedWhenAnySegmentOfItDid() throws Exception {
    append(
        segment("t", "a").received(),
        segment("t", "b").of("stock", "s").failed().childOf("t", "a").received());
    assertThat(ids(query().service("shop").error(true))).containsExactly("t");
    assertThat(ids(query().service("shop").error(false))).isEmpty();
    assertThat(ids(query().error(false))).isEmpty();
  }

  @Test
  void aTraceIsAsLongAsFromItsFirstStartToItsLastEnd() throws Exception {
    // A message that is consumed late: no segment alone is as long as the trace.
    append(segment("t", "a").at(T0, 10).received());
    append(segment("t", "b").childOf("t", "a").at(T0 + 500, 10).received());
    append(segment("u", "c").at(T0, 100).received());

    assertThat(ids(query().order(TraceOrder.SLOWEST))).containsExactly("t", "u");
    assertThat(ids(query().minMillis(510L))).containsExactly("t");
    assertThat(ids(query().maxMillis(200L))).containsExactly("u");
    assertThat(store.trace("t", ALL).durationMillis()).isEqualTo(510);
  }

  @Test
  void pagesHoldEveryTraceOnceInOrder() throws Exception {
    List<ReceivedSegment> batch = new ArrayList<>();
    for (int i = 0; i < 57; i++) {
      // Ten to a millisecond, three durations, and children that start later than the next trace
      // does.
      batch.add(segment("t" + i, "a" + i).at(T0 + i / 10, i % 3).received());
      batch.add(
          segment("t" + i, "b" + i)
              .childOf("t" + i, "a" + i)
              .at(T0 + i / 10 + i % 7, 1)
              .received());
    }
    Collections.shuffle(batch, new Random(7));
    append(batch.toArray(ReceivedSegment[]::new));

    for (TraceOrder order : TraceOrder.values()) {
      List<TraceSummary> all = pages(query().order(order).limit(200), ALL);
      for (int limit : new int[] {1, 7, 19, 57}) {
        assertThat(pages(query().order(order).limit(limit), ALL)).isEqualTo(all);
      }
      assertThat(all).hasSize(57);
      assertThat(all)
          .extracting(t -> order == TraceOrder.NEWEST ? t.startMillis() : t.durationMillis())
          .isSortedAccordingTo(Collections.reverseOrder());
    }
  }

  private List<TraceSummary> pages(TraceQuery.Builder query, int most) {
    List<TraceSummary> found = new ArrayList<>();
    String cursor = null;
    do {
      TracePage page = store.search(query.cursor(cursor).build());
      assertThat(page.next() == null || !page.traces().isEmpty()).isTrue();
      found.addAll(page.traces());
      cursor = page.next();
    } while (cursor != null && found.size() < most);
    return found;
  }

  @Test
  void aCursorOfNoPageIsRefused() {
    for (String cursor : List.of("", "x", "1~", "-~1", "99999999999999999999~1", "1~g", "1~1 ")) {
      assertThatThrownBy(() -> store.search(query().cursor(cursor).build()))
          .isInstanceOf(BadCursorException.class)
          .hasMessageContaining("\"" + cursor + "\"");
    }
  }

  @Test
  void tagsAreOfferedForCompletion() throws Exception {
    append(
        segment("t", "a").tag("k", "2").tag("k", "1").tag("only shop", "x").received(),
        segment("u", "b").of("stock", "s").tag("k", "3").tag("only stock", "y").received());
    assertThat(store.tagKeys(null, null, null, 10)).containsExactly("k", "only shop", "only stock");
    assertThat(store.tagKeys(null, null, null, 2)).containsExactly("k", "only shop");
    assertThat(store.tagKeys("shop", null, null, 10)).containsExactly("k", "only shop");
    assertThat(store.tagValues("k", null, null, null, 10)).containsExactly("1", "2", "3");
    assertThat(store.tagValues("k", "stock", null, null, 10)).containsExactly("3");
    assertThat(store.tagValues("nothing", null, null, null, 10)).isEmpty();
    assertThat(store.tagKeys("nobody", null, null, 10)).isEmpty();
  }

  /** The plain reading of this contract, and the store at hand, asked the same random questions. */
  @Test
  void answersAsThePlainStoreInMemoryDoes() throws Exception {
    Random random = new Random(11);
    try (InMemoryTraceStore plain = new InMemoryTraceStore()) {
      for (int round = 0; round < 5; round++) {
        List<ReceivedSegment> batch = RandomSegments.batch(random, 120);
        List<Outcome> expected = plain.append(batch).get();
        assertThat(append(batch.toArray(ReceivedSegment[]::new))).isEqualTo(expected);
        for (int i = 0; i < 60; i++) {
          TraceQuery.Builder query = RandomSegments.query(random);
          TraceQuery asked = query.build();
          List<TraceSummary> answer = pages(query, ALL);
          assertThat(answer).as("%s", asked).isEqualTo(RandomSegments.pages(plain, asked));
        }
        assertThat(store.services()).isEqualTo(plain.services());
        assertThat(store.instances(null)).isEqualTo(plain.instances(null));
        assertThat(store.endpoints(null, null, 100)).isEqualTo(plain.endpoints(null, null, 100));
        assertThat(store.accounts()).isEqualTo(plain.accounts());
        assertThat(store.tagKeys(null, null, null, 100))
            .isEqualTo(plain.tagKeys(null, null, null, 100));
        for (String service : Arrays.asList(null, "s0", "s1")) {
          assertThat(store.tagValues("k1", service, null, null, 100))
              .isEqualTo(plain.tagValues("k1", service, null, null, 100));
        }
        for (int i = 0; i < 30; i++) {
          assertThat(store.trace("t" + i, 40)).isEqualTo(plain.trace("t" + i, 40));
        }
      }
    }
  }

  @Test
  void whatBelongsToATraceOfTheWantedTimeMayComeLongAfterIt() throws Exception {
    List<Long> delays = List.of(5_000L, 90_000L, 1_200_000L, 3_000_000L);
    for (int i = 0; i < delays.size(); i++) {
      long start = T0 + i * 86_400_000L;
      long delay = delays.get(i);
      String id = "t" + i;
      append(
          // It fails, or is slow, after the time that is asked for, and arrives before the root.
          segment(id, id + "late")
              .of("worker", "w")
              .childOf(id, id + "root")
              .at(start + delay, 700)
              .failed()
              .received(),
          segment(id, id + "root").of("front", "f").at(start, delay + 1_000).received(),
          segment(id + "other", id + "other").of("front", "f").at(start + 1, 2).received(),
          segment(id + "next", id + "next")
              .of("front", "f")
              .at(start + 2_000, 2)
              .failed()
              .received());
    }
    for (int i = 0; i < delays.size(); i++) {
      long start = T0 + i * 86_400_000L;
      TraceQuery.Builder time = query().fromMillis(start - 1_000).toMillis(start + 1_000);
      assertThat(ids(time.error(true))).containsExactly("t" + i);
      assertThat(ids(time.error(true).service("front"))).containsExactly("t" + i);
      assertThat(ids(time.error(true).service("front").minMillis(500L))).containsExactly("t" + i);
      assertThat(ids(time.error(null).minMillis(delays.get(i) + 900))).containsExactly("t" + i);
    }
  }

  /**
   * So many segments that no store looks at all of them, and traces whose segments start up to half
   * an hour apart.
   */
  @Test
  void manySegmentsAreSearchedAsThePlainStoreDoes() throws Exception {
    Random random = new Random(12);
    try (InMemoryTraceStore plain = new InMemoryTraceStore()) {
      for (int round = 0; round < 30; round++) {
        List<ReceivedSegment> batch = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
          batch.addAll(RandomSegments.spreadTrace(random, round * 400 + i));
        }
        plain.append(batch).get();
        append(batch.toArray(ReceivedSegment[]::new));
      }
      for (int i = 0; i < 60; i++) {
        TraceQuery.Builder query = RandomSegments.selectiveQuery(random);
        TraceQuery asked = query.build();
        List<TraceSummary> expected = RandomSegments.pages(plain, asked);
        int most = (random.nextBoolean() ? 25 : 5) * asked.limit();
        List<TraceSummary> answer = pages(query, most);
        assertThat(answer)
            .as("%s", asked)
            .isEqualTo(expected.subList(0, Math.min(answer.size(), expected.size())));
        assertThat(answer.size() == expected.size() || answer.size() >= most).isTrue();
      }
    }
  }
}
