package io.skein.agent.dist;

import io.skein.api.Tracing;
import io.skein.sdk.Skein;

/** A program that starts the SDK, whether there is an agent or not. */
final class SdkMain {
  private SdkMain() {}

  @SuppressWarnings("SystemOut") // the test reads it
  public static void main(String[] arguments) {
    for (int i = 0; i < 2; i++) {
      try (Skein skein = Skein.start()) {
        Tracing.entrySpan("by hand").run(() -> {});
        System.out.println("active " + skein.active() + ", " + skein.account().made());
      }
    }
  }
}
