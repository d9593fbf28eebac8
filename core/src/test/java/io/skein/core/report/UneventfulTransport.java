package io.skein.core.report;

import org.jspecify.annotations.Nullable;

/** A collector that is only sent to: whatever else it is told, nothing comes of it. */
abstract class UneventfulTransport implements Transport {
  @Override
  public @Nullable Answer tick(long nowNanos) {
    return null;
  }

  @Override
  public void farewell(long timeoutNanos) {}

  @Override
  public String target() {
    return "uneventful";
  }

  @Override
  public void close() {}
}
