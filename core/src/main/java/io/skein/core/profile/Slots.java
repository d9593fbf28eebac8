package io.skein.core.profile;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which threads are watched, and for which requests: at most so many requests at the same time, and
 * of each so many segments.
 *
 * <p>One lock, held for a few instructions, and taken only by threads that work for a request that
 * is watched or could be, and by the sampler. A place is never taken without a watch that holds it,
 * and given back wherever that watch is released; there is no counter beside to get out of step.
 */
final class Slots {
  private final int maxParallel;
  private final int maxParts;
  private final SnapshotQueue queue;
  private final ProfilerCounters counters;
  private final List<Watch> held = new ArrayList<>();

  Slots(int maxParallel, int maxParts, SnapshotQueue queue, ProfilerCounters counters) {
    this.maxParallel = maxParallel;
    this.maxParts = maxParts;
    this.queue = queue;
    this.counters = counters;
  }

  /** Watches a thread for a request of its own; null when there is no place for it. */
  @Nullable Watch first(Run run, ProfiledSegment segment, Thread worker, long dueNanos) {
    if (run.isExhausted()) {
      return null;
    }
    if (run.busy >= maxParallel) { // seen without the lock: with many requests it is the usual case
      counters.refusedRequest();
      return null;
    }
    Watch watch = new Watch(this, segment, new SampledRequest(run, dueNanos));
    return attach(watch, worker, null) ? watch : null;
  }

  /** A watch for a segment that the sampler has found, not attached yet. */
  Watch found(Run run, ProfiledSegment segment, long nowNanos) {
    return new Watch(this, segment, new SampledRequest(run, nowNanos));
  }

  /** Whether there is a place for one more request, at this moment. */
  boolean hasPlace(Run run) {
    return run.busy < maxParallel;
  }

  /** A watch for a segment of a request that is known, not attached yet. */
  Watch part(SampledRequest request, ProfiledSegment segment) {
    return new Watch(this, segment, request);
  }

  /**
   * Watches a thread.
   *
   * @param found where the sampler has found it; null when the thread itself asks for it
   * @return whether it is watched now and was not before
   */
  synchronized boolean attach(Watch watch, Thread worker, Watch.@Nullable Found found) {
    SampledRequest request = watch.request();
    Run run = request.run;
    if (watch.isAttached() || !run.isOpen() || (run.isExhausted() && !request.counted)) {
      return false;
    }
    if (request.watched == 0) {
      if (run.busy >= maxParallel) {
        counters.refusedRequest();
        return false;
      }
      int busy = run.busy + 1; // this lock's holder is the only writer
      run.busy = busy;
    } else if (request.watched > maxParts) {
      counters.refusedPart();
      return false;
    }
    request.watched++;
    watch.found = found;
    watch.turn(worker);
    held.add(watch);
    return true;
  }

  synchronized void release(Watch watch, Thread worker) {
    if (watch.thread == worker) {
      release(watch);
    }
  }

  synchronized void release(Watch watch) {
    if (watch.isAttached()) {
      watch.turn(null);
      held.remove(watch);
      SampledRequest request = watch.request();
      request.watched--;
      if (request.watched == 0) {
        int busy = request.run.busy - 1;
        request.run.busy = busy;
      }
    }
  }

  /**
   * A segment that is sampled for its slowness, or as a part of such a request, is one that a task
   * wants: the task has it from now on. If the task has no place for it all stays as it is.
   */
  synchronized void takeOver(Watch watch, Run task, Thread worker, long dueNanos) {
    if (!task.isOpen() || task.isExhausted()) {
      return;
    }
    if (task.busy >= maxParallel) {
      counters.refusedRequest();
      return;
    }
    Thread there = watch.thread;
    release(watch);
    watch.request(new SampledRequest(task, dueNanos));
    attach(watch, there == null ? worker : there, null);
  }

  /** Ends a run: nothing is watched for it any more, and nothing will be. */
  synchronized void close(Run run) {
    run.close();
    for (Watch watch : List.copyOf(held)) {
      if (watch.request().run == run) {
        release(watch);
      }
    }
  }

  /** What is watched for a run, as it is now; into a list that is emptied before. */
  synchronized void copy(Run run, List<Seen> into) {
    into.clear();
    for (Watch watch : held) {
      Thread thread = watch.thread;
      if (watch.request().run == run && thread != null) {
        into.add(new Seen(watch, thread, watch.era()));
      }
    }
  }

  /**
   * Queues a snapshot if its thread has been in the segment all the time since it was seen. Under
   * the lock, so that none is queued for a run that has been closed: that all of its snapshots are
   * delivered is known by its queue being empty.
   *
   * @return why it was not; null when it was
   */
  synchronized @Nullable SnapshotLoss keep(Seen seen, ThreadSnapshot snapshot, int bytes) {
    Watch watch = seen.watch;
    if (watch.era() != seen.era) {
      return SnapshotLoss.MOVED_ON;
    }
    SampledRequest request = watch.request();
    Run run = request.run;
    if (!queue.offer(snapshot, run, bytes)) {
      return SnapshotLoss.QUEUE_FULL;
    }
    counters.enqueued();
    run.queued();
    if (!request.counted) {
      run.count(request);
      counters.sampled();
    }
    return null;
  }

  synchronized int size() {
    return held.size();
  }

  /** A watch at a moment. */
  record Seen(Watch watch, Thread thread, int era) {}
}
