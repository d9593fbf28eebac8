package io.skein.examples.manual;

import io.skein.api.Component;
import io.skein.api.Layer;
import io.skein.api.Span;
import io.skein.api.TagKey;
import io.skein.api.Tracing;
import io.skein.sdk.Skein;

/** Three spans by hand, one after the other. */
public final class ManualSpans {
  private static final TagKey<String> SINGER = TagKey.of("Singer");
  private static final TagKey<String> SONG = TagKey.appending("Song");

  private ManualSpans() {}

  /** Settings come from the environment: SKEIN_SERVICE, SKEIN_BACKEND. */
  public static void main(String[] args) {
    try (Skein skein = Skein.start()) {
      // Each of these begins when nothing is open in this thread. So each is a trace of its own;
      // clients that keep one context for all three send one segment id three times.
      try (Span entry = Tracing.entrySpan("https://github.com/apache/skywalking").start()) {
        entry.component(Component.byId(7001)).layer(Layer.HTTP);
      }
      try (Span exit = Tracing.exitSpan("https://github.com/", "localhost:8080").start()) {
        exit.component(Component.HTTP)
            .tag(SINGER, "Nakajima")
            .tag(SINGER, "Nakajima Miyuki")
            .tag(SONG, "Wakareuta")
            .tag(SONG, "Akujo");
      }
      try (Span local = Tracing.localSpan("some work inside").start()) {
        local.log("half way");
        try (Span inner = Tracing.localSpan("a part of it").start()) {
          inner.tag("answer", String.valueOf(42));
        }
      }
      // Described, and never started: nobody hears of it.
      Tracing.localSpan("never").tag("seen", "no");
    }
  }
}
