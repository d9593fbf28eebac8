package io.skein.core;

import org.jspecify.annotations.Nullable;

/**
 * The time during which a span is the parent of whatever a thread starts.
 *
 * <p>Other than a {@link Handover}, which plugins open and close around a call, it is in the hands
 * of applications, and other tracing APIs have promised them something about closing in the wrong
 * order: nothing happens at once, and what lies above stays active. So the early close is
 * remembered and made good when this scope comes to the top. One that is never closed ends with the
 * context it was opened in, see {@link Context#leaveThread}; where there is none, a thread has room
 * for {@link #MAX_DEPTH} of them.
 */
final class Activation extends Handover {
  static final int MAX_DEPTH = 256;

  /** Null when the span's segment cannot be joined, or there is no span. */
  private final @Nullable Branch branch;

  final int depth;
  boolean closedTooEarly;

  Activation(
      Tracer tracer, ThreadState here, @Nullable Branch branch, @Nullable Snapshot snapshot) {
    super(tracer, here, snapshot);
    this.branch = branch;
    this.depth = depthOf(outer) + 1;
    here.active = branch;
  }

  static int depthOf(@Nullable Handover scope) {
    Handover each = scope;
    while (each != null && !(each instanceof Activation)) {
      each = each.outer;
    }
    return each instanceof Activation activation ? activation.depth : 0;
  }

  @Override
  public void close() {
    if (!closed && here.handover != this && here.thread == Thread.currentThread()) {
      if (!closedTooEarly) {
        tracer.counters().repairedEnd();
        closedTooEarly = true;
      }
      return;
    }
    super.close();
  }

  @Override
  void restore() {
    super.restore();
    if (branch != null) {
      branch.deactivate();
    }
  }
}
