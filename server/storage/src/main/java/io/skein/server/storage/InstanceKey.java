package io.skein.server.storage;

import java.util.Comparator;

/** An instance of a service; instances of different services may share a name. */
public record InstanceKey(String service, String instance) implements Comparable<InstanceKey> {
  private static final Comparator<InstanceKey> ORDER =
      Comparator.comparing(InstanceKey::service).thenComparing(InstanceKey::instance);

  @Override
  public int compareTo(InstanceKey other) {
    return ORDER.compare(this, other);
  }
}
