package io.skein.core;

import io.skein.core.profile.OpenSegments;
import io.skein.core.profile.Profiler;
import io.skein.core.profile.SampledRequest;
import io.skein.core.profile.Watch;
import io.skein.core.profile.Watcher;
import org.jspecify.annotations.Nullable;

/**
 * Where tracer and profiler meet: which segment is watched, in which thread, from when to when.
 *
 * <p>A plain segment is watched in its owner from its first span, or from the moment when span 0
 * gets a name that is wanted, until its stack is empty. One that is {@linkplain Sharing shared} is
 * watched in one thread after the other: in whichever first begins to work in it while no other
 * does, from the {@link Activation} to its end. A segment that is started from a snapshot goes on
 * with the snapshot's request.
 *
 * <p>That a span is on a thread's stack while the thread does something else on top, for another
 * snapshot say, changes nothing: it is what the span's caller waits for.
 *
 * <p>While nothing is watched for, all of this is one volatile read at the start of a segment, none
 * at its end, and nothing for spans.
 */
final class Profiling {
  private Profiling() {}

  private static @Nullable Watcher watcher(Segment segment) {
    Profiler profiler = segment.tracer.profiler;
    return profiler == null ? null : profiler.watcher();
  }

  /** The first span of a plain segment has started in this thread. */
  static void started(Segment segment, ThreadState here, @Nullable SampledRequest request) {
    Watcher watcher = watcher(segment);
    Thread thread = here.thread;
    if (watcher == null || thread == null) {
      return;
    }
    Watch watch = null;
    if (request != null && !request.isOver()) {
      watch = watcher.part(request, segment);
      watch.attach(thread);
    }
    watch = watcher.named(segment, watch, segment.profiledName(), thread, 0);
    OpenSegments open = watcher.open();
    segment.watch = watch;
    segment.profiled = watch != null || open != null;
    if (open != null) {
      segment.listed = open.enter(segment, here.threadId);
    }
  }

  /** A segment that no thread is in yet goes on with a request. */
  static void continues(Segment segment, @Nullable SampledRequest request) {
    Watcher watcher = watcher(segment);
    if (watcher != null && request != null && !request.isOver()) {
      segment.watch = watcher.part(request, segment);
    }
  }

  /** Span 0 has another name. In the owner's thread, or under the segment's lock. */
  static void renamed(Segment segment, String name) {
    Watcher watcher = watcher(segment);
    if (watcher == null || !watcher.wants(name)) {
      return;
    }
    ThreadState here = segment.tracer.here();
    Thread thread = here.thread;
    if (thread == null || !here.isIn(segment)) {
      return; // the next thread that works in it will ask again
    }
    synchronized (segment) { // the sampler may be about to give it a watch, too
      segment.watch = watcher.named(segment, segment.watch, name, thread, age(segment));
      segment.profiled = true;
    }
  }

  /** A thread has begun to work in a shared segment. */
  static void activated(Branch branch, ThreadState here) {
    Segment segment = branch.segment;
    Watcher watcher = watcher(segment);
    Thread thread = here.thread;
    if (watcher == null || thread == null) {
      return;
    }
    synchronized (segment) {
      segment.profiled = true;
      Watch watch = segment.watch;
      if (watch != null) {
        watch.attach(thread);
      }
      String name = segment.profiledName();
      if (watcher.wants(name)) {
        segment.watch = watcher.named(segment, watch, name, thread, age(segment));
      }
    }
    OpenSegments open = watcher.open();
    if (open != null) {
      branch.listed = open.enter(branch, here.threadId);
    }
  }

  private static long age(Segment segment) {
    return segment.tracer.now() - segment.profiledSinceMillis();
  }

  /** A thread has left a plain segment, its own. */
  static void left(Segment segment) {
    Watch watch = segment.watch;
    if (watch != null) {
      watch.release();
    }
    if (segment.listed) {
      segment.listed = false;
      OpenSegments open = open(segment);
      if (open != null) {
        open.leave(segment, segment.threadId());
      }
    }
  }

  /** A thread has left a branch of a shared segment; it may still be in another of the same. */
  static void left(Branch branch, ThreadState here) {
    Watch watch = branch.segment.watch;
    Thread thread = here.thread;
    if (watch != null && thread != null && !here.isIn(branch.segment)) {
      watch.release(thread);
    }
    if (branch.listed) {
      branch.listed = false;
      OpenSegments open = open(branch.segment);
      if (open != null) {
        open.leave(branch, here.threadId);
      }
    }
  }

  /** The owner of a plain segment goes on in a branch of it. */
  static void shared(Segment segment, Branch branch, ThreadState here) {
    OpenSegments open = segment.listed ? open(segment) : null;
    if (open != null) {
      segment.listed = false;
      open.leave(segment, here.threadId);
      branch.listed = open.enter(branch, here.threadId);
    }
  }

  /** A segment that the profiler may have to do with is complete. */
  static void complete(Segment segment) {
    Watcher watcher = watcher(segment);
    OpenSegments open = watcher == null ? null : watcher.open();
    if (open != null) {
      open.ended(segment, segment.threadId());
    }
  }

  private static @Nullable OpenSegments open(Segment segment) {
    Profiler profiler = segment.tracer.profiler;
    return profiler == null ? null : profiler.open();
  }
}
