package io.skein.server.storage;

import io.skein.server.storage.StoredTrace.StoredSegment;
import org.jspecify.annotations.Nullable;

/**
 * A trace while it is read, one segment at a time: a large one is never in memory as a whole. For
 * one thread; whoever opened it closes it, and soon, since it keeps files open.
 *
 * <p>The segment that starts first comes first, so that a trace that is cut has its beginning; the
 * others come in order of arrival, which is the order in which they are quickly read.
 */
public interface TraceReading extends AutoCloseable {
  /**
   * How much of a trace is wanted. The first segment is there however large it is.
   *
   * @param spans those segments that start first and together have no more spans than that
   * @param bytes of the segments as they came; reading ends where it would go beyond
   */
  record Limit(int spans, long bytes) {
    public static final Limit NONE = new Limit(Integer.MAX_VALUE, Long.MAX_VALUE);
  }

  String traceId();

  long startMillis();

  long durationMillis();

  /** Stored of this trace, whether within the limit or not. */
  Counts stored();

  /**
   * The next segment, or null behind the last one.
   *
   * @throws StorageException when the store cannot be read
   * @throws StorageBusyException when it reads too much for others
   */
  @Nullable StoredSegment next();

  /** Whether the limit left something out; known when {@link #next} has returned null. */
  boolean truncated();

  @Override
  void close();
}
