package io.skein.core;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The segments whose thread is done and whose asynchronous spans are not, oldest first.
 *
 * <p>A library that forgets an {@code asyncEnd} (a client that goes away in the middle, a cancelled
 * future) must not keep the segment for ever (T15). So the line has a length and an age; what is
 * beyond either is reported as it is. A linked list under a lock: only asynchronous segments come
 * here, twice each, and taking one out of the middle must not cost a search.
 */
final class AsyncRegistry {
  /** A segment's place in the line. */
  static final class Place {
    final Segment segment;
    final long sinceMillis;
    @Nullable Place older;
    @Nullable Place newer;

    Place(Segment segment, long sinceMillis) {
      this.segment = segment;
      this.sinceMillis = sinceMillis;
    }
  }

  private final Tracer tracer;
  private final int maxCount;
  private final long maxMillis;
  private @Nullable Place oldest;
  private @Nullable Place newest;
  private int count;

  AsyncRegistry(Tracer tracer, int maxCount, long maxMillis) {
    this.tracer = tracer;
    this.maxCount = maxCount;
    this.maxMillis = maxMillis;
  }

  synchronized void add(Segment segment) {
    Place place = new Place(segment, tracer.now());
    segment.place = place;
    place.older = newest;
    if (newest == null) {
      oldest = place;
    } else {
      newest.newer = place;
    }
    newest = place;
    count++;
  }

  synchronized void remove(Segment segment) {
    Place place = segment.place;
    if (place != null) {
      unlink(place);
    }
  }

  /**
   * Takes out what is too old or too many, or everything. The caller reports it, without any lock
   * held: reporting takes the lock of the segment.
   */
  synchronized List<Segment> takeOverdue(boolean all) {
    if (oldest == null) {
      return List.of();
    }
    List<Segment> overdue = new ArrayList<>();
    long now = tracer.now();
    while (oldest != null && (all || count > maxCount || now - oldest.sinceMillis >= maxMillis)) {
      overdue.add(oldest.segment);
      unlink(oldest);
    }
    return overdue;
  }

  synchronized int count() {
    return count;
  }

  private void unlink(Place place) {
    if (place.older == null) {
      oldest = place.newer;
    } else {
      place.older.newer = place.newer;
    }
    if (place.newer == null) {
      newest = place.older;
    } else {
      place.newer.older = place.older;
    }
    place.segment.place = null;
    count--;
  }
}
