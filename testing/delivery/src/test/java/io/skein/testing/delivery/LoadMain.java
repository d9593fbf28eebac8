package io.skein.testing.delivery;

import io.skein.api.Tracing;
import java.io.IOException;
import java.util.Locale;

/**
 * An application under load, which says how much it has made and when. Each piece of work is a
 * segment of two spans. Its arguments: segments per second, for how many milliseconds, and how it
 * ends then: {@code exit}, {@code throw}, {@code return}, or {@code wait} for somebody to end it.
 */
public final class LoadMain {
  private static final long TELL_NANOS = 20_000_000;

  private static volatile boolean over;

  private LoadMain() {}

  public static void main(String[] args) throws InterruptedException {
    long perSecond = Long.parseLong(args[0]);
    long nanos = Long.parseLong(args[1]) * 1_000_000;
    String end = args[2];
    long begun = System.nanoTime();
    long told = begun;
    long made = 0;
    Thread input = new Thread(LoadMain::awaitEndOfInput, "input");
    input.setDaemon(true);
    input.start();
    tell(0, 0);
    for (long now = begun; now - begun < nanos && !over; now = System.nanoTime()) {
      long due = (now - begun) * perSecond / 1_000_000_000L;
      while (made < due) {
        work(made);
        made++;
      }
      if (now - told >= TELL_NANOS) {
        told = now;
        tell(made, now - begun);
      }
      Thread.sleep(1);
    }
    tell(made, System.nanoTime() - begun);
    System.out.println("done " + made);
    switch (end) {
      case "exit" -> System.exit(3);
      case "throw" -> throw new IllegalStateException("uncaught, on purpose");
      case "wait" -> Thread.sleep(Long.MAX_VALUE);
      default -> {}
    }
  }

  private static void awaitEndOfInput() {
    try {
      while (System.in.read() >= 0) {
        // nobody says anything
      }
      over = true;
    } catch (IOException e) {
      over = true;
    }
  }

  private static void work(long number) {
    Tracing.localSpan("work")
        .tag("number", String.format(Locale.ROOT, "%08d", number))
        .run(() -> Tracing.localSpan("part").run(() -> {}));
  }

  private static void tell(long made, long nanos) {
    System.out.println("made " + made + " after " + nanos / 1_000_000 + " ms");
  }
}
