package io.skein.server.storage.profile;

import static io.skein.server.storage.profile.Snapshots.T0;
import static io.skein.server.storage.profile.Snapshots.many;
import static io.skein.server.storage.profile.Snapshots.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import io.skein.server.storage.Outcome;
import io.skein.server.storage.SegmentNote;
import io.skein.server.storage.Segments;
import io.skein.server.storage.TraceStore;
import io.skein.wire.model.SpanReference;
import io.skein.wire.model.TraceSpan;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every store does with snapshots. Extend it, open a store, and all of this is asked of it.
 */
public abstract class ProfileStoreContract {
  protected TraceStore store;
  protected ProfileStore profiles;

  protected abstract TraceStore open() throws Exception;

  /** Makes findable what was appended. */
  protected void settle(TraceStore opened) throws Exception {}

  @BeforeEach
  void openStore() throws Exception {
    store = open();
    profiles = store.profiles();
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  protected List<Outcome> append(List<Snapshot> batch) throws Exception {
    return profiles.append(batch).get(30, TimeUnit.SECONDS);
  }

  /** All that is stored of a segment, by sequence. */
  protected static List<Snapshot> read(ProfileStore from, String segmentId) {
    List<Snapshot> found = new ArrayList<>();
    from.read(
        List.of(segmentId), block -> found.addAll(SnapshotBlockTest.decoded(block, T0 + 60_000)));
    found.sort((a, b) -> Integer.compare(a.sequence(), b.sequence()));
    return found;
  }

  private static String reason(Outcome outcome) {
    return outcome instanceof Outcome.Refused refused ? refused.reason() : outcome.toString();
  }

  @Test
  void allQuestionsAreAnsweredWhenEmpty() throws Exception {
    assertThat(profiles.isEmpty()).isTrue();
    assertThat(profiles.ofTask("task", 10)).isEmpty();
    assertThat(profiles.ofSegment("s")).isNull();
    assertThat(profiles.totals("task")).isEqualTo(SampleTotals.NONE);
    assertThat(read(profiles, "s")).isEmpty();
    assertThat(append(List.of())).isEmpty();
  }

  @Test
  void snapshotsComeBackAsTheyWereReceived() throws Exception {
    List<Snapshot> all = many("s", 0, 300, 60);
    for (int from = 0; from < 300; from += 50) {
      assertThat(append(all.subList(from, from + 50))).containsOnly(Outcome.STORED);
    }
    assertThat(read(profiles, "s")).isEqualTo(all);
    assertThat(profiles.ofSegment("s"))
        .isEqualTo(
            new SampledSegment("s", "task", "shop", "shop-1", T0, T0 + 2_990, 300, 0, 10, 0));
    assertThat(profiles.totals("task")).isEqualTo(new SampleTotals(1, 300));
    assertThat(profiles.isEmpty()).isFalse();
  }

  @Test
  void anyOrderAndRepeatsGiveTheSame() throws Exception {
    List<Snapshot> all = many("s", 0, 200, 20);
    List<Snapshot> shuffled = new ArrayList<>(all);
    shuffled.addAll(all.subList(50, 120));
    Collections.shuffle(shuffled, new Random(1));
    int stored = 0;
    int duplicates = 0;
    for (int from = 0; from < shuffled.size(); from += 30) {
      for (Outcome outcome : append(shuffled.subList(from, Math.min(shuffled.size(), from + 30)))) {
        stored += outcome.equals(Outcome.STORED) ? 1 : 0;
        duplicates += outcome.equals(Outcome.DUPLICATE) ? 1 : 0;
      }
    }
    assertThat(stored).isEqualTo(200);
    assertThat(duplicates).isEqualTo(70);
    assertThat(read(profiles, "s")).isEqualTo(all);
    assertThat(profiles.ofSegment("s").gaps()).isZero();
    assertThat(profiles.totals("task").snapshots()).isEqualTo(200);
  }

  @Test
  void equalNumbersOfDifferentSegmentsAreDifferentSnapshots() throws Exception {
    assertThat(append(List.of(snapshot("a", 0, "x:1"), snapshot("b", 0, "y:1"))))
        .containsExactly(Outcome.STORED, Outcome.STORED);
    assertThat(read(profiles, "a")).containsExactly(snapshot("a", 0, "x:1"));
    assertThat(read(profiles, "b")).containsExactly(snapshot("b", 0, "y:1"));
  }

  @Test
  void gapsAreCounted() throws Exception {
    append(List.of(snapshot("s", 0, "x:1"), snapshot("s", 2, "x:1"), snapshot("s", 7, "x:1")));
    assertThat(profiles.ofSegment("s").gaps()).isEqualTo(2);
    append(List.of(snapshot("s", 1, "x:1")));
    assertThat(profiles.ofSegment("s").gaps()).isEqualTo(1);
  }

  @Test
  void whatCannotBeTakenIsRefusedAndItsNeighboursAreStored() throws Exception {
    List<Outcome> outcomes =
        append(
            List.of(
                snapshot("s", 0, "x:1"),
                snapshot("", 0, "x:1"),
                snapshot("s", -1, "x:1"),
                snapshot("x".repeat(501), 0, "x:1"),
                Snapshots.of("other", "s", 1, T0, List.of("x:1")),
                snapshot("s", 1, "x:1")));
    assertThat(outcomes.stream().map(ProfileStoreContract::reason))
        .containsExactly(
            Outcome.STORED.toString(),
            SnapshotRefusal.UNFIT,
            SnapshotRefusal.UNFIT,
            SnapshotRefusal.UNFIT,
            SnapshotRefusal.OTHER_TASK,
            Outcome.STORED.toString());
    assertThat(reason(append(List.of(Snapshots.of("other", "s", 2, T0, List.of()))).get(0)))
        .isEqualTo(SnapshotRefusal.OTHER_TASK);
    assertThat(profiles.totals("task")).isEqualTo(new SampleTotals(1, 2));
    assertThat(profiles.totals("other")).isEqualTo(SampleTotals.NONE);
  }

  @Test
  void aSegmentWhoseNumbersAreScatteredDoesNotFillTheMemory() throws Exception {
    List<Snapshot> scattered = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      scattered.add(snapshot("s", 3 * i, "x:1"));
    }
    Map<String, Integer> reasons = new HashMap<>();
    for (int from = 0; from < scattered.size(); from += 1_000) {
      for (Outcome outcome : append(scattered.subList(from, from + 1_000))) {
        reasons.merge(reason(outcome), 1, Integer::sum);
      }
    }
    assertThat(reasons).containsOnlyKeys(Outcome.STORED.toString(), SnapshotRefusal.SCATTERED);
    assertThat(reasons.get(SnapshotRefusal.SCATTERED)).isGreaterThan(10_000);
  }

