package io.skein.wire.model;

import java.util.List;

/** A {@code Log} of a span: what was noted at one moment, for instance an error with its stack. */
public record SpanLog(long millis, List<KeyValue> data) {
  public SpanLog {
    data = List.copyOf(data);
  }
}
