package io.skein.wire.decode;

import io.skein.wire.model.KeyValue;
import io.skein.wire.model.SpanLog;
import io.skein.wire.model.SpanReference;
import io.skein.wire.model.TraceSegment;
import io.skein.wire.model.TraceSpan;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads segments (wire-v3, section 3). Absent fields have proto3's defaults; a missing parent span
 * id therefore means 0, not -1.
 *
 * <p>A segment may be large, but not in a way that a small message fills the memory: an empty span
 * takes two bytes on the wire and a hundred here. So the elements of a segment (spans, references,
 * tags, logs and their fields) are counted, and the message refused at {@value #MAX_ELEMENTS}. The
 * largest honest ones are far below: agents stop at a few hundred spans.
 */
public final class SegmentReader {
  /** The largest segment that is read, in bytes. */
  public static final int MAX_SEGMENT_BYTES = 16 << 20;

  static final int MAX_ELEMENTS = 500_000;

  private final ProtoReader in;
  private int elements;

  private SegmentReader(byte[] bytes) {
    this.in = new ProtoReader(bytes);
  }

  /** Reads a {@code SegmentObject}. */
  public static TraceSegment segment(byte[] bytes) throws MalformedMessageException {
    if (bytes.length > MAX_SEGMENT_BYTES) {
      throw new MalformedMessageException(
          MalformedMessageException.TOO_LARGE,
          "a segment of " + bytes.length + " bytes; at most " + MAX_SEGMENT_BYTES + " are taken");
    }
    return new SegmentReader(bytes).segment();
  }

  /**
   * Takes a {@code SegmentCollection} apart into its segments, without looking into them: one that
   * is malformed then does no harm to its neighbours.
   */
  public static List<byte[]> collection(byte[] bytes) throws MalformedMessageException {
    ProtoReader in = new ProtoReader(bytes);
    List<byte[]> segments = new ArrayList<>();
    while (in.next()) {
      if (in.is(1, ProtoReader.BYTES)) {
        if (segments.size() == MAX_ELEMENTS) {
          throw tooMany();
        }
        segments.add(in.byteArray());
      } else {
        in.skip();
      }
    }
    return segments;
  }

  private TraceSegment segment() throws MalformedMessageException {
    String traceId = "";
    String segmentId = "";
    List<TraceSpan> spans = new ArrayList<>();
    String service = "";
    String instance = "";
    boolean sizeLimited = false;
    while (in.next()) {
      if (in.is(1, ProtoReader.BYTES)) {
        traceId = in.text();
      } else if (in.is(2, ProtoReader.BYTES)) {
        segmentId = in.text();
      } else if (in.is(3, ProtoReader.BYTES)) {
        spans.add(span());
      } else if (in.is(4, ProtoReader.BYTES)) {
        service = in.text();
      } else if (in.is(5, ProtoReader.BYTES)) {
        instance = in.text();
      } else if (in.is(6, ProtoReader.VARINT)) {
        sizeLimited = in.bool();
      } else {
        in.skip();
      }
    }
    return new TraceSegment(traceId, segmentId, spans, service, instance, sizeLimited);
  }

  private TraceSpan span() throws MalformedMessageException {
    int outer = enterElement();
    int id = 0;
    int parentId = 0;
    long startMillis = 0;
    long endMillis = 0;
    List<SpanReference> refs = List.of();
    String operationName = "";
    String peer = "";
    int type = 0;
    int layer = 0;
    int componentId = 0;
    boolean error = false;
    List<KeyValue> tags = List.of();
    List<SpanLog> logs = List.of();
    boolean skipAnalysis = false;
    while (in.next()) {
      boolean number = in.wireType() == ProtoReader.VARINT;
      boolean bytes = in.wireType() == ProtoReader.BYTES;
      int field = in.field();
      if (number && field == 1) {
        id = in.int32();
      } else if (number && field == 2) {
        parentId = in.int32();
      } else if (number && field == 3) {
        startMillis = in.int64();
      } else if (number && field == 4) {
        endMillis = in.int64();
      } else if (bytes && field == 5) {
        refs = added(refs, reference());
      } else if (bytes && field == 6) {
        operationName = in.text();
      } else if (bytes && field == 7) {
        peer = in.text();
      } else if (number && field == 8) {
        type = in.int32();
      } else if (number && field == 9) {
        layer = in.int32();
      } else if (number && field == 10) {
        componentId = in.int32();
      } else if (number && field == 11) {
        error = in.bool();
      } else if (bytes && field == 12) {
        tags = added(tags, keyValue());
      } else if (bytes && field == 13) {
        logs = added(logs, log());
      } else if (number && field == 14) {
        skipAnalysis = in.bool();
      } else {
        in.skip();
      }
    }
    in.leave(outer);
    return new TraceSpan(
        id,
        parentId,
        startMillis,
        endMillis,
        refs,
        operationName,
        peer,
        type,
        layer,
        componentId,
        error,
        tags,
        logs,
        skipAnalysis);
  }

  private SpanReference reference() throws MalformedMessageException {
    int outer = enterElement();
    int type = 0;
    int parentSpanId = 0;
    // Fields 2, 3 and 5 to 8 are texts; the array is indexed by their numbers.
    String[] texts = {"", "", "", "", "", "", "", "", ""};
    while (in.next()) {
      if (in.is(1, ProtoReader.VARINT)) {
        type = in.int32();
      } else if (in.is(4, ProtoReader.VARINT)) {
        parentSpanId = in.int32();
      } else if (in.wireType() == ProtoReader.BYTES && in.field() < texts.length) {
        texts[in.field()] = in.text();
      } else {
        in.skip();
      }
    }
    in.leave(outer);
    return new SpanReference(
        type, texts[2], texts[3], parentSpanId, texts[5], texts[6], texts[7], texts[8]);
  }

  private SpanLog log() throws MalformedMessageException {
    int outer = enterElement();
    long millis = 0;
    List<KeyValue> data = List.of();
    while (in.next()) {
      if (in.is(1, ProtoReader.VARINT)) {
        millis = in.int64();
      } else if (in.is(2, ProtoReader.BYTES)) {
        data = added(data, keyValue());
      } else {
        in.skip();
      }
    }
    in.leave(outer);
    return new SpanLog(millis, data);
  }

  private KeyValue keyValue() throws MalformedMessageException {
    int outer = enterElement();
    KeyValue pair = keyValueBody(in);
    in.leave(outer);
    return pair;
  }

  /** Reads a key and a value up to the reader's limit. */
  static KeyValue keyValueBody(ProtoReader in) throws MalformedMessageException {
    String key = "";
    String value = "";
    while (in.next()) {
      if (in.is(1, ProtoReader.BYTES)) {
        key = in.text();
      } else if (in.is(2, ProtoReader.BYTES)) {
        value = in.text();
      } else {
        in.skip();
      }
    }
    return new KeyValue(key, value);
  }

  private int enterElement() throws MalformedMessageException {
    if (++elements > MAX_ELEMENTS) {
      throw tooMany();
    }
    return in.enter();
  }

  private static MalformedMessageException tooMany() {
    return new MalformedMessageException(
        MalformedMessageException.TOO_MANY,
        "more than " + MAX_ELEMENTS + " spans, references, tags and logs in one message");
  }

  private static <T> List<T> added(List<T> list, T element) {
    List<T> target = list.isEmpty() ? new ArrayList<>(6) : list;
    target.add(element);
    return target;
  }
}
