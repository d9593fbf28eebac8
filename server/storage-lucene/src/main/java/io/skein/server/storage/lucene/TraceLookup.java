package io.skein.server.storage.lucene;

import io.skein.server.storage.SegmentFacts;
import io.skein.server.storage.TraceSummary;
import io.skein.server.storage.TraceSummaryBuilder;
import io.skein.server.storage.lucene.View.Leaf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;

/** Finds the segments of a trace in a view. For one thread. */
final class TraceLookup {
  private static final Comparator<Place> BY_ARRIVAL =
      Comparator.comparingLong((Place place) -> place.leaf().part().partition().sequence())
          .thenComparingLong(Place::position);

  private final List<Leaf> leaves;

  /** Where a segment is, and what the index says of it. */
  record Place(Leaf leaf, int document, long position, SegmentFacts facts) {}

  TraceLookup(View view) {
    this.leaves = view.leaves();
  }

  /** The segments of a trace in order of arrival. */
  List<Place> segments(BytesRef traceId) throws IOException {
    return places(Fields.TRACE, traceId);
  }

  /** The segment of an id; an empty list when there is none. */
  List<Place> segment(BytesRef segmentId) throws IOException {
    return places(Fields.SEGMENT, segmentId);
  }

  private List<Place> places(String field, BytesRef id) throws IOException {
    Term term = new Term(field, id);
    List<Place> places = new ArrayList<>();
    for (Leaf leaf : leaves) {
      if (leaf.part().partition().mayContain(id)) {
        PostingsEnum postings = leaf.context().reader().postings(term, PostingsEnum.NONE);
        if (postings != null) {
          collect(leaf, postings, places);
        }
      }
    }
    places.sort(BY_ARRIVAL);
    return places;
  }

  private static void collect(Leaf leaf, PostingsEnum postings, List<Place> places)
      throws IOException {
    LeafReader reader = leaf.context().reader();
    SortedDocValues service = DocValues.getSorted(reader, Fields.SERVICE);
    SortedDocValues instance = DocValues.getSorted(reader, Fields.INSTANCE);
    SortedDocValues first = DocValues.getSorted(reader, Fields.FIRST);
    NumericDocValues start = DocValues.getNumeric(reader, Fields.START);
    NumericDocValues length = DocValues.getNumeric(reader, Fields.LENGTH);
    NumericDocValues shape = DocValues.getNumeric(reader, Fields.SHAPE);
    NumericDocValues position = DocValues.getNumeric(reader, Fields.POSITION);
    Bits live = reader.getLiveDocs();
    // A trace has many segments and few services: each name is one string.
    Map<BytesRef, String> texts = new HashMap<>();
    for (int document = postings.nextDoc();
        document != DocIdSetIterator.NO_MORE_DOCS;
        document = postings.nextDoc()) {
      if (live != null && !live.get(document)) {
        continue; // a later document has its segment, which has grown
      }
      long startMillis = number(start, document);
      long bits = number(shape, document);
      places.add(
          new Place(
              leaf,
              document,
              number(position, document),
              new SegmentFacts(
                  text(service, document, texts),
                  text(instance, document, texts),
                  text(first, document, texts),
                  startMillis,
                  startMillis + number(length, document),
                  (int) (bits >>> 2),
                  (bits & 2) != 0,
                  (bits & 1) != 0)));
    }
  }

  static TraceSummary summary(String traceId, List<Place> segments) {
    TraceSummaryBuilder builder = new TraceSummaryBuilder();
    segments.forEach(place -> builder.add(place.facts()));
    return builder.build(traceId);
  }

  static long number(NumericDocValues values, int document) throws IOException {
    return values.advanceExact(document) ? values.longValue() : 0;
  }

  private static String text(SortedDocValues values, int document, Map<BytesRef, String> texts)
      throws IOException {
    if (!values.advanceExact(document)) {
      return "";
    }
    BytesRef bytes = values.lookupOrd(values.ordValue());
    String known = texts.get(bytes);
    if (known == null) {
      known = bytes.utf8ToString();
      texts.put(BytesRef.deepCopyOf(bytes), known);
    }
    return known;
  }
}
