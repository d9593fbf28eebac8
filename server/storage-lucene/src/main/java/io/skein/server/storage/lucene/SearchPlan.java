package io.skein.server.storage.lucene;

import io.skein.server.storage.TagFilter;
import io.skein.server.storage.TraceOrder;
import io.skein.server.storage.TraceQuery;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * Which segments lead to the wanted traces.
 *
 * <p>Every filter but error and duration holds for one segment: those segments are the
 * <em>matching</em> ones, and walking over them finds everything. When it asks for failed traces,
 * walking over the failed segments finds everything, too, if each trace is then asked for a
 * matching segment; likewise the segments whose reach is long enough. The plan walks over whatever
 * is rarest, and where the order allows it looks only at traces that have a segment of both kinds.
 */
final class SearchPlan {
  private static final long SMALL = 10_000;
  private static final long SMALL_JOIN = 500;

  private final String field;
  private final Query matching;
  private final Query driver;
  private final long cost;
  private final @Nullable Query partner;
  private final long partnerCost;
  private final boolean matchesAll;
  private final boolean inOrder;
  private final long latest;
  private final Lag lag;

  /** Some segments, and how many there are at most. */
  private record Segments(Query query, long cost) {}

  private SearchPlan(
      TraceQuery query,
      Query matching,
      Segments driver,
      @Nullable Segments partner,
      boolean matchesAll,
      boolean whole,
      Lag lag)
      throws IOException {
    boolean newest = query.order() == TraceOrder.NEWEST;
    this.field = newest ? Fields.START : Fields.REACH;
    this.matching = matching;
    this.driver = driver.query();
    this.cost = driver.cost();
    this.partner = partner == null || !newest ? null : partner.query();
    this.partnerCost = partner == null ? 0 : partner.cost();
    this.matchesAll = matchesAll;
    this.inOrder = newest || whole;
    long end = query.toMillis() == null ? Long.MAX_VALUE : query.toMillis();
    // A join looks ahead by itself.
    boolean ahead = partner == null && !driver.query().equals(matching);
    this.lag = lag;
    this.latest = !newest ? Long.MAX_VALUE : ahead ? lag.after(end) : end;
  }

  static SearchPlan of(TraceQuery query, IndexSearcher searcher) throws IOException {
    Lag lag = new Lag(searcher);
    List<Term> terms = terms(query);
    boolean filtered = !terms.isEmpty();
    if (query.traceId() != null) {
      terms.add(new Term(Fields.TRACE, Terms.term(query.traceId())));
    }
    Segments matching = new Segments(matching(query, terms, lag), cost(searcher, terms));
    Segments telling = telling(query, searcher, lag);
    boolean byDuration = query.minMillis() != null && query.error() == null;
    boolean endless = query.toMillis() == null;
    if (telling == null) {
      return new SearchPlan(
          query, matching.query(), matching, null, true, !filtered && endless, lag);
    }
    if (terms.isEmpty()) {
      // It is only the time that makes a segment match, and the summary tells that.
      return new SearchPlan(
          query, matching.query(), telling, null, true, byDuration && endless, lag);
    }
    return telling.cost() < matching.cost()
        ? new SearchPlan(
            query, matching.query(), telling, matching, false, byDuration && endless, lag)
        : new SearchPlan(query, matching.query(), matching, telling, true, false, lag);
  }

  /**
   * The segments of which each wanted trace has one that tells what the query says about whole
   * traces: it failed, or it is slow. The fewer ones, if it says both.
   */
  private static @Nullable Segments telling(TraceQuery query, IndexSearcher searcher, Lag lag)
      throws IOException {
    Segments telling = null;
    if (Boolean.TRUE.equals(query.error())) {
      Term failed = new Term(Fields.ERROR, Fields.YES);
      telling =
          new Segments(
              with(alike(query, lag), new TermQuery(failed)), cost(searcher, List.of(failed)));
    }
    if (query.minMillis() != null) {
      Query slow = Fields.between(Fields.REACH, query.minMillis(), Long.MAX_VALUE);
      long cost = searcher.count(slow);
      if (telling == null || cost < telling.cost()) {
        telling = new Segments(with(alike(query, lag), slow), cost);
      }
    }
    return telling;
  }

