package io.skein.core;

/** What a span is to its segment; the numbers are the protocol's. */
public enum SpanType {
  /** A request served: work that came in from outside. */
  ENTRY(0),
  /** A call made: work that goes out. */
  EXIT(1),
  /** Work that stays inside. */
  LOCAL(2);

  private static final SpanType[] BY_NUMBER = values();

  private final int number;

  SpanType(int number) {
    this.number = number;
  }

  /** The protocol's number. */
  public int number() {
    return number;
  }

  static SpanType ofNumber(int number) {
    return BY_NUMBER[number];
  }
}
