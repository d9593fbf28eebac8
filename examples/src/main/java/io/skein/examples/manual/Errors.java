package io.skein.examples.manual;

import io.skein.api.Span;
import io.skein.api.Tracing;
import io.skein.sdk.Skein;

/** What becomes of an exception. */
public final class Errors {
  private Errors() {}

  public static void main(String[] args) {
    try (Skein skein = Skein.start()) {
      // run and call see what the block throws, record it, and let it go on.
      try {
        Tracing.entrySpan("reserve")
            .run(
                () -> {
                  throw new IllegalStateException("nothing left");
                });
      } catch (IllegalStateException e) {
        System.out.println("came through: " + e.getMessage());
      }
      // A resource is not told of the exception that ends its block, so here one says it.
      try (Span span = Tracing.entrySpan("reserve by hand").start()) {
        try {
          reserve();
        } catch (IllegalStateException e) {
          span.log(e);
        }
      }
    }
  }

  private static void reserve() {
    throw new IllegalStateException("nothing left here either", new RuntimeException("sold out"));
  }
}
