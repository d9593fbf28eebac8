package io.skein.core;

/** One entry in a span's log: a time and some fields in the order they were given. Immutable. */
public final class LogRecord {
  private final long millis;
  private final String[] fields; // key, value, key, value ...

  LogRecord(long millis, String... fields) {
    this.millis = millis;
    this.fields = fields;
  }

  /** When it was written, in milliseconds since the epoch. */
  public long millis() {
    return millis;
  }

  public int fieldCount() {
    return fields.length / 2;
  }

  public String key(int index) {
    return fields[2 * index];
  }

  public String value(int index) {
    return fields[2 * index + 1];
  }
}
