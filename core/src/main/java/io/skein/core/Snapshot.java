package io.skein.core;

import io.skein.core.profile.SampledRequest;
import org.jspecify.annotations.Nullable;

/**
 * A place in a trace, to go on from in another thread. Immutable; may be used by any number of
 * threads, any number of times, also after the segment it comes from was reported (T21).
 *
 * <p>It holds numbers and shared strings and no segment: capturing happens with every task handed
 * to a pool, and most tasks trace nothing, so ids become text only when a span is started from it.
 */
public final class Snapshot {
  private final Identity identity;
  private final long threadId;
  private final long segmentNumber;
  private final int spanId;
  private final @Nullable String traceIdText; // null: the trace began in that segment
  private final String endpoint;
  final String[] correlation;
  final boolean skipAnalysis;

  /** Not null when it was captured where nothing is recorded; then only correlation is meant. */
  final IgnoredContext.@Nullable Onward ignored;

  final @Nullable String incomingHeader;

  /**
   * The sampled request that it was captured in, so that what goes on elsewhere is sampled, too.
   */
  final @Nullable SampledRequest request;

  private Snapshot(
      Identity identity,
      long threadId,
      long segmentNumber,
      int spanId,
      @Nullable String traceIdText,
      String endpoint,
      String[] correlation,
      boolean skipAnalysis,
      IgnoredContext.@Nullable Onward ignored,
      @Nullable String incomingHeader,
      @Nullable SampledRequest request) {
    this.identity = identity;
    this.threadId = threadId;
    this.segmentNumber = segmentNumber;
    this.spanId = spanId;
    this.traceIdText = traceIdText;
    this.endpoint = endpoint;
    this.correlation = correlation;
    this.skipAnalysis = skipAnalysis;
    this.ignored = ignored;
    this.incomingHeader = incomingHeader;
    this.request = request;
  }

  static Snapshot of(
      Identity identity,
      long threadId,
      long segmentNumber,
      int spanId,
      @Nullable String traceIdText,
      String endpoint,
      String[] correlation,
      boolean skipAnalysis,
      @Nullable SampledRequest request) {
    return new Snapshot(
        identity,
        threadId,
        segmentNumber,
        spanId,
        traceIdText,
        endpoint,
        correlation,
        skipAnalysis,
        null,
        null,
        request);
  }

  static Snapshot ofIgnored(IgnoredContext context) {
    return new Snapshot(
        context.tracer.identity(),
        0,
        0,
        -1,
        null,
        "",
        context.correlation,
        context.skipAnalysis,
        context.onward,
        context.incomingHeader,
        null);
  }

  static Snapshot ofUnwanted(Segment segment) {
    return new Snapshot(
        segment.identity(),
        0,
        0,
        -1,
        null,
        "",
        segment.correlation,
        segment.skipAnalysis,
        IgnoredContext.Onward.SUPPRESSED,
        null,
        null);
  }

  /** Whether another one of the same segment would say the same. */
  boolean says(
      int spanId,
      @Nullable String traceIdText,
      String endpoint,
      String[] correlation,
      boolean skipAnalysis,
      @Nullable SampledRequest request) {
    return this.spanId == spanId
        && this.request == request
        && isSame(this.traceIdText, traceIdText)
        && isSame(this.endpoint, endpoint)
        && this.correlation == correlation
        && this.skipAnalysis == skipAnalysis;
  }

  @SuppressWarnings("ReferenceEquality") // the same text in another object is merely a new snapshot
  private static boolean isSame(@Nullable String one, @Nullable String other) {
    return one == other;
  }

  Snapshot withCorrelation(String[] changed) {
    return new Snapshot(
        identity,
        threadId,
        segmentNumber,
        spanId,
        traceIdText,
        endpoint,
        changed,
        skipAnalysis,
        ignored,
        incomingHeader,
        request);
  }

  /** Whether the trace it comes from is recorded. */
  public boolean recorded() {
    return ignored == null;
  }

  /** The trace's id, or null where nothing is recorded. */
  public @Nullable String traceId() {
    return ignored != null ? null : traceId(identity, threadId, segmentNumber, traceIdText);
  }

  /** The segment's id, or null where nothing is recorded. */
  public @Nullable String segmentId() {
    return ignored != null ? null : identity.idText(threadId, segmentNumber);
  }

  /** The span's number in its segment, or -1 where nothing is recorded. */
  public int spanId() {
    return spanId;
  }

  /** Continuing a segment in itself is no continuation (T19). */
  boolean isFrom(Segment segment) {
    return ignored == null && segment.isNumbered(identity, threadId, segmentNumber);
  }

  SegmentRef toRef() {
    return new SegmentRef(
        SegmentRef.RefType.CROSS_THREAD,
        traceId(identity, threadId, segmentNumber, traceIdText),
        identity.idText(threadId, segmentNumber),
        spanId,
        identity.service,
        identity.instance,
        endpoint,
        "");
  }

  /** A trace that began in a segment has the number before the segment's own. */
  static String traceId(
      Identity identity, long threadId, long segmentNumber, @Nullable String known) {
    return known != null ? known : identity.idText(threadId, segmentNumber - 1);
  }
}
