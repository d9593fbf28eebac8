package io.skein.wire.grpc;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a call ended.
 *
 * @param code gRPC's number
 * @param message what the server or the connection said; hostile text, cut and on one line
 * @param answered whether a server said it; false when it is our own verdict on the connection
 */
record GrpcStatus(int code, String message, boolean answered) {

  static final int OK = 0;
  static final int UNKNOWN = 2;
  static final int INVALID_ARGUMENT = 3;
  static final int DEADLINE_EXCEEDED = 4;
  static final int PERMISSION_DENIED = 7;
  static final int RESOURCE_EXHAUSTED = 8;
  static final int FAILED_PRECONDITION = 9;
  static final int OUT_OF_RANGE = 11;
  static final int UNIMPLEMENTED = 12;
  static final int INTERNAL = 13;
  static final int UNAVAILABLE = 14;
  static final int DATA_LOSS = 15;
  static final int UNAUTHENTICATED = 16;

  private static final String[] NAMES = {
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED"
  };

  private static final int MESSAGE_LIMIT = 200;
  private static final String HTTP = "HTTP status ";

  boolean ok() {
    return code == OK;
  }

  /**
   * Says whether the server says that it has not looked at what it was sent. A gateway's status
   * does not say that: it may have passed on what it got no answer to.
   */
  boolean saysNotTaken() {
    return answered
        && switch (code) {
          case RESOURCE_EXHAUSTED, UNAUTHENTICATED, PERMISSION_DENIED, UNIMPLEMENTED -> true;
          case UNAVAILABLE -> !message.equals(HTTP + 502) && !message.equals(HTTP + 504);
          default -> false;
        };
  }

  String name() {
    return code >= 0 && code < NAMES.length ? NAMES[code] : "status " + code;
  }

  /** Returns the name and, when there is one, the message. */
  String text() {
    return message.isEmpty() ? name() : name() + ": " + message;
  }

  static GrpcStatus ofConnection(int code, String message) {
    return new GrpcStatus(code, oneLine(message), false);
  }

  /** Reads what stands in the trailers. */
  static GrpcStatus ofTrailers(String code, @Nullable String message) {
    int number;
    try {
      number = Integer.parseInt(code.trim());
    } catch (NumberFormatException e) {
      number = UNKNOWN;
    }
    return new GrpcStatus(number, message == null ? "" : oneLine(percentDecoded(message)), true);
  }

  /** Translates the status of an HTTP answer that is not gRPC's, as gRPC's own clients do. */
  static GrpcStatus ofHttp(int status) {
    int code =
        switch (status) {
          case 400 -> INTERNAL;
          case 401 -> UNAUTHENTICATED;
          case 403 -> PERMISSION_DENIED;
          case 404 -> UNIMPLEMENTED;
          case 429, 502, 503, 504 -> UNAVAILABLE;
          default -> UNKNOWN;
        };
    return new GrpcStatus(code, HTTP + status, true);
  }

  /** grpc-message is UTF-8 with everything but printable ASCII as %XX. Broken escapes stay. */
  private static String percentDecoded(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int length = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '%' && i + 2 < bytes.length) {
        int high = Character.digit(bytes[i + 1], 16);
        int low = Character.digit(bytes[i + 2], 16);
        if (high >= 0 && low >= 0) {
          bytes[length++] = (byte) (high << 4 | low);
          i += 2;
          continue;
        }
      }
      bytes[length++] = bytes[i];
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  /** Makes hostile text fit for a log: cut, and on one line. */
  static String oneLine(String text) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < text.length() && line.length() < MESSAGE_LIMIT; i++) {
      char c = text.charAt(i);
      line.append(Character.isISOControl(c) ? ' ' : c);
    }
    return line.toString();
  }

  /** Says whether the server will not take messages of this size, which no status stands for. */
  boolean saysTooLarge() {
    if (code != RESOURCE_EXHAUSTED) {
      return false;
    }
    // grpc-java: "gRPC message exceeds maximum size 4194304: 5000000"
    // grpc-go:   "grpc: received message larger than max (5000000 vs. 4194304)"
    String lower = message.toLowerCase(Locale.ROOT);
    return lower.contains("exceeds maximum size") || lower.contains("larger than max");
  }
}
