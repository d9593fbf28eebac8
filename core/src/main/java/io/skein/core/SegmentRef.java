package io.skein.core;

import java.util.Objects;

/**
 * Where a segment hangs in its trace: the span in another process or thread that caused it.
 * Immutable.
 */
public final class SegmentRef {
  /** How the parent is connected; the numbers are the protocol's. */
  public enum RefType {
    CROSS_PROCESS(0),
    CROSS_THREAD(1);

    private final int number;

    RefType(int number) {
      this.number = number;
    }

    /** The protocol's number. */
    public int number() {
      return number;
    }
  }

  private final RefType refType;
  private final String traceId;
  private final String parentSegmentId;
  private final int parentSpanId;
  private final String parentService;
  private final String parentInstance;
  private final String parentEndpoint;
  private final String networkAddress;

  SegmentRef(
      RefType refType,
      String traceId,
      String parentSegmentId,
      int parentSpanId,
      String parentService,
      String parentInstance,
      String parentEndpoint,
      String networkAddress) {
    this.refType = refType;
    this.traceId = traceId;
    this.parentSegmentId = parentSegmentId;
    this.parentSpanId = parentSpanId;
    this.parentService = parentService;
    this.parentInstance = parentInstance;
    this.parentEndpoint = parentEndpoint;
    this.networkAddress = networkAddress;
  }

  public RefType refType() {
    return refType;
  }

  /** The trace the parent belongs to; a consumer of a batch may have parents in several traces. */
  public String traceId() {
    return traceId;
  }

  public String parentSegmentId() {
    return parentSegmentId;
  }

  public int parentSpanId() {
    return parentSpanId;
  }

  public String parentService() {
    return parentService;
  }

  public String parentInstance() {
    return parentInstance;
  }

  public String parentEndpoint() {
    return parentEndpoint;
  }

  /** The address the parent called us by; empty between threads. */
  public String networkAddress() {
    return networkAddress;
  }

  /** Two refs to one span are one ref, however they came here (T34). */
  boolean sameParent(SegmentRef other) {
    return parentSpanId == other.parentSpanId && parentSegmentId.equals(other.parentSegmentId);
  }

  @Override
  public String toString() {
    return refType
        + " "
        + parentService
        + " "
        + parentSegmentId
        + "/"
        + Objects.toString(parentSpanId);
  }
}
