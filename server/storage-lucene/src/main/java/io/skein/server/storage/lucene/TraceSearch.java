package io.skein.server.storage.lucene;

import io.skein.server.storage.TraceOrder;
import io.skein.server.storage.TracePage;
import io.skein.server.storage.TraceQuery;
import io.skein.server.storage.TraceSummary;
import io.skein.server.storage.lucene.TraceJoin.Candidate;
import io.skein.server.storage.lucene.TraceLookup.Place;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.search.FieldDoc;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * One page of a search. For one thread, once.
 *
 * <p>The index knows segments, the answer is about traces. So the search walks over segments in the
 * order that was asked for (see {@link SearchPlan}); of each new trace it sums up all segments, and
 * what the query says about whole traces is decided on the sum.
 *
 * <p><b>Order.</b> Newest first, a trace may be met by a segment that starts later than the trace
 * does. So met traces wait in a heap until the walk has gone below their own start: whatever is met
 * from there on starts earlier still. Slowest first, the walk goes by reach (see {@link
 * TraceWindow}), and when it walks over all segments, a trace is met at its duration; the same rule
 * then gives the right order. When it walks over some of them, a trace may be met later than its
 * duration deserves, so the heap looks some hundred traces ahead; likewise newest first when clocks
 * disagree so much that the heap would grow without end. Then the order is nearly right.
 *
 * <p><b>Pages.</b> The cursor says which trace was last, where the walk had met the first trace
 * that did not fit, and how far it had gone. The next page walks from there, and leaves out the
 * traces that come before the last one in the order, for they have been shown; slowest first, only
 * if they had been met already.
 *
 * <p><b>Time.</b> A search that nothing in the index helps ends after {@value #MAX_MILLIS} ms with
 * what it has and a cursor to go on.
 */
final class TraceSearch {
  private static final long MAX_MILLIS = 2_000;
  private static final int MAX_STEP = 1_024;
  private static final int NEWEST_AHEAD = 2_000;
  private static final int SLOWEST_AHEAD = 300;

  private final TraceQuery query;
  private final FrameCache frames;
  private final IndexSearcher searcher;
  private final TraceLookup lookup;
  private final SearchPlan plan;
  private final @Nullable SearchCursor cursor;
  private final PriorityQueue<Found> heap = new PriorityQueue<>(Comparator.comparing(Found::key));
  private final List<Found> page = new ArrayList<>();
  private final Set<BytesRef> met = new HashSet<>();
  // Where the walk stands.
  private long at = Long.MAX_VALUE;

  /** A trace that belongs to the answer, and where the walk met it. */
  private record Found(SearchCursor.Key key, long metAt, TraceSummary summary) {}

  TraceSearch(View view, TraceQuery query, FrameCache frames) throws IOException {
    this.query = query;
    this.frames = frames;
    this.cursor = SearchCursor.parse(query.cursor());
    this.searcher = new IndexSearcher(view.reader());
    searcher.setQueryCache(null);
    this.lookup = new TraceLookup(view);
    this.plan = SearchPlan.of(query, searcher);
  }

  TracePage page() throws IOException {
    boolean finished = walk();
    while (page.size() <= query.limit() && !heap.isEmpty()) {
      page.add(heap.remove());
    }
    if (page.size() > query.limit()) {
      // One too many, which tells that there is a next page.
      heap.add(page.remove(page.size() - 1));
    } else if (finished) {
      return new TracePage(summaries(), null);
    }
    long from = at;
    for (Found waiting : heap) {
      from = Math.max(from, waiting.metAt());
    }
    SearchCursor.Key last =
        !page.isEmpty()
            ? page.get(page.size() - 1).key()
            : cursor == null ? SearchCursor.Key.FIRST : cursor.last();
    return new TracePage(summaries(), new SearchCursor(last, from, at).toString());
  }

  private List<TraceSummary> summaries() {
    return page.stream().map(Found::summary).toList();
  }

  /** Returns whether it came to the end of the segments. */
  private boolean walk() throws IOException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MAX_MILLIS);
    long upper = cursor == null ? plan.latest() : Math.min(plan.latest(), cursor.from());
    Windows windows = new Windows(searcher.getIndexReader(), plan.field());
    TraceJoin join = plan.isJoin() ? new TraceJoin(searcher, plan, upper) : null;
    while (windows.reaches(upper)) {
      long lower = plan.isSmall() ? Long.MIN_VALUE : windows.below(upper);
      boolean through =
          join == null
              ? walk(plan.driver(lower, upper), deadline)
              : walk(join.candidates(lower, upper, windows.segments(lower, upper)), deadline);
      if (!through) {
        return false;
      }
      at = Math.min(at, lower);
      if (emit()) {
        return false;
      }
      if (lower == Long.MIN_VALUE) {
        return true;
      }
      if (System.nanoTime() > deadline) {
        return false;
      }
      upper = lower - 1;
    }
    return true;
  }

  /** Walks over one stretch; returns whether to go on behind it. */
  private boolean walk(Query segments, long deadline) throws IOException {
    int step = Math.min(MAX_STEP, 2 * query.limit() + 16);
    ScoreDoc after = null;
    while (true) {
      TopDocs top = searcher.searchAfter(after, segments, step, plan.sort());
      for (ScoreDoc segment : top.scoreDocs) {
        at = value(segment);
        if (emit()) {
          return false;
        }
        meet(segment.doc, false);
      }
      if (top.scoreDocs.length < step) {
        return true;
      }
      if (System.nanoTime() > deadline) {
        return false;
      }
      after = top.scoreDocs[top.scoreDocs.length - 1];
      step = Math.min(MAX_STEP, step * 2);
    }
  }

  private boolean walk(List<Candidate> candidates, long deadline) throws IOException {
    int seen = 0;
    for (Candidate candidate : candidates) {
      at = candidate.start();
      if (emit() || (++seen % MAX_STEP == 0 && System.nanoTime() > deadline)) {
        return false;
      }
      meet(candidate.document(), candidate.sure());
    }
    return true;
  }

  static long value(ScoreDoc segment) {
    return (Long) ((FieldDoc) segment).fields[0];
  }

  /**
   * Moves to the page what is surely next; returns whether the page is full, and one more is known.
   */
  private boolean emit() {
    while (!heap.isEmpty() && page.size() <= query.limit() && isNext(heap.peek())) {
      page.add(heap.remove());
    }
    return page.size() > query.limit();
  }

  private boolean isNext(Found first) {
    if (plan.inOrder() && first.key().value() > at) {
      return true;
    }
    int ahead = query.order() == TraceOrder.NEWEST ? NEWEST_AHEAD : SLOWEST_AHEAD;
    return heap.size() + page.size() > query.limit() + ahead;
  }

  private void meet(int document, boolean surelyMatches) throws IOException {
    BytesRef term = traceTerm(document);
    if (!met.add(term)) {
      return;
    }
    List<Place> segments = lookup.segments(term);
    if (segments.isEmpty() || (!surelyMatches && !plan.matches(searcher, term))) {
      return;
    }
    TraceSummary summary = TraceLookup.summary(traceId(term, segments.get(0)), segments);
    if (!query.holdsFor(summary)) {
      return;
    }
    SearchCursor.Key key = SearchCursor.Key.of(query.order(), summary);
    if (cursor == null || !wasShown(key, term, cursor)) {
      heap.add(new Found(key, at, summary));
    }
  }

  private boolean wasShown(SearchCursor.Key key, BytesRef term, SearchCursor before)
      throws IOException {
    if (key.compareTo(before.last()) > 0) {
      return false;
    }
    return query.order() == TraceOrder.NEWEST || plan.firstMet(searcher, term) >= before.end();
  }

  private BytesRef traceTerm(int document) throws IOException {
    List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
    LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(document, leaves));
    SortedDocValues values = DocValues.getSorted(leaf.reader(), Fields.TRACE);
    return values.advanceExact(document - leaf.docBase)
        ? BytesRef.deepCopyOf(values.lookupOrd(values.ordValue()))
        : new BytesRef();
  }

  private String traceId(BytesRef term, Place place) throws IOException {
    String text = term.utf8ToString();
    return Terms.maybeShortened(text) ? frames.segment(place).traceId() : text;
  }
}
