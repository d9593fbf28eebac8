package io.skein.api.spi;

import io.skein.api.internal.AgentBridge;
import org.jspecify.annotations.Nullable;

/**
 * Who stands behind the API of this class loader: an agent, whoever was {@linkplain #install
 * installed}, or nobody.
 *
 * <p>The agent has the right of way. It traces the libraries, and two tracers that do not know each
 * other would tear each trace in two. An agent that is attached to the running JVM takes over from
 * the next span on.
 */
public final class Providers {
  private static volatile TracingProvider current = NoTracing.PROVIDER;

  private Providers() {}

  /** The provider in force, at this moment; one that does nothing when there is none. */
  public static TracingProvider current() {
    TracingProvider provider = current;
    // Without an agent attached() is a constant, and with one this is true once.
    return provider != BridgedTracing.PROVIDER && AgentBridge.attached() != null
        ? agent()
        : provider;
  }

  private static synchronized TracingProvider agent() {
    current = BridgedTracing.PROVIDER;
    return BridgedTracing.PROVIDER;
  }

  /** Whether anybody stands behind the API. */
  public static boolean present() {
    return current() != NoTracing.PROVIDER;
  }

  /** Whether an agent does. */
  public static boolean agentPresent() {
    return current() == BridgedTracing.PROVIDER;
  }

  /**
   * Puts a provider behind the API, if nobody is there yet.
   *
   * @return whether it is now, or was already, the one in force
   */
  public static synchronized boolean install(@Nullable TracingProvider provider) {
    if (provider == null || provider == NoTracing.PROVIDER || agentPresent()) {
      return false;
    }
    if (current == NoTracing.PROVIDER) {
      current = provider;
    }
    return current == provider;
  }

  /** Takes a provider away again, if it is the one in force. */
  public static synchronized boolean uninstall(@Nullable TracingProvider provider) {
    if (provider == null
        || provider == NoTracing.PROVIDER
        || provider == BridgedTracing.PROVIDER
        || current != provider) {
      return false;
    }
    current = NoTracing.PROVIDER;
    return true;
  }

  /** The provider that does nothing. */
  public static TracingProvider none() {
    return NoTracing.PROVIDER;
  }
}
