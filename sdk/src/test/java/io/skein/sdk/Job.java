package io.skein.sdk;

import io.skein.api.Span;
import io.skein.api.Tracing;

/** A short program that starts tracing by one call and never ends it. */
final class Job {
  private Job() {}

  @SuppressWarnings("SystemOut") // the test reads it
  public static void main(String[] arguments) {
    Skein skein = Skein.start();
    Tracing.entrySpan("job")
        .run(
            span -> {
              System.out.println("trace " + Tracing.traceId());
              Tracing.localSpan("step").run(() -> {});
            });
    System.out.println("active " + skein.active());
    if (arguments.length > 0) {
      Span neverEnded = Tracing.localSpan("never ended").start();
      neverEnded.tag("exit", arguments[0]);
      System.exit(Integer.parseInt(arguments[0]));
    }
  }
}