  private static List<Term> terms(TraceQuery query) {
    List<Term> terms = new ArrayList<>();
    if (query.service() != null) {
      terms.add(new Term(Fields.SERVICE, Terms.term(query.service())));
    }
    if (query.instance() != null) {
      terms.add(new Term(Fields.INSTANCE, Terms.term(query.instance())));
    }
    if (query.endpoint() != null) {
      terms.add(new Term(Fields.OPERATION, Terms.term(query.endpoint())));
    }
    for (TagFilter tag : query.tags()) {
      terms.add(
          tag.value() == null
              ? new Term(Fields.TAG_KEY, Terms.term(tag.key()))
              : new Term(Fields.TAG, Terms.pair(tag.key(), tag.value())));
    }
    return terms;
  }

  private static Query matching(TraceQuery query, List<Term> terms, Lag lag) throws IOException {
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    all.add(alike(query, lag), Occur.FILTER);
    for (Term term : terms) {
      all.add(new TermQuery(term), Occur.FILTER);
    }
    if (query.toMillis() != null) {
      all.add(Fields.between(Fields.START, Long.MIN_VALUE, query.toMillis()), Occur.FILTER);
    }
    return all.build();
  }

  /** What holds for every segment of a wanted trace, and so may be asked of any. */
  private static Query alike(TraceQuery query, Lag lag) throws IOException {
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    if (query.fromMillis() != null) {
      all.add(Fields.between(Fields.START, query.fromMillis(), Long.MAX_VALUE), Occur.FILTER);
    }
    if (query.toMillis() != null) {
      long end = lag.after(query.toMillis());
      all.add(Fields.between(Fields.START, Long.MIN_VALUE, end), Occur.FILTER);
    }
    if (query.maxMillis() != null) {
      all.add(Fields.between(Fields.REACH, Long.MIN_VALUE, query.maxMillis()), Occur.FILTER);
    }
    if (Boolean.FALSE.equals(query.error())) {
      all.add(new TermQuery(new Term(Fields.ERROR, Fields.YES)), Occur.MUST_NOT);
    }
    all.add(new MatchAllDocsQuery(), Occur.FILTER);
    return all.build();
  }

  /** The latest start that a segment of a trace which starts at a time is looked for at. */
  long later(long millis) throws IOException {
    return lag.after(millis);
  }

  private static Query with(Query one, Query other) {
    return new BooleanQuery.Builder().add(one, Occur.FILTER).add(other, Occur.FILTER).build();
  }

  /** How many segments the rarest term has. */
  private static long cost(IndexSearcher searcher, List<Term> terms) throws IOException {
    long cost = searcher.getIndexReader().maxDoc();
    for (Term term : terms) {
      cost = Math.min(cost, searcher.getIndexReader().docFreq(term));
    }
    return cost;
  }

  /**
   * Falling; the value of a segment is never below that of its trace when newest first, never above
   * when slowest.
   */
  Sort sort() {
    return new Sort(new SortField(field, SortField.Type.LONG, true));
  }

  /** The field whose values give the order. */
  String field() {
    return field;
  }

  /** Few enough to be compared at once. */
  boolean isSmall() {
    return cost <= (isJoin() ? SMALL_JOIN : SMALL);
  }

  /** The segments to walk over, between two values of the order. */
  Query driver(long from, long to) {
    return between(driver, from, to);
  }

  private Query between(Query segments, long from, long to) {
    return from == Long.MIN_VALUE && to == Long.MAX_VALUE
        ? segments
        : with(segments, Fields.between(field, from, to));
  }

  /**
   * Whether each wanted trace has a segment of a second kind, too, and {@link TraceJoin} can bring
   * the two together because the walk goes by their start.
   */
  boolean isJoin() {
    return partner != null;
  }

  /** The segments of the second kind between two values of the order. */
  Query partner(long from, long to) {
    return between(Objects.requireNonNull(partner), from, to);
  }

  /** How many segments of the second kind there are at most. */
  long partnerCost() {
    return partnerCost;
  }

  /** The walk need not begin above this value of the order. */
  long latest() {
    return latest;
  }

  /** Whether a trace that is walked to has a matching segment at all. */
  boolean matches(IndexSearcher searcher, BytesRef traceId) throws IOException {
    return matchesAll
        || searcher.count(with(matching, new TermQuery(new Term(Fields.TRACE, traceId)))) > 0;
  }

  /** Where the walk meets a trace first. */
  long firstMet(IndexSearcher searcher, BytesRef traceId) throws IOException {
    var top =
        searcher.search(with(driver, new TermQuery(new Term(Fields.TRACE, traceId))), 1, sort());
    return top.scoreDocs.length == 0 ? Long.MIN_VALUE : TraceSearch.value(top.scoreDocs[0]);
  }

  /**
   * Whether a trace that the walk has not met yet surely comes later in the order than one that it
   * has, if that one's value is above where the walk stands.
   */
  boolean inOrder() {
    return inOrder;
  }
}
