package io.skein.core;

import org.jspecify.annotations.Nullable;

/** A stack of spans that are not recorded, and what the services behind us are told about it. */
final class IgnoredContext extends Context {
  /** How an ignored context speaks to the next service and to other threads. */
  enum Onward {
    /**
     * A noise filter speaks for one service: nothing is sent, others decide for themselves (T27).
     */
    SILENT,
    /**
     * A sampler speaks for the whole trace: others are told not to record their part of it (T28).
     */
    SUPPRESSED,
    /**
     * Noise in the middle of a trace: the caller's header is handed on, the trace goes round us.
     */
    TRANSPARENT
  }

  final Onward onward;

  /** The caller's header; only with {@link Onward#TRANSPARENT}. */
  final @Nullable String incomingHeader;

  IgnoredContext(Tracer tracer, ThreadState home, Onward onward, @Nullable String incomingHeader) {
    super(tracer, home);
    this.onward = onward;
    this.incomingHeader = incomingHeader;
  }

  /** What is sent in the {@code sw8} header; null for nothing. */
  @Nullable String header() {
    return switch (onward) {
      case SILENT -> null;
      case SUPPRESSED -> Sw8.SUPPRESSED;
      case TRANSPARENT -> incomingHeader;
    };
  }

  @Override
  void pop(StackedSpan span, long now) {
    ((NoopSpan) span).ended = true;
    top = span.below;
  }

  @Override
  void ended(ThreadState left) {}

  @Override
  Snapshot capture() {
    return Snapshot.ofIgnored(this);
  }

  @Override
  @Nullable String traceIdText() {
    return null;
  }
}
