package io.skein.server.storage;

import java.util.List;

/**
 * A trace in a list.
 *
 * @param startMillis the earliest start of any of its spans
 * @param durationMillis from there to the latest end
 * @param service of the root: the earliest segment among those without a reference, or, while none
 *     of those has arrived, the earliest segment
 * @param endpoint operation name of the root's first span
 * @param error whether any span failed
 * @param services in order of their first appearance
 */
public record TraceSummary(
    String traceId,
    long startMillis,
    long durationMillis,
    String service,
    String instance,
    String endpoint,
    boolean error,
    long spans,
    int segments,
    List<ServiceSpans> services) {

  /** How many spans of a trace are of one service. */
  public record ServiceSpans(String name, long spans) {}

  public TraceSummary {
    services = List.copyOf(services);
  }
}