  @Test
  void aSegmentHasRoomForTheLongestTaskAndNotForMuchMore() throws Exception {
    Map<String, Integer> reasons = new HashMap<>();
    for (int from = 0; from < SnapshotRefusal.MAX_PER_SEGMENT + 2_000; from += 1_000) {
      for (Outcome outcome : append(many("s", from, from + 1_000, 3))) {
        reasons.merge(reason(outcome), 1, Integer::sum);
      }
    }
    assertThat(reasons)
        .isEqualTo(
            Map.of(
                Outcome.STORED.toString(),
                SnapshotRefusal.MAX_PER_SEGMENT,
                SnapshotRefusal.SEGMENT_FULL,
                2_000));
    assertThat(append(many("s", 0, 5, 3))).containsOnly(Outcome.DUPLICATE);
    assertThat(profiles.ofSegment("s").snapshots()).isEqualTo(SnapshotRefusal.MAX_PER_SEGMENT);
  }

  @Test
  void anyClockAnyDepthAndAnyTextIsStored() throws Exception {
    List<String> deep = Collections.nCopies(1_000, "recursion.Deep.down:7");
    List<Snapshot> odd =
        List.of(
            Snapshots.of("task", "s", 0, 0, List.of()),
            Snapshots.of("task", "s", 1, Long.MAX_VALUE, List.of("")),
            Snapshots.of("task", "s", 2, Long.MIN_VALUE, deep),
            Snapshots.of(
                "task", "s", 3, 253_402_300_799_000L, List.of("ü\uD83D\uDE00:" + "y".repeat(990))),
            Snapshots.of("task", "s", Integer.MAX_VALUE, -1, List.of("x")));
    assertThat(append(odd)).containsOnly(Outcome.STORED);
    assertThat(read(profiles, "s")).isEqualTo(odd);
    assertThat(profiles.ofSegment("s").firstMillis()).isEqualTo(Long.MIN_VALUE);
  }

