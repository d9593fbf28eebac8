package io.skein.core.profile;

import io.skein.core.profile.Slots.Seen;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes snapshots of what is watched. Used by the sampler's thread only.
 *
 * <p>Every snapshot that is begun is counted as {@code made}, and then either queued or lost for a
 * reason; only one that is queued takes a number of its segment.
 */
final class Sampling {
  private final Machine machine;
  private final Slots slots;
  private final ProfilerCounters counters;
  private final int maxDepth;
  private final List<Seen> seen = new ArrayList<>();

  Sampling(Machine machine, Slots slots, ProfilerCounters counters, int maxDepth) {
    this.machine = machine;
    this.slots = slots;
    this.counters = counters;
    this.maxDepth = maxDepth;
  }

  /** One snapshot of each thread that is due for one. */
  void beat(Run run, long nowNanos) {
    slots.copy(run, seen);
    for (int i = 0; i < seen.size(); i++) {
      Seen each = seen.get(i);
      Watch watch = each.watch();
      SampledRequest request = watch.request();
      if (!watch.hasLeft()
          && nowNanos - request.dueNanos > 0
          && (request.counted || !run.isExhausted())
          && watch.wait-- <= 0) {
        take(run, each);
      } else if (watch.hasLeft() || (run.isExhausted() && !request.counted)) {
        slots.release(watch);
      }
    }
    seen.clear();
  }

  /** Lets go of what has ended without its thread knowing that it was watched. */
  void forget(Run run) {
    slots.copy(run, seen);
    for (Seen each : seen) {
      if (each.watch().hasLeft()) {
        slots.release(each.watch());
      }
    }
    seen.clear();
  }

  private void take(Run run, Seen each) {
    Watch watch = each.watch();
    counters.begun();
    if (!watch.segment.isWanted()) {
      slots.release(watch);
      counters.lost(SnapshotLoss.UNWANTED);
      return;
    }
    long millis = machine.millis();
    StackTraceElement[] stack;
    Thread.State state;
    try {
      stack = machine.stackOf(each.thread());
      state = machine.stateOf(each.thread());
    } catch (RuntimeException | Error e) { // a subclass of Thread, a security manager, no memory
      counters.lost(SnapshotLoss.FAILED);
      return;
    }
    if (Stacks.isBroken(stack)) {
      if (each.thread().isAlive()) {
        counters.lost(SnapshotLoss.FAILED);
      } else {
        slots.release(watch); // it has ended inside of its segment, and nobody else will do it
        counters.lost(SnapshotLoss.GONE);
      }
      return;
    }
    keep(run, each, millis, stack, state);
  }

  private void keep(
      Run run, Seen each, long millis, StackTraceElement[] fetched, Thread.State state) {
    Watch watch = each.watch();
    StackTraceElement[] stack = Stacks.cut(fetched, maxDepth);
    int own = Stacks.share(watch.last, stack);
    if (own == 0 && stack.length == watch.last.length) {
      stack = watch.last;
    }
    int beats = run.beatsBetween(watch.sequence);
    ThreadSnapshot snapshot =
        new ThreadSnapshot(
            run.taskId,
            watch.segment.segmentId(),
            millis,
            watch.sequence,
            stack,
            Stacks.missing(fetched.length, maxDepth),
            ThreadActivity.of(state, fetched),
            run.periodMillis * beats);
    int bytes = Stacks.bytes(own == 0 ? 0 : stack.length, own);
    SnapshotLoss loss = watch.hasLeft() ? SnapshotLoss.MOVED_ON : slots.keep(each, snapshot, bytes);
    if (loss != null) {
      counters.lost(loss);
      return;
    }
    watch.last = stack;
    watch.sequence++;
    watch.wait = beats - 1;
  }
}
