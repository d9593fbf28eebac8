package io.skein.core.profile;

import org.jspecify.annotations.Nullable;

/**
 * What the profiler knows of one segment: which request it is of, and which thread works in it now,
 * if any does. A segment has one for its whole life, so the numbers of its snapshots run on when
 * one thread leaves it and another one goes on.
 *
 * <h2>Why no snapshot tells of other work</h2>
 *
 * A thread that leaves a segment {@linkplain #release releases} the watch itself, before it does
 * anything else; that changes {@link #era}. The sampler reads the era before and after it fetches a
 * stack. If it is the same the thread was in the segment all the time between, hence also when it
 * was stopped to have its stack read; if not, the stack is thrown away. That one thread may leave
 * and come back in between is why this is a number and not just the thread.
 */
public final class Watch {
  final ProfiledSegment segment;

  /** Where it is held while a thread is watched. */
  private final Slots slots;

  /** Changed under the lock of the slots. */
  private volatile SampledRequest request;

  /** Odd while a thread is watched. Changed under the lock of the slots. */
  private volatile int era;

  /** Guarded by the slots; the sampler copies it together with the era. */
  @Nullable Thread thread;

  /**
   * Where the sampler has found the segment, if it is sampled for having been open for long. Its
   * thread may not know of the watch, so what tells its end is that it leaves this place. Changed
   * under the lock of the slots.
   */
  volatile @Nullable Found found;

  // The sampler's thread only.

  /** The number of the next snapshot. */
  int sequence;

  /** How many beats to pass over until the next one; see {@link Run#beatsBetween}. */
  int wait;

  /** The last stack, to share what is equal with the next. */
  StackTraceElement[] last = Stacks.NONE;

  Watch(Slots slots, ProfiledSegment segment, SampledRequest request) {
    this.slots = slots;
    this.segment = segment;
    this.request = request;
  }

  /** Returns the request that the segment is a part of. */
  public SampledRequest request() {
    return request;
  }

  /** Only under the lock of the slots. */
  void request(SampledRequest next) {
    request = next;
  }

  /**
   * A thread begins to work in the segment. Nothing changes if another one is at work there: the
   * snapshots of a segment tell one story.
   *
   * @return whether this thread is watched from now on, so that the caller has to release it
   */
  public boolean attach(Thread worker) {
    return slots.attach(this, worker, null);
  }

  /** The thread leaves the segment. Harmless when none is watched; any thread. */
  public void release() {
    slots.release(this);
  }

  /** The same, unless it is another thread that is watched. */
  public void release(Thread worker) {
    slots.release(this, worker);
  }

  /** Returns whether a thread is watched. */
  public boolean isAttached() {
    return isOdd(era);
  }

  /** Returns whether the sampler has found it somewhere, and it is not there any more. */
  boolean hasLeft() {
    Found where = found;
    return where != null && !where.open.holds(where.who, where.place);
  }

  int era() {
    return era;
  }

  /** Only under the lock of the slots. */
  void turn(@Nullable Thread worker) {
    if (isOdd(era) == (worker != null)) {
      throw new IllegalStateException("a watch is attached twice or released twice");
    }
    thread = worker;
    int next = era + 1;
    era = next;
  }

  /** A segment, or a thread's part in one, in its place among those that are open. */
  record Found(OpenSegments open, ProfiledSegment who, int place) {}

  static boolean isOdd(int era) {
    return (era & 1) == 1;
  }
}