  @Test
  void aTaskListsItsSegmentsThoseSampledLastFirst() throws Exception {
    for (int i = 0; i < 5; i++) {
      append(List.of(Snapshots.of("task", "s" + i, 0, T0 + i, List.of("x:1"))));
    }
    append(List.of(Snapshots.of("other", "o", 0, T0, List.of("x:1"))));
    assertThat(profiles.ofTask("task", 3))
        .extracting(SampledSegment::segmentId)
        .containsExactly("s4", "s3", "s2");
    assertThat(profiles.ofTask("task", 10)).hasSize(5);
    assertThat(profiles.totals("task")).isEqualTo(new SampleTotals(5, 5));
  }

  @Test
  void severalSegmentsAreReadOneAfterTheOther() throws Exception {
    for (int i = 0; i < 10; i++) {
      append(List.of(snapshot("a", i, "x:1"), snapshot("b", i, "y:1"), snapshot("c", i, "z:1")));
    }
    List<String> order = new ArrayList<>();
    profiles.read(
        List.of("c", "a"),
        block -> {
          for (int i = 0; i < block.size(); i++) {
            order.add(block.segmentId());
          }
        });
    List<String> expected = new ArrayList<>(Collections.nCopies(10, "c"));
    expected.addAll(Collections.nCopies(10, "a"));
    assertThat(order).isEqualTo(expected);
  }

  @Test
  void segmentsAreFoundByTheirIdsWithWhatTheyContinue() throws Exception {
    TraceSpan continuing =
        new TraceSpan(
            1,
            0,
            T0,
            T0 + 3,
            List.of(
                new SpanReference(
                    SpanReference.CROSS_THREAD, "t", "root", 0, "shop", "shop-1", "/", ""),
                new SpanReference(
                    SpanReference.CROSS_THREAD, "t", "foreign", 0, "shop", "shop-2", "/", "")),
            "work",
            "",
            TraceSpan.LOCAL,
            0,
            0,
            false,
            List.of(),
            List.of(),
            false);
    store
        .append(
            List.of(
                Segments.segment("t", "root").at(T0, 40).received(),
                Segments.segment("t", "child").at(T0, 20).span(continuing).received()))
        .get(30, TimeUnit.SECONDS);
    settle(store);
    Map<String, SegmentNote> notes = new HashMap<>();
    store.segments(List.of("root", "child", "unknown"), note -> notes.put(note.segmentId(), note));
    assertThat(notes).containsOnlyKeys("root", "child");
    assertThat(notes.get("root").threadParents()).isEmpty();
    assertThat(notes.get("root").traceId()).isEqualTo("t");
    assertThat(notes.get("root").facts().durationMillis()).isEqualTo(40);
    assertThat(notes.get("child").threadParents()).containsExactly("root");
  }

  @Test
  void aClosedStoreRefuses() throws Exception {
    store.close();
    assertThat(reason(append(List.of(snapshot("s", 0, "x:1"))).get(0))).isEqualTo("closed");
  }
}
