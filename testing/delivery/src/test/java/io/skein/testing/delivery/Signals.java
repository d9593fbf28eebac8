package io.skein.testing.delivery;

import java.io.IOException;
import java.util.List;

/** What Java cannot send to a process. */
final class Signals {
  private Signals() {}

  static void send(String name, long pid) throws IOException, InterruptedException {
    int status = run("kill", "-" + name, Long.toString(pid));
    if (status != 0) {
      throw new AssertionError("kill -" + name + " " + pid + " ended with " + status);
    }
  }

  static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(List.of(command))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
