package io.skein.server.storage;

import io.skein.wire.model.KeyValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A process of a service, in a list.
 *
 * @param firstMillis start of the earliest kept segment, by the agent's clock; null when there is
 *     none
 * @param lastSeenMillis when the server last received anything of it, by the server's clock
 * @param properties as last reported; empty when never
 */
public record InstanceSummary(
    String service,
    String name,
    @Nullable Long firstMillis,
    @Nullable Long lastMillis,
    long lastSeenMillis,
    long segments,
    long spans,
    List<KeyValue> properties) {

  /** The value of a property, the last one when the key repeats, or null. */
  public @Nullable String property(String key) {
    String found = null;
    for (KeyValue property : properties) {
      if (property.key().equals(key)) {
        found = property.value();
      }
    }
    return found;
  }
}
