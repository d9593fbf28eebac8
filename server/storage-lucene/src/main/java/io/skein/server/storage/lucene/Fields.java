package io.skein.server.storage.lucene;

import io.skein.server.storage.SegmentFacts;
import io.skein.server.storage.TraceHash;
import io.skein.wire.model.KeyValue;
import io.skein.wire.model.TraceSegment;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.SortedDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.search.IndexOrDocValuesQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.util.BytesRef;

/**
 * The fields of the index: one document per segment, and nothing stored, because the log has it
 * all.
 *
 * <pre>
 * name     postings                         doc values               answers
 * trace    trace id                         the same                 a trace by id; the traces of a page
 * hash                                      TraceHash of the id      see TraceJoin
 * segment  segment id                                                has it come before?
 * service  service                          the same                 filter; rows of a page
 * instance instance                         the same                 filter; rows of a page
 * first                                     first operation          rows of a page
 * op       names of entry spans                                      filter by endpoint
 * end      (service, name of entry span)                             list of endpoints
 * endx     the same, if that span failed                             errors in that list
 * tag      (key, value)                                              filter by tag, completion of values
 * key      key                                                       filter by key, completion of keys
 * error    "x", if any span failed                                   filter by error
 * start    point: earliest start            the same                 newest first
 * length                                    end minus start          rows of a page
 * reach    point: see TraceWindow           the same                 slowest first, filter by duration
 * shape                                     spans * 4 + error * 2 + root
 * at                                        position in the log      reading the segment
 * </pre>
 */
final class Fields {
  static final String TRACE = "trace";
  static final String HASH = "hash";
  static final String SEGMENT = "segment";
  static final String SERVICE = "service";
  static final String INSTANCE = "instance";
  static final String FIRST = "first";
  static final String OPERATION = "op";
  static final String ENDPOINT = "end";
  static final String FAILED_ENDPOINT = "endx";
  static final String TAG = "tag";
  static final String TAG_KEY = "key";
  static final String ERROR = "error";
  static final String START = "start";
  static final String LENGTH = "length";
  static final String REACH = "reach";
  static final String SHAPE = "shape";
  static final String POSITION = "at";

  static final String YES = "x";

  private Fields() {}

  /**
   * Makes the document of a segment.
   *
   * @param reachMillis how long the trace is, with this segment, as far as it has arrived
   */
  static Document document(
      TraceSegment segment, SegmentFacts facts, long reachMillis, long position) {
    Document document = new Document();
    both(document, TRACE, segment.traceId());
    document.add(new NumericDocValuesField(HASH, TraceHash.of(segment.traceId())));
    text(document, SEGMENT, segment.segmentId());
    both(document, SERVICE, segment.service());
    both(document, INSTANCE, segment.instance());
    document.add(new SortedDocValuesField(FIRST, Terms.term(facts.firstOperation())));
    for (Map.Entry<String, Boolean> endpoint : SegmentFacts.endpoints(segment).entrySet()) {
      text(document, OPERATION, endpoint.getKey());
      BytesRef pair = Terms.pair(segment.service(), endpoint.getKey());
      document.add(new StringField(ENDPOINT, pair, Field.Store.NO));
      if (endpoint.getValue()) {
        document.add(new StringField(FAILED_ENDPOINT, pair, Field.Store.NO));
      }
    }
    Set<String> keys = new HashSet<>();
    for (KeyValue tag : SegmentFacts.tags(segment)) {
      document.add(new StringField(TAG, Terms.pair(tag.key(), tag.value()), Field.Store.NO));
      if (keys.add(tag.key())) {
        text(document, TAG_KEY, tag.key());
      }
    }
    if (facts.error()) {
      text(document, ERROR, YES);
    }
    document.add(new LongPoint(START, facts.startMillis()));
    document.add(new NumericDocValuesField(START, facts.startMillis()));
    // May wrap around, and wraps back when it is added to the start.
    document.add(new NumericDocValuesField(LENGTH, facts.endMillis() - facts.startMillis()));
    document.add(new LongPoint(REACH, reachMillis));
    document.add(new NumericDocValuesField(REACH, reachMillis));
    long shape = (long) facts.spans() << 2 | (facts.error() ? 2 : 0) | (facts.root() ? 1 : 0);
    document.add(new NumericDocValuesField(SHAPE, shape));
    document.add(new NumericDocValuesField(POSITION, position));
    return document;
  }

  /**
   * The segments whose number lies between two, inclusive. Through the points when that leaves few,
   * through the doc values when another condition leaves fewer.
   */
  static Query between(String field, long from, long to) {
    return new IndexOrDocValuesQuery(
        LongPoint.newRangeQuery(field, from, to),
        NumericDocValuesField.newSlowRangeQuery(field, from, to));
  }

  private static void text(Document document, String field, String text) {
    document.add(new StringField(field, Terms.term(text), Field.Store.NO));
  }

  private static void both(Document document, String field, String text) {
    BytesRef term = Terms.term(text);
    document.add(new StringField(field, term, Field.Store.NO));
    document.add(new SortedDocValuesField(field, term));
  }
}
