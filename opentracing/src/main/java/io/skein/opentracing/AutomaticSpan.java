package io.skein.opentracing;

import io.opentracing.Span;
import io.opentracing.tag.Tag;
import io.opentracing.tag.Tags;
import io.skein.api.spi.TracingProvider;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The active span where OpenTracing has none: one that an agent's plugin, or the application
 * through another API, has started. It can be described like any other, and is not ours to finish.
 *
 * <p>Its baggage is the trace's correlation, which also travels with the calls that plugins trace;
 * so it is bounded as that is: three items of 128 characters.
 */
final class AutomaticSpan implements BackedSpan {
  private final SkeinTracer tracer;
  private final TracingProvider provider;
  private final io.skein.api.Span span;

  AutomaticSpan(SkeinTracer tracer, TracingProvider provider, io.skein.api.Span span) {
    this.tracer = tracer;
    this.provider = provider;
    this.span = span;
  }

  @Override
  public SkeinTracer tracer() {
    return tracer;
  }

  @Override
  public io.skein.api.Span behind() {
    return span;
  }

  @Override
  public SkeinSpanContext context() {
    return new SkeinSpanContext(provider, span, Baggage.NONE, null);
  }

  @Override
  public Span setTag(@Nullable String key, @Nullable String value) {
    return set(key, value);
  }

  @Override
  public Span setTag(@Nullable String key, boolean value) {
    return set(key, value);
  }

  @Override
  public Span setTag(@Nullable String key, @Nullable Number value) {
    return set(key, value);
  }

  @Override
  public <T> Span setTag(@Nullable Tag<T> tag, @Nullable T value) {
    return tag == null ? this : set(tag.getKey(), value);
  }

  private Span set(@Nullable String key, @Nullable Object value) {
    if (key == null || value == null) {
      return this;
    }
    if (key.equals(Tags.ERROR.getKey())) {
      if (Description.isTrue(value)) {
        span.error();
      }
    } else {
      span.tag(key, Description.text(value));
    }
    return this;
  }

  @Override
  public Span log(@Nullable Map<String, ?> fields) {
    return log(0, fields);
  }

  @Override
  public Span log(long micros, @Nullable Map<String, ?> fields) {
    Map<String, String> texts = fields == null ? Map.of() : Description.texts(fields);
    if (!texts.isEmpty()) {
      provider.log(span, Description.millis(micros), texts);
    }
    return this;
  }

  @Override
  public Span log(@Nullable String event) {
    return log(0, event);
  }

  @Override
  public Span log(long micros, @Nullable String event) {
    return event == null ? this : log(micros, Map.of("event", event));
  }

  @Override
  public Span setBaggageItem(@Nullable String key, @Nullable String value) {
    if (key != null && value != null && !provider.putCorrelation(key, value)) {
      BaggageLog.full(key);
    }
    return this;
  }

  @Override
  public @Nullable String getBaggageItem(@Nullable String key) {
    return key == null ? null : provider.correlation(key);
  }

  @Override
  public Span setOperationName(@Nullable String name) {
    span.operationName(name);
    return this;
  }

  /** Whoever started it ends it. */
  @Override
  public void finish() {}

  @Override
  public void finish(long micros) {}

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof AutomaticSpan automatic && automatic.span.equals(span);
  }

  @Override
  public int hashCode() {
    return span.hashCode();
  }

  @Override
  public String toString() {
    return span.toString();
  }
}
