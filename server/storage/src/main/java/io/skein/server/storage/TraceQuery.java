package io.skein.server.storage;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which traces are looked for. Absent filters are null.
 *
 * <p>Service, instance, endpoint and tags must all hold for one and the same segment of the trace
 * (the tags may be on different spans of it): "service cart, endpoint /pay, db.type=H2" means that
 * the cart did so, not that a cart and, somewhere else, a database were there. Duration, error and
 * time speak of the whole trace, because that is what a row of the result shows: {@code
 * error=false} finds traces in which nothing failed.
 *
 * @param endpoint operation name of an entry span, exactly
 * @param maxMillis inclusive, like {@code minMillis}, {@code fromMillis} and {@code toMillis}
 * @param fromMillis the trace starts then or later
 * @param toMillis the trace starts, and so does its matching segment, then or earlier
 * @param limit how many traces a page has, 1 to {@value #MAX_LIMIT}
 * @param cursor {@link TracePage#next} of the page before; goes with the same filters and order
 */
public record TraceQuery(
    @Nullable String service,
    @Nullable String instance,
    @Nullable String endpoint,
    @Nullable Long minMillis,
    @Nullable Long maxMillis,
    @Nullable Boolean error,
    List<TagFilter> tags,
    @Nullable Long fromMillis,
    @Nullable Long toMillis,
    @Nullable String traceId,
    TraceOrder order,
    int limit,
    @Nullable String cursor) {

  public static final int MAX_LIMIT = 200;

  public TraceQuery {
    tags = List.copyOf(tags);
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new IllegalArgumentException("limit must be from 1 to " + MAX_LIMIT + "; got " + limit);
    }
  }

  /** Whether what this query says about whole traces holds for this one. */
  public boolean holdsFor(TraceSummary trace) {
    return (minMillis == null || trace.durationMillis() >= minMillis)
        && (maxMillis == null || trace.durationMillis() <= maxMillis)
        && (error == null || trace.error() == error)
        && (fromMillis == null || trace.startMillis() >= fromMillis)
        && (toMillis == null || trace.startMillis() <= toMillis);
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Not safe for use by several threads. */
  public static final class Builder {
    private @Nullable String service;
    private @Nullable String instance;
    private @Nullable String endpoint;
    private @Nullable Long minMillis;
    private @Nullable Long maxMillis;
    private @Nullable Boolean error;
    private final List<TagFilter> tags = new ArrayList<>();
    private @Nullable Long fromMillis;
    private @Nullable Long toMillis;
    private @Nullable String traceId;
    private TraceOrder order = TraceOrder.NEWEST;
    private int limit = 20;
    private @Nullable String cursor;

    private Builder() {}

    public Builder service(@Nullable String value) {
      service = value;
      return this;
    }

    public Builder instance(@Nullable String value) {
      instance = value;
      return this;
    }

    public Builder endpoint(@Nullable String value) {
      endpoint = value;
      return this;
    }

    public Builder minMillis(@Nullable Long value) {
      minMillis = value;
      return this;
    }

    public Builder maxMillis(@Nullable Long value) {
      maxMillis = value;
      return this;
    }

    public Builder error(@Nullable Boolean value) {
      error = value;
      return this;
    }

    public Builder tag(String key, @Nullable String value) {
      tags.add(new TagFilter(key, value));
      return this;
    }

    public Builder fromMillis(@Nullable Long value) {
      fromMillis = value;
      return this;
    }

    public Builder toMillis(@Nullable Long value) {
      toMillis = value;
      return this;
    }

    public Builder traceId(@Nullable String value) {
      traceId = value;
      return this;
    }

    public Builder order(TraceOrder value) {
      order = value;
      return this;
    }

    public Builder limit(int value) {
      limit = value;
      return this;
    }

    public Builder cursor(@Nullable String value) {
      cursor = value;
      return this;
    }

    public TraceQuery build() {
      return new TraceQuery(
          service,
          instance,
          endpoint,
          minMillis,
          maxMillis,
          error,
          tags,
          fromMillis,
          toMillis,
          traceId,
          order,
          limit,
          cursor);
    }
  }
}
