package io.skein.server.storage;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an agent says about itself: figures such as {@code made.segments}, counted since its process
 * started.
 *
 * @param processId tells two processes apart that use the same instance name one after the other
 */
public record AgentAccount(
    String service,
    String instance,
    String processId,
    SortedMap<String, Long> figures,
    long receivedMillis) {
  public AgentAccount {
    figures = Collections.unmodifiableSortedMap(new TreeMap<>(figures));
  }

  /** A figure, or 0 when the agent did not say it. */
  public long figure(String name) {
    return figures.getOrDefault(name, 0L);
  }
}
