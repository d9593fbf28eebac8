package io.skein.opentracing;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Says once in the life of a JVM that a baggage item found no room; a line for each would flood.
 */
final class BaggageLog {
  private static final AtomicBoolean SAID = new AtomicBoolean();

  private BaggageLog() {}

  static void full(String key) {
    if (SAID.compareAndSet(false, true)) {
      System.getLogger("io.skein.opentracing")
          .log(
              System.Logger.Level.WARNING,
              "Baggage item \"{0}\" was not taken: no room. Later ones are refused silently.",
              shown(key));
    }
  }

  /** The key may come from a user of the application, and must not write lines of its own. */
  private static String shown(String key) {
    String cut = key.length() <= 100 ? key : key.substring(0, 100) + "...";
    return cut.replaceAll("\\p{Cntrl}", "?");
  }
}
