package io.skein.server;

/**
 * The server cannot start for a reason that the operator can change. The message says what, which
 * value, and what to do; it is all that is printed.
 */
final class StartException extends Exception {
  private static final long serialVersionUID = 1L;

  StartException(String message, Throwable cause) {
    super(message, cause);
  }

  StartException(String message) {
    super(message);
  }
}
