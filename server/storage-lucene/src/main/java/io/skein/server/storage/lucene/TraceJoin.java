package io.skein.server.storage.lucene;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.Bits;

/**
 * Which traces have a segment of each of two kinds: one with the wanted endpoint, say, and one that
 * is slow. For one thread, for stretches of falling start.
 *
 * <p>To ask the index about one trace takes some ten microseconds. When most slow traces do not
 * have the endpoint, that is a long time for nothing; so the two kinds of a stretch are brought
 * together by the hashes of their trace ids, some ten nanoseconds for a segment. Only where there
 * are very few of the first kind it asks about each.
 *
 * <p>The two segments of a trace may lie in different stretches. So what was met stays known, and
 * the trace is a candidate at the later meeting, which is the one further back in time: at both,
 * the walk stands at the trace's start or above. A walk that begins in the middle, because it is
 * for a further page, first looks as far ahead as {@link SearchPlan#later} goes.
 */
final class TraceJoin {
  // How many segments can be brought together in the time that asking about one trace takes.
  private static final long ASKING_COST = 500;

  // Beyond, segments are forgotten that started so much later that hardly a trace is so long.
  private static final int REMEMBERED = 500_000;

  private final IndexSearcher searcher;
  private final SearchPlan plan;
  private final Seen first = new Seen();
  private final Seen second = new Seen();
  // From here up, all segments of the second kind are known.
  private long secondKnownFrom;
  // Whether there were any of the first kind above where the walk begins.
  private boolean ahead;

  /**
   * A trace to look at.
   *
   * @param start where the walk meets it
   * @param document one of its segments
   * @param sure whether it is known to have a segment of each kind
   */
  record Candidate(long start, int document, boolean sure) {}

  /** The traces met last, between one and two times {@link #REMEMBERED}. */
  private static final class Seen {
    private LongSet recent = new LongSet();
    private LongSet before = new LongSet();

    void add(long hash) {
      recent.add(hash);
      if (recent.size() >= REMEMBERED) {
        before = recent;
        recent = new LongSet();
      }
    }

    boolean contains(long hash) {
      return recent.contains(hash) || before.contains(hash);
    }
  }

  private interface Visitor {
    void visit(long start, long hash, int document);
  }

  /**
   * @param from where the walk begins
   */
  TraceJoin(IndexSearcher searcher, SearchPlan plan, long from) throws IOException {
    this.searcher = searcher;
    this.plan = plan;
    if (from == Long.MAX_VALUE) {
      secondKnownFrom = Long.MAX_VALUE;
    } else {
      long end = plan.later(from);
      secondKnownFrom = end == Long.MAX_VALUE ? end : end + 1;
      visit(
          plan.driver(from + 1, end),
          (start, hash, document) -> {
            first.add(hash);
            ahead = true;
          });
    }
  }

  /**
   * The candidates of the next stretch, in the order of the walk.
   *
   * @param segments how many segments of any kind it has, about
   */
  List<Candidate> candidates(long lower, long upper, long segments) throws IOException {
    List<Candidate> candidates = new ArrayList<>();
    List<Candidate> own = new ArrayList<>();
    List<Long> hashes = new ArrayList<>();
    visit(
        plan.driver(lower, upper),
        (start, hash, document) -> {
          own.add(new Candidate(start, document, false));
          hashes.add(hash);
        });
    double share = Math.min(1, segments / (double) Math.max(1, searcher.getIndexReader().maxDoc()));
    if (!ahead && own.size() * ASKING_COST < plan.partnerCost() * share) {
      candidates.addAll(own);
    } else {
      if (lower < secondKnownFrom) {
        long to = secondKnownFrom == Long.MAX_VALUE ? Long.MAX_VALUE : secondKnownFrom - 1;
        visit(
            plan.partner(lower, to),
            (start, hash, document) -> {
              second.add(hash);
              if (start <= upper && first.contains(hash)) {
                candidates.add(new Candidate(start, document, true));
              }
            });
        secondKnownFrom = lower;
      }
      for (int i = 0; i < own.size(); i++) {
        if (second.contains(hashes.get(i))) {
          candidates.add(new Candidate(own.get(i).start(), own.get(i).document(), true));
        }
      }
    }
    hashes.forEach(first::add);
    candidates.sort(Comparator.comparingLong(Candidate::start).reversed());
    return candidates;
  }

  private void visit(Query query, Visitor visitor) throws IOException {
    Weight weight = searcher.createWeight(searcher.rewrite(query), ScoreMode.COMPLETE_NO_SCORES, 1);
    for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
      Scorer scorer = weight.scorer(leaf);
      if (scorer == null) {
        continue;
      }
      NumericDocValues starts = DocValues.getNumeric(leaf.reader(), Fields.START);
      NumericDocValues hashes = DocValues.getNumeric(leaf.reader(), Fields.HASH);
      Bits live = leaf.reader().getLiveDocs();
      DocIdSetIterator documents = scorer.iterator();
      for (int document = documents.nextDoc();
          document != DocIdSetIterator.NO_MORE_DOCS;
          document = documents.nextDoc()) {
        if (live == null || live.get(document)) {
          visitor.visit(
              TraceLookup.number(starts, document),
              TraceLookup.number(hashes, document),
              leaf.docBase + document);
        }
      }
    }
  }
}
