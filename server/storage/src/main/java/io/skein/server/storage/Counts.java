package io.skein.server.storage;

/** A number of segments, and of the spans in them. */
public record Counts(long segments, long spans) {
  public static final Counts NONE = new Counts(0, 0);

  public Counts plus(long moreSegments, long moreSpans) {
    return new Counts(segments + moreSegments, spans + moreSpans);
  }

  public Counts plus(Counts more) {
    return plus(more.segments, more.spans);
  }
}
