package io.skein.wire.encode;

import io.skein.core.LogRecord;
import io.skein.core.Segment;
import io.skein.core.SegmentRef;
import io.skein.core.SpanRecord;
import io.skein.core.report.SegmentEncoder;

/**
 * Writes a segment as SkyWalking's {@code SegmentObject} (data-collect-protocol,
 * language-agent/Tracing.proto), by itself or with gRPC's prefix in front. Used by one thread.
 */
public final class SegmentWriter implements SegmentEncoder {

  /** One byte "not compressed", four bytes length. */
  private static final int GRPC_PREFIX = 5;

  // SegmentObject
  private static final int TRACE_ID = 1;
  private static final int SEGMENT_ID = 2;
  private static final int SPANS = 3;
  private static final int SERVICE = 4;
  private static final int INSTANCE = 5;
  private static final int SIZE_LIMITED = 6;

  // SpanObject
  private static final int SPAN_ID = 1;
  private static final int PARENT_SPAN_ID = 2;
  private static final int START_TIME = 3;
  private static final int END_TIME = 4;
  private static final int REFS = 5;
  private static final int OPERATION_NAME = 6;
  private static final int PEER = 7;
  private static final int SPAN_TYPE = 8;
  private static final int SPAN_LAYER = 9;
  private static final int COMPONENT_ID = 10;
  private static final int IS_ERROR = 11;
  private static final int TAGS = 12;
  private static final int LOGS = 13;
  private static final int SKIP_ANALYSIS = 14;

  // SegmentReference
  private static final int REF_TYPE = 1;
  private static final int REF_TRACE_ID = 2;
  private static final int REF_SEGMENT_ID = 3;
  private static final int REF_SPAN_ID = 4;
  private static final int REF_SERVICE = 5;
  private static final int REF_INSTANCE = 6;
  private static final int REF_ENDPOINT = 7;
  private static final int REF_ADDRESS = 8;

  // Log
  private static final int LOG_TIME = 1;
  private static final int LOG_DATA = 2;

  private final ProtoWriter out;
  private final int maxBytes;
  private final int prefix;
  private final byte[] id = new byte[Segment.MAX_ID];

  private SegmentWriter(int maxBytes, int prefix) {
    this.maxBytes = maxBytes;
    this.prefix = prefix;
    this.out = new ProtoWriter(maxBytes + prefix);
  }

  /** Returns a writer of bare messages of at most so many bytes. */
  public static SegmentWriter bare(int maxBytes) {
    return new SegmentWriter(maxBytes, 0);
  }

  /** Returns a writer of messages of at most so many bytes as they stand in a gRPC stream. */
  public static SegmentWriter forGrpc(int maxBytes) {
    return new SegmentWriter(maxBytes, GRPC_PREFIX);
  }

  @Override
  public int encode(Segment segment) {
    out.reset(prefix);
    try {
      write(segment);
    } catch (ProtoWriter.Overflow e) {
      return TOO_LARGE;
    }
    int length = out.length() - prefix;
    if (length > maxBytes) {
      return TOO_LARGE;
    }
    if (prefix != 0) {
      byte[] bytes = out.buffer();
      bytes[0] = 0;
      bytes[1] = (byte) (length >>> 24);
      bytes[2] = (byte) (length >>> 16);
      bytes[3] = (byte) (length >>> 8);
      bytes[4] = (byte) length;
    }
    return prefix + length;
  }

  @Override
  public byte[] buffer() {
    return out.buffer();
  }

  private void write(Segment segment) {
    int length = segment.writeTraceId(id);
    if (length < 0) {
      out.text(TRACE_ID, segment.traceId());
    } else {
      out.ascii(TRACE_ID, id, length);
    }
    out.ascii(SEGMENT_ID, id, segment.writeSegmentId(id));
    for (int i = 0, n = segment.spanCount(); i < n; i++) {
      span(segment.span(i));
    }
    out.name(SERVICE, segment.service());
    out.name(INSTANCE, segment.instance());
    out.bool(SIZE_LIMITED, segment.sizeLimited());
  }

  private void span(SpanRecord span) {
    int tags = span.tagCount();
    int refs = span.refCount();
    int logs = span.logCount();
    // Numbers, name and peer of a span take about 60 bytes, each tag about 30.
    int lengthBytes = tags < 2 && refs == 0 && logs == 0 ? 1 : 2;
    int start = out.begin(SPANS, lengthBytes);
    out.number(SPAN_ID, span.id());
    out.number(PARENT_SPAN_ID, span.parentId());
    out.number(START_TIME, span.startMillis());
    out.number(END_TIME, span.endMillis());
    for (int i = 0; i < refs; i++) {
      ref(span.ref(i));
    }
    out.name(OPERATION_NAME, span.operationName());
    String peer = span.peer();
    if (peer != null) {
      out.text(PEER, peer);
    }
    out.number(SPAN_TYPE, span.type().number());
    out.number(SPAN_LAYER, span.layer().number());
    out.number(COMPONENT_ID, span.componentId());
    out.bool(IS_ERROR, span.isError());
    for (int i = 0; i < tags; i++) {
      out.pair(TAGS, span.tagKey(i), span.tagValue(i));
    }
    for (int i = 0; i < logs; i++) {
      log(span.log(i));
    }
    out.bool(SKIP_ANALYSIS, span.skipAnalysis());
    out.end(start, lengthBytes);
  }

  private void ref(SegmentRef ref) {
    int start = out.begin(REFS, 2);
    out.number(REF_TYPE, ref.refType().number());
    out.text(REF_TRACE_ID, ref.traceId());
    out.text(REF_SEGMENT_ID, ref.parentSegmentId());
    out.number(REF_SPAN_ID, ref.parentSpanId());
    out.text(REF_SERVICE, ref.parentService());
    out.text(REF_INSTANCE, ref.parentInstance());
    out.text(REF_ENDPOINT, ref.parentEndpoint());
    out.text(REF_ADDRESS, ref.networkAddress());
    out.end(start, 2);
  }

  private void log(LogRecord log) {
    int start = out.begin(LOGS, 2);
    out.number(LOG_TIME, log.millis());
    for (int i = 0, n = log.fieldCount(); i < n; i++) {
      out.pair(LOG_DATA, log.key(i), log.value(i));
    }
    out.end(start, 2);
  }
}
