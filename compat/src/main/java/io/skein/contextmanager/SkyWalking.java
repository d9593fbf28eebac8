package io.skein.contextmanager;

import io.skein.api.spi.Providers;
import io.skein.api.spi.TracingStarter;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * Settings by code, and the call that starts tracing.
 *
 * <pre>{@code
 * SkyWalking.backendService("127.0.0.1:11800");
 * SkyWalking.serviceName("orders");
 * SkyWalking.boot();
 * }</pre>
 *
 * <p>With the agent there is nothing to start, and its settings count. Without it, {@code
 * skein-sdk} has to be on the class path.
 */
public final class SkyWalking {
  private static final Map<String, String> SETTINGS = new HashMap<>();

  private SkyWalking() {}

  /** Where to report to, {@code host:port}; several are separated by commas. */
  public static void backendService(@Nullable String addresses) {
    set("collector.backend_service", addresses);
  }

  /** The name of this service. */
  public static void serviceName(@Nullable String name) {
    set("agent.service_name", name);
  }

  /** The name of this process among those of the service. */
  public static void instanceName(@Nullable String name) {
    set("agent.instance_name", name);
  }

  /**
   * Any other setting, by Skein's or SkyWalking's name; null takes it back. What is set after
   * {@link #boot} comes too late.
   */
  public static synchronized void set(@Nullable String name, @Nullable String value) {
    if (name == null || name.isBlank()) {
      return;
    }
    if (value == null) {
      SETTINGS.remove(name);
    } else {
      SETTINGS.put(name, value);
    }
  }

  /**
   * Starts tracing. Any number of calls, from any threads, start it once.
   *
   * @return whether spans are recorded from now on
   */
  public static synchronized boolean boot() {
    if (Providers.present()) {
      return true;
    }
    try {
      for (TracingStarter starter : ServiceLoader.load(TracingStarter.class)) {
        if (starter.start(Map.copyOf(SETTINGS))) {
          return true;
        }
      }
    } catch (ServiceConfigurationError | RuntimeException | LinkageError e) {
      System.getLogger("io.skein.contextmanager")
          .log(System.Logger.Level.WARNING, "tracing did not start", e);
      return false;
    }
    Mistakes.say("nothing to trace with: run with the agent, or put skein-sdk on the class path");
    return false;
  }
}
