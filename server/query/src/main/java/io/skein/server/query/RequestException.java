package io.skein.server.query;

import org.jspecify.annotations.Nullable;

/** A request that cannot be answered, in the words of the answer. */
final class RequestException extends Exception {
  private static final long serialVersionUID = 1L;
  private static final int MAX_ECHO = 200;

  private final int status;
  private final String code;
  private final @Nullable String parameter;
  private final @Nullable String value;

  private RequestException(
      int status, String code, @Nullable String parameter, @Nullable String value, String message) {
    super(message);
    this.status = status;
    this.code = code;
    this.parameter = parameter;
    this.value = value;
  }

  static RequestException of(int status, String code, String message) {
    return new RequestException(status, code, null, null, message);
  }

  /** {@code expectation} completes "limit must be ...". */
  static RequestException badParameter(String name, String value, String expectation) {
    String echo = shortened(value);
    return new RequestException(
        400,
        "bad-parameter",
        name,
        echo,
        name + " must be " + expectation + "; got \"" + echo + "\"");
  }

  static RequestException badParameterSaying(String name, String value, String message) {
    return new RequestException(400, "bad-parameter", name, shortened(value), message);
  }

  static RequestException missing(String name, String meaning) {
    return new RequestException(
        400, "missing-parameter", name, null, name + " is missing: " + meaning);
  }

  int status() {
    return status;
  }

  String code() {
    return code;
  }

  @Nullable String parameter() {
    return parameter;
  }

  @Nullable String value() {
    return value;
  }

  static String shortened(String text) {
    if (text.length() <= MAX_ECHO) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(MAX_ECHO - 1)) ? MAX_ECHO - 1 : MAX_ECHO;
    return text.substring(0, end) + "...";
  }
}
