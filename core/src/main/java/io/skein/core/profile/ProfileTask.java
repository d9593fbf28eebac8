package io.skein.core.profile;

import org.jspecify.annotations.Nullable;

/**
 * An order to sample requests of one endpoint for some minutes: the protocol's {@code
 * ProfileTaskQuery}. Times are milliseconds since 1970, by the clock of who made the task.
 *
 * <p>Server and agents judge a task by the same {@link #refusal()}, so that none is accepted in one
 * place and silently never run in the other.
 *
 * @param id the server's name for it, unique among its tasks
 * @param endpoint the exact name of the endpoint, as a segment's first span has it
 * @param startMillis when sampling begins
 * @param durationMinutes for how long
 * @param minDurationMillis how old a request has to be before its first snapshot
 * @param periodMillis from one snapshot of a thread to the next
 * @param maxSamples how many requests each process samples
 * @param createMillis when it was made; agents ask for tasks made after the last one they know
 */
public record ProfileTask(
    String id,
    String endpoint,
    long startMillis,
    int durationMinutes,
    int minDurationMillis,
    int periodMillis,
    int maxSamples,
    long createMillis) {

  /** The bounds of the protocol; SkyWalking's server and agents refuse what lies outside, too. */
  public static final int MIN_DURATION_MINUTES = 1;

  public static final int MAX_DURATION_MINUTES = 15;
  public static final int MIN_PERIOD_MILLIS = 10;
  public static final int MAX_SAMPLES = 9;

  /**
   * Times before 1970 or after the year 33658 are no times of a task; with them its end could
   * overflow.
   */
  public static final long MAX_MILLIS = 1_000_000_000_000_000L;

  private static final long MINUTE_MILLIS = 60_000;

  /**
   * Why a task cannot be.
   *
   * @param field the name of the record's component
   * @param value what it is, for people; not shortened
   * @param expected what it would have to be: "from 1 to 15", say
   */
  public record Refusal(String field, String value, String expected) {
    /** Returns one sentence for a log. */
    public String message() {
      return field + " is \"" + value + "\" and has to be " + expected;
    }
  }

  /** Returns the first thing that is wrong with this task; null when nothing is. */
  public @Nullable Refusal refusal() {
    if (id.isEmpty()) {
      return new Refusal("id", id, "not empty");
    }
    if (endpoint.isBlank()) {
      return new Refusal("endpoint", endpoint, "the name of an endpoint");
    }
    Refusal refusal =
        outside("durationMinutes", durationMinutes, MIN_DURATION_MINUTES, MAX_DURATION_MINUTES);
    if (refusal == null) {
      refusal = outside("minDurationMillis", minDurationMillis, 0, Integer.MAX_VALUE);
    }
    if (refusal == null) {
      refusal = outside("periodMillis", periodMillis, MIN_PERIOD_MILLIS, Integer.MAX_VALUE);
    }
    if (refusal == null) {
      refusal = outside("maxSamples", maxSamples, 1, MAX_SAMPLES);
    }
    if (refusal == null) {
      refusal = outside("startMillis", startMillis, 0, MAX_MILLIS);
    }
    if (refusal == null) {
      refusal = outside("createMillis", createMillis, 0, MAX_MILLIS);
    }
    return refusal;
  }

  private static @Nullable Refusal outside(String field, long value, long least, long most) {
    if (value >= least && value <= most) {
      return null;
    }
    boolean open = most == Integer.MAX_VALUE;
    return new Refusal(
        field, Long.toString(value), open ? "at least " + least : "from " + least + " to " + most);
  }

  /** Returns when it is over, in milliseconds since 1970. */
  public long endMillis() {
    return startMillis + durationMinutes * MINUTE_MILLIS;
  }

  /**
   * Returns whether both would run at some moment. One that begins in the millisecond in which the
   * other ends does not meet it.
   */
  public boolean meets(ProfileTask other) {
    return startMillis < other.endMillis() && other.startMillis < endMillis();
  }
}
