package io.skein.api.spi;

import java.util.Map;

/**
 * Starts tracing in a program that has no agent. A library that can is found with {@link
 * java.util.ServiceLoader}; facades of other APIs that have a call to start ask it.
 */
public interface TracingStarter {
  /**
   * Starts tracing, or does nothing where somebody {@linkplain Providers#present stands behind the
   * API} already. Does not throw and does not wait for a backend.
   *
   * @param settings by their keys or by SkyWalking's names; they count more than what the
   *     environment says
   * @return whether somebody stands behind the API now
   */
  boolean start(Map<String, String> settings);
}
