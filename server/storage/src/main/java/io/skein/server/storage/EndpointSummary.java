package io.skein.server.storage;

import java.util.Comparator;

/**
 * The operation name of entry spans of a service.
 *
 * @param segments how many kept segments have such an entry span
 * @param errors in how many of them that span failed
 */
public record EndpointSummary(String service, String name, long segments, long errors) {
  /** By use, falling, then by name, so that the order is the same every time. */
  public static final Comparator<EndpointSummary> MOST_USED_FIRST =
      Comparator.comparingLong(EndpointSummary::segments)
          .reversed()
          .thenComparing(EndpointSummary::name)
          .thenComparing(EndpointSummary::service);

  /** The same endpoint, with what another part of the store knows of it. */
  public EndpointSummary plus(EndpointSummary other) {
    return new EndpointSummary(service, name, segments + other.segments, errors + other.errors);
  }
}
