package io.skein.api;

/**
 * The kind of system a span talks about.
 *
 * <p>The numbers are those of SkyWalking's {@code SpanLayer}; receivers must accept numbers they do
 * not know, because the list grows (7 is newer than most published copies of the protocol).
 */
public enum Layer {
  UNKNOWN(0),
  DATABASE(1),
  RPC(2),
  HTTP(3),
  MQ(4),
  CACHE(5),
  FAAS(6),
  GEN_AI(7);

  private final int number;

  Layer(int number) {
    this.number = number;
  }

  /** The protocol's number. */
  public int number() {
    return number;
  }
}
