package io.skein.wire.decode;

/**
 * Bytes that are not the message that they should be, or one that is larger than we are willing to
 * hold.
 */
public final class MalformedMessageException extends Exception {
  private static final long serialVersionUID = 1L;

  /** A length or a number goes beyond the end. */
  public static final String TRUNCATED = "truncated";

  /** A number of more than ten bytes, a field number of 0, a wire type that does not exist. */
  public static final String NOT_PROTOBUF = "not-protobuf";

  /** Groups in groups in groups. */
  public static final String TOO_DEEP = "too-deep";

  /** More spans, tags, logs or references than we are willing to hold. */
  public static final String TOO_MANY = "too-many-elements";

  public static final String TOO_LARGE = "too-large";

  private final String reason;

  MalformedMessageException(String reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** One of the words above, to count by. */
  public String reason() {
    return reason;
  }
}
