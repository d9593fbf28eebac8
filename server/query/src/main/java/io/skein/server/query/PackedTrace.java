package io.skein.server.query;

import io.skein.server.storage.StoredTrace.StoredSegment;
import io.skein.server.storage.TraceReading;
import io.skein.wire.model.KeyValue;
import io.skein.wire.model.SpanLog;
import io.skein.wire.model.SpanReference;
import io.skein.wire.model.TraceSegment;
import io.skein.wire.model.TraceSpan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A trace as the user interface asks for it: a tenth of the plain form's bytes, so that a hundred
 * thousand spans are on the screen within a second. Numbers in long lists, and texts by number,
 * each written once in a piece.
 *
 * <pre>
 * {"traceId", "startMillis", "durationMillis", "storedSegments", "storedSpans",
 *  "pieces": [
 * {"texts": [text...], "segments": [number...], "spans": [number...]}
 * ,{...}
 * ], "truncated"}
 *
 * texts     of this piece, counted from 1; number 0 is the empty text, which is not listed
 * segments  segment id, service, instance (texts), flags, received in milliseconds since the trace's
 *           start, number of spans; and so on for the next segment. Its spans are the next so many
 *           in this piece and the following ones
 * spans     flags, id, parent id, start since the trace's start, duration, kind, layer (texts),
 *           component's number, component, operation, peer (texts); if {@link #MORE}, the number of
 *           tags, key and value (texts) of each; the number of logs, for each when it happened since
 *           the trace's start, how many fields, key and value (texts) of each; the number of refs,
 *           for each kind, trace, segment (texts), span, service, instance, endpoint, address (texts)
 * </pre>
 *
 * <p>There is a line break before each piece and behind the last, and nowhere else: whoever reads
 * the answer while it is on its way takes it apart line by line, without waiting for the end.
 *
 * <p>When clocks lie so far apart that a browser's numbers would not be exact, times are as they
 * came: {@link #ABSOLUTE}.
 */
final class PackedTrace {
  static final int SIZE_LIMITED = 1;
  static final int ERROR = 1;
  static final int SKIP_ANALYSIS = 2;
  static final int MORE = 4;
  static final int ABSOLUTE = 8;

  // What a browser parses in a few milliseconds.
  private static final int PIECE_NUMBERS = 32_768;
  private static final int PIECE_CHARS = 1 << 18;
  private static final long EXACT = 1L << 52;

  private final Json json;
  private final long base;
  // Of one piece only: a number of four digits is half as long as one of six, a map of some
  // thousand texts stays in the processor's caches, and both stay small however long the trace is.
  private final Map<String, Integer> known = new HashMap<>();
  private final List<String> texts = new ArrayList<>();
  private int pieceChars;
  private final Numbers segments = new Numbers();
  private final Numbers spans = new Numbers();

  private PackedTrace(Json json, long base) {
    this.json = json;
    this.base = base;
  }

  static void write(Json json, TraceReading trace) throws IOException {
    json.text("traceId", trace.traceId());
    json.number("startMillis", trace.startMillis());
    json.number("durationMillis", trace.durationMillis());
    json.number("storedSegments", trace.stored().segments());
    json.number("storedSpans", trace.stored().spans());
    PackedTrace packed = new PackedTrace(json, trace.startMillis());
    json.array(
        "pieces",
        () -> {
          for (StoredSegment next = trace.next(); next != null; next = trace.next()) {
            packed.segment(next);
          }
          packed.flush();
          json.lineBreak();
        });
    json.flag("truncated", trace.truncated());
  }

  private void segment(StoredSegment stored) throws IOException {
    TraceSegment segment = stored.segment();
    segments.add(text(segment.segmentId()));
    segments.add(text(segment.service()));
    segments.add(text(segment.instance()));
    boolean absolute = far(stored.receivedMillis());
    segments.add((segment.sizeLimited() ? SIZE_LIMITED : 0) | (absolute ? ABSOLUTE : 0));
    segments.add(stored.receivedMillis() - (absolute ? 0 : base));
    segments.add(segment.spans().size());
    for (TraceSpan span : segment.spans()) {
      span(span);
      if (spans.count > PIECE_NUMBERS || pieceChars > PIECE_CHARS) {
        flush();
      }
    }
  }

  private void span(TraceSpan span) throws IOException {
    boolean more = !span.tags().isEmpty() || !span.logs().isEmpty() || !span.refs().isEmpty();
    boolean absolute = far(span.startMillis()) || far(span.endMillis());
    for (SpanLog log : span.logs()) {
      absolute |= far(log.millis());
    }
    long origin = absolute ? 0 : base;
    spans.add(
        (span.error() ? ERROR : 0)
            | (span.skipAnalysis() ? SKIP_ANALYSIS : 0)
            | (more ? MORE : 0)
            | (absolute ? ABSOLUTE : 0));
    spans.add(span.id());
    spans.add(span.parentId());
    spans.add(span.startMillis() - origin);
    // Far apart, a difference would not fit a number.
    spans.add(absolute ? span.endMillis() : span.endMillis() - span.startMillis());
    spans.add(text(span.typeName()));
    spans.add(text(span.layerName()));
    spans.add(span.componentId());
    spans.add(text(ComponentNames.of(span.componentId())));
    spans.add(text(span.operationName()));
    spans.add(text(span.peer()));
    if (more) {
      pairs(span.tags());
      spans.add(span.logs().size());
      for (SpanLog log : span.logs()) {
        spans.add(log.millis() - origin);
        pairs(log.data());
      }
      spans.add(span.refs().size());
      for (SpanReference ref : span.refs()) {
        ref(ref);
      }
    }
  }

  private void ref(SpanReference ref) {
    spans.add(text(ref.typeName()));
    spans.add(text(ref.traceId()));
    spans.add(text(ref.parentSegmentId()));
    spans.add(ref.parentSpanId());
    spans.add(text(ref.parentService()));
    spans.add(text(ref.parentInstance()));
    spans.add(text(ref.parentEndpoint()));
    spans.add(text(ref.networkAddress()));
  }

  private void pairs(List<KeyValue> pairs) {
    spans.add(pairs.size());
    for (KeyValue pair : pairs) {
      spans.add(text(pair.key()));
      spans.add(text(pair.value()));
    }
  }

  /** Whether the time since the trace's start is beyond what is exact in a browser. */
  private boolean far(long millis) {
    return millis > EXACT || millis < -EXACT || base > EXACT || base < -EXACT;
  }

  private int text(String text) {
    if (text.isEmpty()) {
      return 0;
    }
    Integer before = known.putIfAbsent(text, texts.size() + 1);
    if (before != null) {
      return before;
    }
    texts.add(text);
    pieceChars += text.length();
    return texts.size();
  }

  private void flush() throws IOException {
    json.lineBreak();
    json.object(
        () -> {
          json.texts("texts", texts);
          json.numbers("segments", segments.values, segments.count);
          json.numbers("spans", spans.values, spans.count);
        });
    known.clear();
    texts.clear();
    pieceChars = 0;
    segments.count = 0;
    spans.count = 0;
  }

  private static final class Numbers {
    long[] values = new long[1024];
    int count;

    void add(long value) {
      if (count == values.length) {
        values = Arrays.copyOf(values, 2 * count);
      }
      values[count++] = value;
    }
  }
}
