package io.skein.server.storage;

/**
 * What is kept of one instance: of the store, or of a piece of it.
 *
 * @param errors segments with at least one failed span
 */
public record InstanceTotals(
    long segments, long spans, long errors, long firstMillis, long lastMillis) {
  public static final InstanceTotals NONE =
      new InstanceTotals(0, 0, 0, Long.MAX_VALUE, Long.MIN_VALUE);

  public static InstanceTotals of(SegmentFacts segment) {
    return new InstanceTotals(
        1, segment.spans(), segment.error() ? 1 : 0, segment.startMillis(), segment.startMillis());
  }

  public InstanceTotals plus(InstanceTotals other) {
    return new InstanceTotals(
        segments + other.segments,
        spans + other.spans,
        errors + other.errors,
        Math.min(firstMillis, other.firstMillis),
        Math.max(lastMillis, other.lastMillis));
  }

  public Counts counts() {
    return new Counts(segments, spans);
  }
}
