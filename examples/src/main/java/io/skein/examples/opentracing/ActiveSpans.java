package io.skein.examples.opentracing;

import io.opentracing.Scope;
import io.opentracing.Span;
import io.opentracing.Tracer;
import io.opentracing.log.Fields;
import io.opentracing.tag.Tags;
import io.opentracing.util.GlobalTracer;
import io.skein.opentracing.SkeinTracer;
import io.skein.opentracing.Spans;
import io.skein.sdk.Skein;
import java.util.Map;

/** Who is active, who is whose parent, and who ends what. */
public final class ActiveSpans {
  private ActiveSpans() {}

  public static void main(String[] args) {
    try (Skein skein = Skein.start()) {
      SkeinTracer.register();
      Tracer tracer = GlobalTracer.get();

      // Start and activate in one step; closing ends the span. In a block:
      try (Spans.ActiveSpan active = Spans.startActive(tracer, "block")) {
        active.span().setTag("step", "one");
        // A child of the active span, without saying so.
        tracer.buildSpan("child").start().finish();
        // Not a child of it, because it is told to look away.
        tracer.buildSpan("root of its own").ignoreActiveSpan().start().finish();
      }

      // The same without a block. The scope knows its span, and it is the span that is tagged.
      Span span = tracer.buildSpan("by hand").start();
      Scope scope = tracer.activateSpan(span);
      try {
        throw new IllegalStateException("by hand");
      } catch (IllegalStateException e) {
        Tags.ERROR.set(span, true);
        span.log(Map.of(Fields.EVENT, "error", Fields.ERROR_OBJECT, e, Fields.MESSAGE, "by hand"));
      } finally {
        scope.close();
        span.finish();
      }

      // Closing does not end the span when one says so; it may be described and ended later.
      Span later;
      try (Spans.ActiveSpan active =
          Spans.startActive(tracer, tracer.buildSpan("ended later"), false)) {
        later = active.span();
      }
      later.setTag("after", "the scope");
      Spans.startChild(later, "child by name").finish();
      later.finish();

      if (tracer.activeSpan() != null || tracer.scopeManager().activeSpan() != null) {
        throw new AssertionError("something is still active");
      }
    }
  }
}
