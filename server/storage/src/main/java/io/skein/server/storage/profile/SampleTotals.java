package io.skein.server.storage.profile;

/** What is kept of one task. */
public record SampleTotals(long segments, long snapshots) {
  public static final SampleTotals NONE = new SampleTotals(0, 0);

  public SampleTotals plus(long moreSegments, long moreSnapshots) {
    return new SampleTotals(segments + moreSegments, snapshots + moreSnapshots);
  }
}
