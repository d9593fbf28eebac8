package io.skein.core;

import java.util.ArrayList;
import java.util.List;

/**
 * What a segment has besides from the moment when it is no longer one thread's: open spans that lie
 * on no stack, and stacks of several threads.
 *
 * <h2>Why so</h2>
 *
 * An ordinary segment is touched by its owner without a lock, and that is what makes spans cheap.
 * It must stay so for those who never use a detached span. So a segment is born plain, and <i>its
 * owner</i>, and nobody else, makes it shared, when it starts a detached span in it or activates
 * one of its spans: from then on all that happens to the segment happens under its lock. No thread
 * can be caught in the middle of an unlocked change, because the only one that makes such changes
 * is the one that gives them up. (Another thread that starts something below a plain segment's span
 * gets a segment of its own with a reference, as with any hand-over.)
 *
 * <p>What does it cost the others? Nothing: the plain segment's {@code home} becomes {@link
 * ThreadState#NOWHERE}, so that each quick path, which asks "am I the owner?" anyway, hears no and
 * takes the slow way; and the thread's active context becomes a {@link Branch}, which is no {@link
 * Segment}, so that starting a span takes the way it takes for ignored contexts.
 *
 * <p>All fields are guarded by the segment's lock.
 */
final class Sharing {
  /** The open ones. */
  final List<RecordingSpan> detached = new ArrayList<>(4);

  /** Those on which spans lie. */
  final List<Branch> branches = new ArrayList<>(2);

  /** How many spans lie on branches. */
  int stacked;

  /** In how many threads a span of this segment is active by an {@link Activation}. */
  int activations;

  /**
   * Whether it waits in line to be reported unfinished. It joins at the beginning and whenever the
   * last thread lets go of it; from there it is taken out when it turns out to be too old, or the
   * line too long, while a thread is at work in it. (To leave and join with each activation would
   * be two more visits to a lock that all threads share.)
   */
  boolean waiting = true;

  boolean isIdle() {
    return stacked == 0 && detached.isEmpty();
  }

  /** Whether a thread has a span of it on its stack or active: it is not forgotten then. */
  boolean isAtWork() {
    return stacked > 0 || activations > 0;
  }
}
