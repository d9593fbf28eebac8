package io.skein.wire.model;

import java.util.List;

/**
 * What an agent tells about its process; keys may repeat ({@code ipv4}). An empty layer means
 * GENERAL.
 */
public record InstanceProperties(
    String service, String instance, List<KeyValue> properties, String layer) {
  public InstanceProperties {
    properties = List.copyOf(properties);
  }
}
