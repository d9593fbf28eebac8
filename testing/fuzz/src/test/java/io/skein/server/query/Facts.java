package io.skein.server.query;

import java.util.SortedMap;
import java.util.TreeMap;

/** A server that the targets ask about, and of which there is nothing to say. */
final class Facts implements ServerFacts {
  @Override
  public String version() {
    return "1";
  }

  @Override
  public long startedMillis() {
    return 1;
  }

  @Override
  public String grpcAddress() {
    return "127.0.0.1:1";
  }

  @Override
  public String httpAddress() {
    return "127.0.0.1:2";
  }

  @Override
  public String dataDirectory() {
    return "memory";
  }

  @Override
  public SortedMap<String, Long> messageCounts() {
    return new TreeMap<>();
  }
}
