package io.skein.server.storage.lucene;

import java.io.IOException;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.Bits;

/**
 * How much later than the end of the wanted time a segment may start, and still tell something
 * about a trace that began in that time: that it failed, or how long it took.
 *
 * <p>An hour at most: without an end, a search in the past would walk over everything since. Mostly
 * much less. A segment that starts a minute after its trace makes that trace a minute long, and the
 * trace's last segment to arrive has a reach that says so (see {@link TraceWindow}). So where no
 * segment of the following hour has a reach of a minute, nothing beyond the first minute can belong
 * to a trace from before; and that no segment has one, the index knows without looking at any.
 *
 * <p>For one search, by one thread.
 */
final class Lag {
  private static final long[] STEPS_MILLIS = {60_000, 600_000, 3_600_000};
  private static final long MOST_MILLIS = STEPS_MILLIS[STEPS_MILLIS.length - 1];

  private final IndexSearcher searcher;
  // The last answer: a plan asks about the same end several times.
  private long asked = Long.MAX_VALUE;
  private long answer = Long.MAX_VALUE;

  Lag(IndexSearcher searcher) {
    this.searcher = searcher;
  }

  /** The latest start of a segment of a trace that starts at the given time or before. */
  long after(long millis) throws IOException {
    if (millis != asked) {
      answer = sum(millis, needed(millis));
      asked = millis;
    }
    return answer;
  }

  private long needed(long millis) throws IOException {
    for (long step : STEPS_MILLIS) {
      if (step == MOST_MILLIS || !isAnyLonger(step, millis)) {
        return step;
      }
    }
    return MOST_MILLIS;
  }

  /** Whether any segment that starts within the hour belongs to a trace known to be so long. */
  private boolean isAnyLonger(long reachMillis, long millis) throws IOException {
    // From an hour before: the last segment to arrive may be the first to have started.
    Query longOnes =
        new BooleanQuery.Builder()
            .add(Fields.between(Fields.REACH, reachMillis, Long.MAX_VALUE), Occur.FILTER)
            .add(
                Fields.between(Fields.START, sum(millis, -MOST_MILLIS), sum(millis, MOST_MILLIS)),
                Occur.FILTER)
            .build();
    Weight weight =
        searcher.createWeight(searcher.rewrite(longOnes), ScoreMode.COMPLETE_NO_SCORES, 1);
    for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
      Scorer scorer = weight.scorer(leaf);
      if (scorer != null) {
        Bits live = leaf.reader().getLiveDocs();
        DocIdSetIterator documents = scorer.iterator();
        for (int document = documents.nextDoc();
            document != DocIdSetIterator.NO_MORE_DOCS;
            document = documents.nextDoc()) {
          if (live == null || live.get(document)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private static long sum(long millis, long more) {
    long sum = millis + more;
    if (more > 0) {
      return sum < millis ? Long.MAX_VALUE : sum;
    }
    return sum > millis ? Long.MIN_VALUE : sum;
  }
}
