package io.skein.server.query;

import java.util.Set;

/**
 * How the HTTP server listens and what it bears.
 *
 * @param port 0 takes any free port
 * @param hosts names besides localhost and addresses under which browsers may reach it
 * @param maxConnections beyond it, new ones wait in the system's queue
 * @param maxQueries answered at the same time; one more is told to come again
 * @param idleMillis after which a silent connection is closed
 * @param slowRequestMillis within which the head of a request has to arrive whole
 */
public record QuerySettings(
    String bindAddress,
    int port,
    Set<String> hosts,
    int maxConnections,
    int maxQueries,
    long idleMillis,
    long slowRequestMillis) {
  public QuerySettings {
    hosts = Set.copyOf(hosts);
  }

  public static QuerySettings on(String bindAddress, int port) {
    return new QuerySettings(bindAddress, port, Set.of(), 500, 16, 30_000, 10_000);
  }

  public QuerySettings hosts(Set<String> names) {
    return new QuerySettings(
        bindAddress, port, names, maxConnections, maxQueries, idleMillis, slowRequestMillis);
  }

  public QuerySettings limits(int connections, int queries, long idle, long slowRequest) {
    return new QuerySettings(bindAddress, port, hosts, connections, queries, idle, slowRequest);
  }
}
