package io.skein.api.spi;

/** What a detached span is to its service; the numbers are the protocol's. */
public enum SpanKind {
  /** A request served, or a message consumed. */
  ENTRY(0),
  /** A call made, or a message sent; without a peer it is on no map of services. */
  EXIT(1),
  /** Work that stays inside. */
  LOCAL(2);

  private final int number;

  SpanKind(int number) {
    this.number = number;
  }

  /** The protocol's number. */
  public int number() {
    return number;
  }
}
