package io.skein.opentracing;

/** An OpenTracing span with one of Skein's behind it. */
interface BackedSpan extends io.opentracing.Span {
  SkeinTracer tracer();

  /** The span that is recorded. */
  io.skein.api.Span behind();

  @Override
  SkeinSpanContext context();
}
