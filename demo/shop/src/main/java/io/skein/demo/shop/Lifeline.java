package io.skein.demo.shop;

import java.io.IOException;
import java.io.InputStream;

/**
 * Ends this JVM when the process that started it is gone.
 *
 * <p>The launcher keeps the other end of our standard input open and never writes to it. However it
 * dies, {@code kill -9} included, the operating system closes that end, and we read the end of the
 * stream: so no service outlives the demo and holds its port.
 */
final class Lifeline {
  private Lifeline() {}

  static void holdOnTo(InputStream input) {
    Thread watch =
        new Thread(
            () -> {
              try {
                while (input.read() >= 0) {
                  // Bytes mean nothing here; only their end does.
                }
              } catch (IOException cut) {
                // A broken pipe is an end, too.
              }
              System.exit(0);
            },
            "lifeline");
    watch.setDaemon(true);
    watch.start();
  }
}
