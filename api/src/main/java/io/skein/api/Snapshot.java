package io.skein.api;

import io.skein.api.spi.Providers;
import io.skein.api.spi.TracingProvider;
import org.jspecify.annotations.Nullable;

/**
 * A place in a trace, to go on from in another thread. Immutable; may be used by any number of
 * threads, any number of times, also after the span it was taken from has ended.
 */
public final class Snapshot {
  static final Snapshot EMPTY = new Snapshot(Providers.none(), null);

  private final TracingProvider provider;
  final @Nullable Object place;

  Snapshot(TracingProvider provider, @Nullable Object place) {
    this.provider = provider;
    this.place = place;
  }

  /**
   * Lets this thread work for the place until the scope is closed. That makes no span: the first
   * one started meanwhile begins a segment below the span that was active at the place, and if none
   * is started nothing is reported. What the thread was doing before is set aside and comes back.
   *
   * <p>Nothing changes when the snapshot is empty, or when the thread is still in the segment it
   * was taken from.
   */
  public Scope continueTrace() {
    return provider.continueFrom(place);
  }

  /** Whether there was no trace where it was taken. */
  public boolean isEmpty() {
    return place == null;
  }

  /** The id of the trace; null where there is none or it is not recorded. */
  public @Nullable String traceId() {
    return place == null ? null : provider.traceId(place);
  }

  @Override
  public String toString() {
    return place == null ? "Snapshot of no trace" : "Snapshot of trace " + traceId();
  }
}
