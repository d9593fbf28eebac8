package io.skein.core;

import org.jspecify.annotations.Nullable;

/**
 * The time during which a thread works for something else: for a snapshot, or, as an {@link
 * Activation}, for a span. What the thread was doing before is set aside and comes back at the end.
 *
 * <p>Scopes nest, and like spans they may be closed in the wrong order; then those inside are
 * closed too.
 */
sealed class Handover implements Scope permits Activation {
  final Tracer tracer;
  final ThreadState here;
  @Nullable Context activeBefore;
  private final @Nullable Snapshot handedOverBefore;
  final @Nullable Handover outer;
  boolean closed;

  Handover(Tracer tracer, ThreadState here, @Nullable Snapshot snapshot) {
    this.tracer = tracer;
    this.here = here;
    this.activeBefore = here.active;
    this.handedOverBefore = here.handedOver;
    this.outer = here.handover;
    here.active = null;
    here.handedOver = snapshot;
    here.handover = this;
  }

  @Override
  public void close() {
    if (here.thread != Thread.currentThread()) {
      tracer.counters().repairedEnd();
      return;
    }
    if (closed) {
      return;
    }
    while (here.handover != this && here.handover != null) {
      tracer.counters().repairedEnd();
      here.handover.restore();
    }
    restore();
    closeWhatWasClosedTooEarly();
  }

  final void closeWhatWasClosedTooEarly() {
    while (here.handover instanceof Activation below && below.closedTooEarly) {
      below.restore();
    }
  }

  void restore() {
    closed = true;
    Context open = here.active;
    if (open != null) {
      open.popAll();
    }
    // What was set aside may have ended meanwhile, by the hand of somebody who still had its spans.
    here.active = activeBefore != null && activeBefore.home == here ? activeBefore : null;
    here.handedOver = handedOverBefore;
    here.handover = outer;
  }
}
