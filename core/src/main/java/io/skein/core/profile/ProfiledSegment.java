package io.skein.core.profile;

import org.jspecify.annotations.Nullable;

/**
 * A segment as the profiler sees it. Called by the sampler's thread too, so every answer may be
 * that of a moment ago.
 */
public interface ProfiledSegment {
  /** Returns the id that its snapshots carry. */
  String segmentId();

  /** Returns the name that others know it by, as it is now. */
  String profiledName();

  /** Returns when the span of that name started, in milliseconds since 1970. */
  long profiledSinceMillis();

  /** Returns when that span ended, if it has. */
  long profiledUntilMillis();

  /** Returns the thread that has begun it and is still in it; null when there is none. */
  @Nullable Thread profiledThread();

  /** Returns whether it will be reported. */
  boolean isWanted();

  /** Takes a watch, unless it has one; returns which one it has now. Takes the segment's lock. */
  Watch watchedBy(Watch watch);
}
