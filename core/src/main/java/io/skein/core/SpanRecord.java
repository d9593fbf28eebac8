package io.skein.core;

import io.skein.api.Layer;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one span when its segment is handed on. Does not change any more by then, and
 * may be read by any thread that got the segment through a safe publication.
 *
 * <p>It is the very object that recorded the span, seen from the reporter's side: a copy at the end
 * would cost as much memory again as all the rest of a span. Layout with compressed references, 72
 * bytes:
 *
 * <pre>
 *   12  object header
 *   24  segment, below, operationName, peer, tags, rare
 *    8  id, componentId
 *   16  startMillis, endMillis
 *    6  tagCount, depth, maxDepth            (shorts)
 *    6  holds, held, type, layer, mode, error (bytes)
 * </pre>
 *
 * Logs and refs are rare and live in an object of their own.
 */
public abstract sealed class SpanRecord extends StackedSpan permits RecordingSpan {
  /** By protocol number; the numbers are the order. */
  private static final Layer[] LAYERS = Layer.values();

  private static final String[] NO_TAGS = {};

  final Segment segment;
  String operationName;
  @Nullable String peer;
  String[] tags = NO_TAGS; // key, value, key, value ...
  @Nullable LogsAndRefs rare;
  final int id;
  int componentId;
  final long startMillis;
  long endMillis;
  short tagCount;

  /** How many starters share the span now, and how many did when the last one started. */
  short depth = 1;

  short maxDepth = 1;

  /** How many starters prepared it for asynchronous work and have not ended that. */
  byte holds;

  /** Whether the first starter is one of them. */
  boolean held;

  byte type;
  byte layer;
  byte mode;
  boolean error;

  SpanRecord(Segment segment, int id, SpanType type, String operationName, long startMillis) {
    this.segment = segment;
    this.id = id;
    this.type = (byte) type.number();
    this.operationName = operationName;
    this.startMillis = startMillis;
  }

  /** Counts from 0 in the order of creation. */
  public final int id() {
    return id;
  }

  /** The span of this segment that this one is inside of; -1 for none. */
  public final int parentId() {
    SpanRecord parent = nearestRecord(below);
    return parent == null ? -1 : parent.id;
  }

  public final long startMillis() {
    return startMillis;
  }

  /** Never before the start, also when the clock was set back in between. */
  public final long endMillis() {
    return endMillis;
  }

  public final SpanType type() {
    return SpanType.ofNumber(type);
  }

  public final Layer layer() {
    return LAYERS[layer];
  }

  public final int componentId() {
    return componentId;
  }

  /** Never empty; at most as long as the tracer's limit. */
  public final String operationName() {
    return operationName;
  }

  public final @Nullable String peer() {
    return peer;
  }

  /** Whether the work failed. (Not {@code error()}: in {@code Span} that is the verb.) */
  public final boolean isError() {
    return error;
  }

  /** True when the trace's maker asked backends to keep the span out of their statistics. */
  public final boolean skipAnalysis() {
    return segment.skipAnalysis;
  }

  public final int tagCount() {
    return tagCount;
  }

  public final String tagKey(int index) {
    return tags[2 * index];
  }

  public final String tagValue(int index) {
    return tags[2 * index + 1];
  }

  public final int refCount() {
    return rare == null ? 0 : rare.refCount();
  }

  public final SegmentRef ref(int index) {
    if (rare == null) {
      throw new IndexOutOfBoundsException(index);
    }
    return rare.ref(index);
  }

  public final int logCount() {
    return rare == null ? 0 : rare.logCount();
  }

  public final LogRecord log(int index) {
    if (rare == null) {
      throw new IndexOutOfBoundsException(index);
    }
    return rare.log(index);
  }

  @Override
  public final String toString() {
    return type() + " " + operationName + " #" + id;
  }
}
