package io.skein.server.storage;

import static io.skein.server.storage.Segments.segment;
import static org.assertj.core.api.Assertions.assertThat;

import io.skein.wire.model.TraceSegment;
import io.skein.wire.model.TraceSpan;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * SkyWalking's Python agent sends a segment again with each root span that ends in the same
 * context: first one span, then two, then three, all under one id.
 */
public abstract class GrowingSegmentContract {
  private static final long T0 = 1_700_000_000_000L;

  private TraceStore store;

  protected abstract TraceStore open();

  /** Waits until what was appended can be found. */
  protected void settle(TraceStore opened) throws Exception {}

  @BeforeEach
  void openStore() {
    store = open();
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  protected static ReceivedSegment grown(String trace, String id, int spans) {
    List<TraceSpan> list = new ArrayList<>();
    for (int i = 0; i < spans; i++) {
      list.add(Segments.span(i, -1, TraceSpan.ENTRY, "/op" + i, T0 + i, T0 + i + 5));
    }
    return Segments.received(new TraceSegment(trace, id, list, "shop", "shop-1", false));
  }

  private List<Outcome> append(ReceivedSegment... segments) throws Exception {
    List<Outcome> outcomes = store.append(List.of(segments)).get();
    settle(store);
    return outcomes;
  }

  private void assertThreeSpans() {
    StoredTrace trace = store.trace("t", 100);
    assertThat(trace).isNotNull();
    assertThat(trace.segments()).hasSize(1);
    assertThat(trace.segments().get(0).segment().spans()).hasSize(3);
    List<TraceSummary> found = store.search(TraceQuery.builder().endpoint("/op2").build()).traces();
    assertThat(found).hasSize(1);
    assertThat(found.get(0).spans()).isEqualTo(3);
    assertThat(found.get(0).segments()).isEqualTo(1);
    InstanceAccount account = store.accounts().get(0);
    assertThat(account.stored()).isEqualTo(new Counts(1, 3));
    assertThat(account.duplicates()).isEqualTo(new Counts(2, 3));
  }

  @Test
  void theLastAndLargestIsWhatIsKept() throws Exception {
    assertThat(append(grown("t", "s", 1))).containsExactly(Outcome.STORED);
    assertThat(append(grown("t", "s", 2))).containsExactly(new Outcome.Grown(1));
    assertThat(append(grown("t", "s", 3))).containsExactly(new Outcome.Grown(2));
    assertThreeSpans();
  }

  @Test
  void alsoWhenTheyComeTogether() throws Exception {
    // A store may write them one by one or only the last; the counts are the same.
    assertThat(append(grown("t", "s", 1), grown("t", "s", 2), grown("t", "s", 3)))
        .hasSize(3)
        .noneMatch(outcome -> outcome instanceof Outcome.Refused);
    assertThreeSpans();
  }

  @Test
  void alsoWhenNobodyCouldFindTheFirstYet() throws Exception {
    store.append(List.of(grown("t", "s", 1))).get();
    store.append(List.of(grown("t", "s", 2))).get();
    assertThat(append(grown("t", "s", 3))).containsExactly(new Outcome.Grown(2));
    assertThreeSpans();
  }

  @Test
  void aRepeatThatIsNotLargerIsADuplicate() throws Exception {
    append(grown("t", "s", 3));
    assertThat(append(grown("t", "s", 3), grown("t", "s", 2)))
        .containsExactly(Outcome.DUPLICATE, Outcome.DUPLICATE);
    assertThat(store.trace("t", 100).segments().get(0).segment().spans()).hasSize(3);
  }

  /** Nobody may change what is stored by guessing an id. */
  @Test
  void whatHasNotAllThatIsStoredDoesNotTakeItsPlace() throws Exception {
    append(grown("t", "s", 1));
    ReceivedSegment other =
        segment("t", "s")
            .of("shop", "shop-1")
            .operation("/other")
            .at(T0, 5)
            .span(Segments.span(1, 0, TraceSpan.LOCAL, "x", T0, T0 + 1))
            .received();
    assertThat(append(other)).containsExactly(Outcome.DUPLICATE);
    assertThat(append(grown("another trace", "s", 3))).containsExactly(Outcome.DUPLICATE);
    assertThat(store.trace("another trace", 100)).isNull();
    TraceSegment kept = store.trace("t", 100).segments().get(0).segment();
    assertThat(kept.spans()).hasSize(1);
    assertThat(kept.spans().get(0).operationName()).isEqualTo("/op0");
  }
}
