package io.skein.core.profile;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Which segments threads are in, for one who looks now and then and asks which of them have been
 * open for long.
 *
 * <h2>Why so</h2>
 *
 * Every request comes by here twice, and one in a hundred is of interest. So nobody takes a lock or
 * counts anything: a thread writes its segment into a place that its number leads to, without
 * asking whether another thread is about to do the same, and clears it when it leaves. Of two
 * threads that meet in one place in the same moment one is not seen this time. That is harmless: a
 * segment that is not here is merely not sampled, and one that has left is never taken for one that
 * is here, because a place holds the segment itself.
 *
 * <p>Places are a cache line apart, for neighbours would otherwise take the line from each other
 * with every request. Next to each lies one for the last segment that ended there, from which the
 * sampler learns what is usual: it takes what it finds when it looks, and misses the others.
 */
public final class OpenSegments {
  /** More threads than are at work in most services; a power of two. */
  private static final int PLACES = 512;

  /** How many places a thread tries. */
  private static final int TRIES = 4;

  /** References in a cache line of 64 bytes. */
  private static final int STRIDE = 16;

  private final AtomicReferenceArray<@Nullable ProfiledSegment> places =
      new AtomicReferenceArray<>(PLACES * STRIDE);

  OpenSegments() {}

  /** A thread begins to work in a segment. Returns whether it has a place, or had one before. */
  public boolean enter(ProfiledSegment segment, long threadId) {
    for (int i = 0; i < TRIES; i++) {
      int at = place(threadId, i);
      ProfiledSegment there = places.getPlain(at);
      if (there == null) {
        places.setRelease(at, segment);
        return true;
      }
      if (there == segment) {
        return false;
      }
    }
    return false;
  }

  /** A thread leaves a segment. Nothing changes if it had no place. */
  public void leave(ProfiledSegment segment, long threadId) {
    for (int i = 0; i < TRIES; i++) {
      int at = place(threadId, i);
      if (places.getPlain(at) == segment) {
        places.setRelease(at, null);
        return;
      }
    }
  }

  /** A segment is complete, so that the time it took can be learnt. */
  public void ended(ProfiledSegment segment, long threadId) {
    places.setRelease(place(threadId, 0) + 1, segment);
  }

  /** Returns whether a segment is still in the place where it was found. */
  boolean holds(ProfiledSegment segment, int at) {
    return places.getAcquire(at) == segment;
  }

  /** What the sampler does with what it finds. */
  interface Visitor {
    void open(ProfiledSegment segment, int at);

    void ended(ProfiledSegment segment);
  }

  void scan(Visitor visitor) {
    for (int i = 0; i < PLACES; i++) {
      ProfiledSegment ended = places.getAcquire(i * STRIDE + 1);
      if (ended != null) {
        places.setPlain(i * STRIDE + 1, null); // another may have come in between, and is missed
        visitor.ended(ended);
      }
      ProfiledSegment open = places.getAcquire(i * STRIDE);
      if (open != null) {
        visitor.open(open, i * STRIDE);
      }
    }
  }

  /** Nobody looks any more: what is noted here must not be kept. Who leaves later finds nothing. */
  void clear() {
    for (int i = 0; i < places.length(); i++) {
      places.setRelease(i, null);
    }
  }

  private static int place(long threadId, int attempt) {
    return (int) ((threadId + attempt) & (PLACES - 1)) * STRIDE;
  }
}
