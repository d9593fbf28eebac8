package io.skein.demo.launcher;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/**
 * Runs another program's main method, and ends this JVM when our standard input ends: the server of
 * the demo goes when the launcher goes, however the launcher went, {@code kill -9} included.
 *
 * <p>The server itself has no such option on purpose: a server whose life hangs on a pipe is right
 * for a demo and wrong for everything else.
 */
final class Leash {
  private Leash() {}

  public static void main(String[] arguments) throws Throwable {
    Thread watch =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) {
                  // Bytes mean nothing here; only their end does.
                }
              } catch (IOException cut) {
                // A broken pipe is an end, too.
              }
              System.exit(0);
            },
            "leash");
    watch.setDaemon(true);
    watch.start();
    String[] rest = Arrays.copyOfRange(arguments, 1, arguments.length);
    try {
      Class.forName(arguments[0]).getMethod("main", String[].class).invoke(null, (Object) rest);
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause();
    }
  }
}
