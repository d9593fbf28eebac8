package io.skein.wire.model;

/**
 * A {@code SegmentReference}: which span of which other segment this span continues. A reference
 * keeps the trace id of its own carrier, which may differ from that of the segment (a consumer of a
 * batch continues several traces).
 */
public record SpanReference(
    int type,
    String traceId,
    String parentSegmentId,
    int parentSpanId,
    String parentService,
    String parentInstance,
    String parentEndpoint,
    String networkAddress) {

  public static final int CROSS_PROCESS = 0;
  public static final int CROSS_THREAD = 1;

  /** The protocol's word, or the number as text when it is not one that we know. */
  public String typeName() {
    return switch (type) {
      case CROSS_PROCESS -> "CrossProcess";
      case CROSS_THREAD -> "CrossThread";
      default -> Integer.toString(type);
    };
  }
}
