package io.skein.server.storage;

public enum TraceOrder {
  /** Latest start first. */
  NEWEST,
  /** Longest duration first. */
  SLOWEST
}
