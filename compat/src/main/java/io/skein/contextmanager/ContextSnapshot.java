package io.skein.contextmanager;

import io.skein.api.Snapshot;

/** A place in a trace, captured in one thread to be continued in others. Immutable. */
public final class ContextSnapshot {
  final Snapshot place;

  ContextSnapshot(Snapshot place) {
    this.place = place;
  }

  /** Whether there was a trace where it was captured. */
  public boolean isValid() {
    return !place.isEmpty();
  }

  /**
   * The id of the trace, with the same special texts as {@link ContextManager#getGlobalTraceId}.
   */
  public String getTraceId() {
    String id = place.traceId();
    if (id != null) {
      return id;
    }
    return place.isEmpty() ? ContextManager.NO_TRACE_ID : ContextManager.IGNORED_TRACE_ID;
  }

  @Override
  public String toString() {
    return place.toString();
  }
}
