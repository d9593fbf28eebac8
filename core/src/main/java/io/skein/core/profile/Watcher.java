package io.skein.core.profile;

import org.jspecify.annotations.Nullable;

/**
 * What the tracer asks while anything at all may be watched; when nothing may there is none, see
 * {@link Profiler#watcher}. Immutable; any thread.
 */
public final class Watcher {
  private final Slots slots;
  private final Machine clock;

  /** The task that runs; null when there is none. */
  private final @Nullable Run task;

  private final @Nullable OpenSegments open;

  Watcher(Slots slots, Machine clock, @Nullable Run task, @Nullable OpenSegments open) {
    this.slots = slots;
    this.clock = clock;
    this.task = task;
    this.open = open;
  }

  /** Returns where segments are entered for slow requests to be found; null when nobody looks. */
  public @Nullable OpenSegments open() {
    return open;
  }

  /** Returns a watch for a segment that goes on with a request from elsewhere; not attached yet. */
  public Watch part(SampledRequest request, ProfiledSegment segment) {
    return slots.part(request, segment);
  }

  /** Returns whether segments of this name, exactly, are wanted. */
  public boolean wants(String name) {
    Run run = task;
    return run != null && name.equals(run.endpoint);
  }

  /**
   * A segment that a thread works in has the name it is known by.
   *
   * @param watch what it is watched by so far
   * @param ageMillis how long ago it began
   * @return what it is watched by now: a watch that was attached to this thread, or the one given
   */
  public @Nullable Watch named(
      ProfiledSegment segment, @Nullable Watch watch, String name, Thread worker, long ageMillis) {
    Run run = task;
    if (run == null || !name.equals(run.endpoint)) {
      return watch;
    }
    long due = run.dueNanos(clock.nanos(), ageMillis);
    if (watch == null) {
      return slots.first(run, segment, worker, due);
    }
    if (watch.request().run != run) {
      slots.takeOver(watch, run, worker, due);
    }
    return watch;
  }
}
