package io.skein.opentracing;

import io.opentracing.Span;
import io.opentracing.tag.Tag;
import io.opentracing.tag.Tags;
import io.skein.api.spi.SpanKind;
import io.skein.api.spi.TracingProvider;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A span that was started through OpenTracing. Any thread may use it, also several at once.
 *
 * <p>What is said goes to the span behind it at once, except for what the standard tags mean, which
 * is decided at the end: see {@link Description}. After the end nothing changes any more.
 */
final class SkeinSpan implements BackedSpan {
  private final SkeinTracer tracer;
  private final TracingProvider provider;
  private final io.skein.api.Span behind;
  private final boolean fromOutside;
  private final boolean served;
  private final Description description = new Description();
  private volatile SkeinSpanContext context;
  private boolean finished;

  SkeinSpan(
      SkeinTracer tracer,
      TracingProvider provider,
      io.skein.api.Span behind,
      Baggage baggage,
      boolean fromOutside,
      boolean served) {
    this.tracer = tracer;
    this.provider = provider;
    this.behind = behind;
    this.fromOutside = fromOutside;
    this.served = served;
    this.context = new SkeinSpanContext(provider, behind, baggage, null);
  }

  @Override
  public SkeinTracer tracer() {
    return tracer;
  }

  @Override
  public io.skein.api.Span behind() {
    return behind;
  }

  @Override
  public SkeinSpanContext context() {
    return context;
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

  /** Like a tag of another type; the tag object's own {@code set} would only come back here. */
  @Override
  public <T> Span setTag(@Nullable Tag<T> tag, @Nullable T value) {
    if (tag != null && value != null) {
      tag.set(this, value);
    }
    return this;
  }

  synchronized SkeinSpan set(@Nullable String key, @Nullable Object value) {
    if (key == null || value == null || finished) {
      return this;
    }
    if (description.put(key, value)) {
      behind.tag(key, Description.text(value));
    }
    if (key.equals(Tags.SAMPLING_PRIORITY.getKey())) {
      Boolean wanted = description.wanted();
      if (wanted != null) {
        provider.wanted(
            behind, wanted); // at once, for it concerns what is started and called below
      }
    }
    String called = description.called();
    if (called != null) {
      behind.peer(called); // the headers of the call name it, and they are written before the end
    }
    return this;
  }

  @Override
  public Span log(@Nullable Map<String, ?> fields) {
    return log(0, fields);
  }

  @Override
  public Span log(long micros, @Nullable Map<String, ?> fields) {
    if (fields != null) {
      note(micros, Description.texts(fields));
    }
    return this;
  }

  @Override
  public Span log(@Nullable String event) {
    return log(0, event);
  }

  @Override
  public Span log(long micros, @Nullable String event) {
    if (event != null) {
      note(micros, Map.of("event", event));
    }
    return this;
  }

  private synchronized void note(long micros, Map<String, String> fields) {
    if (!finished && !fields.isEmpty()) {
      provider.log(behind, Description.millis(micros), fields);
    }
  }

  /** Contexts that were handed out before keep the baggage they had. */
  @Override
  public synchronized Span setBaggageItem(@Nullable String key, @Nullable String value) {
    if (key == null || key.isEmpty() || value == null || finished) {
      return this;
    }
    Baggage more = context.baggage.with(key, value);
    if (more == null) {
      BaggageLog.full(key);
    } else {
      context = context.with(more);
    }
    return this;
  }

  @Override
  public @Nullable String getBaggageItem(@Nullable String key) {
    return context.baggage.get(key);
  }

  @Override
  public synchronized Span setOperationName(@Nullable String name) {
    if (!finished) {
      behind.operationName(name);
    }
    return this;
  }

  @Override
  public void finish() {
    finish(0);
  }

  /** Ends the span, never before its start. A second time it does nothing. */
  @Override
  public synchronized void finish(long micros) {
    if (finished) {
      return;
    }
    finished = true;
    SpanKind kind = description.kind(fromOutside, served);
    provider.kind(behind, kind);
    description.complete(behind, kind);
    provider.end(behind, Description.millis(micros));
  }

  @Override
  public String toString() {
    return behind.toString();
  }
}
