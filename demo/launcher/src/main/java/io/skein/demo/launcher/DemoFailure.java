package io.skein.demo.launcher;

/** Ends the demo with a message for the person at the terminal: what happened, and what helps. */
final class DemoFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  DemoFailure(String message) {
    super(message);
  }
}
