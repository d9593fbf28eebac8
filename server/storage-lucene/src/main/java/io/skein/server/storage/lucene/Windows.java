package io.skein.server.storage.lucene;

import java.io.IOException;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PointValues;
import org.apache.lucene.index.PointValues.IntersectVisitor;
import org.apache.lucene.index.PointValues.Relation;

/**
 * Cuts the values of a field into stretches from the top down, each with some multiple of the
 * segments of the one before.
 *
 * <p>Whoever wants the newest twenty of a million segments would have Lucene compare all of them:
 * they come in order of arrival, so each one is newer than all before it. With a lower bound that
 * about four thousand are above, it compares those. The bound is found by bisection with counts
 * that the tree of points estimates without reading a leaf.
 */
final class Windows {
  private static final long FIRST_SEGMENTS = 4_000;
  private static final int GROWTH = 8;

  private final IndexReader reader;
  private final String field;
  private final long lowest;
  private long segments = FIRST_SEGMENTS;

  Windows(IndexReader reader, String field) throws IOException {
    this.reader = reader;
    this.field = field;
    byte[] least = PointValues.getMinPackedValue(reader, field);
    this.lowest = least == null ? Long.MAX_VALUE : LongPoint.decodeDimension(least, 0);
  }

  /** Whether there may be anything at or below a value. */
  boolean reaches(long value) {
    return value >= lowest;
  }

  /** The lower bound, inclusive, of the next stretch whose upper one is the given value. */
  long below(long upper) throws IOException {
    long wanted = segments;
    segments *= GROWTH;
    if (count(lowest, upper) <= wanted * 2) {
      return lowest;
    }
    long low = lowest;
    long high = upper;
    while (low < high) {
      // The middle, rounded up, of numbers that may lie further apart than a number can say.
      long middle = low + ((high - low) >>> 1) + ((high - low) & 1);
      long found = count(middle, upper);
      if (found >= wanted && found <= wanted * 2) {
        return middle;
      }
      if (found > wanted) {
        low = middle;
        if (middle == high) {
          break;
        }
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** About how many segments lie between two values, inclusive. */
  long segments(long from, long to) throws IOException {
    return count(from, to);
  }

  private long count(long from, long to) throws IOException {
    long sum = 0;
    for (LeafReaderContext leaf : reader.leaves()) {
      PointValues points = leaf.reader().getPointValues(field);
      if (points != null) {
        sum += points.estimatePointCount(new Range(from, to));
      }
    }
    return sum;
  }

  private record Range(long from, long to) implements IntersectVisitor {
    @Override
    public void visit(int document) {
      throw new UnsupportedOperationException("only estimates are asked for");
    }

    @Override
    public void visit(int document, byte[] value) {
      throw new UnsupportedOperationException("only estimates are asked for");
    }

    @Override
    public Relation compare(byte[] least, byte[] most) {
      long low = LongPoint.decodeDimension(least, 0);
      long high = LongPoint.decodeDimension(most, 0);
      if (low > to || high < from) {
        return Relation.CELL_OUTSIDE_QUERY;
      }
      return low >= from && high <= to ? Relation.CELL_INSIDE_QUERY : Relation.CELL_CROSSES_QUERY;
    }
  }
}
