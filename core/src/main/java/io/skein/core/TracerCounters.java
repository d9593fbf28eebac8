package io.skein.core;

import java.util.concurrent.atomic.LongAdder;

/**
 * What went otherwise than intended, counted. All of it is harmless to the application; in
 * production it is one quiet number, in tests it should be zero.
 */
public final class TracerCounters {
  private final LongAdder lateChanges = new LongAdder();
  private final LongAdder repeatedEnds = new LongAdder();
  private final LongAdder repairedEnds = new LongAdder();
  private final LongAdder misusedAsync = new LongAdder();
  private final LongAdder unfinishedAsync = new LongAdder();
  private final LongAdder invalidHeaders = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder spansOverLimit = new LongAdder();
  private final LongAdder refsOverLimit = new LongAdder();
  private final LongAdder logsOverLimit = new LongAdder();
  private final LongAdder tagsOverLimit = new LongAdder();
  private final LongAdder ignoredByFilter = new LongAdder();
  private final LongAdder ignoredBySampler = new LongAdder();
  private final LongAdder ignoredByCaller = new LongAdder();
  private final LongAdder unwanted = new LongAdder();

  TracerCounters() {}

  /** Changes of spans that had ended. */
  public long lateChanges() {
    return lateChanges.sum();
  }

  /** Ends of what had ended. */
  public long repeatedEnds() {
    return repeatedEnds.sum();
  }

  /**
   * Spans or scopes that were ended because something around them ended, or in the wrong thread.
   */
  public long repairedEnds() {
    return repairedEnds.sum();
  }

  /**
   * {@code prepareForAsync} too late, twice or in a foreign thread; {@code asyncEnd} without it.
   */
  public long misusedAsync() {
    return misusedAsync.sum();
  }

  /** Segments reported although asynchronous spans in them had not ended. */
  public long unfinishedAsync() {
    return unfinishedAsync.sum();
  }

  /** Headers that were there, were not empty, and could not be read. */
  public long invalidHeaders() {
    return invalidHeaders.sum();
  }

  /** Errors thrown by carriers, samplers or the sink, and kept from the application. */
  public long failures() {
    return failures.sum();
  }

  /** Spans that were not recorded because their segment was full. */
  public long spansOverLimit() {
    return spansOverLimit.sum();
  }

  public long refsOverLimit() {
    return refsOverLimit.sum();
  }

  public long logsOverLimit() {
    return logsOverLimit.sum();
  }

  public long tagsOverLimit() {
    return tagsOverLimit.sum();
  }

  /** Contexts not recorded because of a suffix or path. */
  public long ignoredByFilter() {
    return ignoredByFilter.sum();
  }

  /** Contexts not recorded because the sampler said no. */
  public long ignoredBySampler() {
    return ignoredBySampler.sum();
  }

  /** Contexts not recorded because the caller, a process or a thread, does not record the trace. */
  public long ignoredByCaller() {
    return ignoredByCaller.sum();
  }

  /** Segments that were recorded and not reported, because the application wants none of them. */
  public long unwanted() {
    return unwanted.sum();
  }

  void lateChange() {
    lateChanges.increment();
  }

  void repeatedEnd() {
    repeatedEnds.increment();
  }

  void repairedEnd() {
    repairedEnds.increment();
  }

  void asyncMisuse() {
    misusedAsync.increment();
  }

  void asyncUnfinished() {
    unfinishedAsync.increment();
  }

  void invalidHeader() {
    invalidHeaders.increment();
  }

  void failure() {
    failures.increment();
  }

  void spanOverLimit() {
    spansOverLimit.increment();
  }

  void refOverLimit() {
    refsOverLimit.increment();
  }

  void logOverLimit() {
    logsOverLimit.increment();
  }

  void tagOverLimit() {
    tagsOverLimit.increment();
  }

  void filtered() {
    ignoredByFilter.increment();
  }

  void notSampled() {
    ignoredBySampler.increment();
  }

  void notWanted() {
    ignoredByCaller.increment();
  }

  void notReported() {
    unwanted.increment();
  }
}
