package io.skein.core;

import org.jspecify.annotations.Nullable;

/**
 * What the headers of one carrier say, kept to start detached spans below. Immutable; may be used
 * by any number of threads, any number of times.
 */
public final class ExtractedContext {
  /** There were headers, and they could not be read. */
  static final ExtractedContext INVALID = new ExtractedContext(null);

  final @Nullable Incoming incoming;

  ExtractedContext(@Nullable Incoming incoming) {
    this.incoming = incoming;
  }

  /** Whether the headers could be read; otherwise it counts for nothing. */
  public boolean valid() {
    return incoming != null;
  }

  /** Whether the trace is recorded; false also for what is not valid. */
  public boolean recorded() {
    return ref() != null;
  }

  /** The caller's place in the trace; null where it is not recorded. */
  @Nullable SegmentRef ref() {
    return incoming == null ? null : incoming.parent.ref;
  }
}
