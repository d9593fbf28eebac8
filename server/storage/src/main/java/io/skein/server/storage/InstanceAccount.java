package io.skein.server.storage;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What became of everything that one instance sent: {@code received = stored + duplicates +
 * refused}, over all restarts of the server and regardless of what retention removed since.
 *
 * @param refused by reason
 * @param agents what the processes of that instance said, newest first; empty when they are not
 *     Skein's. Those of the oldest processes are summed up under the process id {@code earlier} so
 *     that the list stays short
 */
public record InstanceAccount(
    String service,
    String instance,
    Counts stored,
    Counts duplicates,
    SortedMap<String, Counts> refused,
    List<AgentAccount> agents,
    long lastSeenMillis) {
  public InstanceAccount {
    refused = Collections.unmodifiableSortedMap(new TreeMap<>(refused));
    agents = List.copyOf(agents);
  }

  public Counts received() {
    Counts sum = stored.plus(duplicates);
    for (Counts some : refused.values()) {
      sum = sum.plus(some);
    }
    return sum;
  }
}
