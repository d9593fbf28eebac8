package io.skein.server.query;

import java.util.SortedMap;

/** What the answers say about the server process itself; the store does not know it. */
public interface ServerFacts {
  String version();

  long startedMillis();

  String grpcAddress();

  String httpAddress();

  String dataDirectory();

  /** Messages that never became segments, by reason. */
  SortedMap<String, Long> messageCounts();
}
