package io.skein.core.report;

/**
 * A number of segments and the number of spans in them.
 *
 * @param segments how many segments
 * @param spans how many spans these segments hold together
 */
public record Tally(long segments, long spans) {

  /** Nothing. */
  public static final Tally NONE = new Tally(0, 0);

  /** Returns the sum. */
  public Tally plus(Tally other) {
    return new Tally(segments + other.segments, spans + other.spans);
  }

  /** Returns the difference. */
  public Tally minus(Tally other) {
    return new Tally(segments - other.segments, spans - other.spans);
  }
}
