package io.skein.opentracing;

import io.opentracing.SpanContext;
import io.skein.api.spi.TracingProvider;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A span as others see it: the place in its trace, and its baggage. Immutable. */
final class SkeinSpanContext implements SpanContext {
  final TracingProvider provider;

  /** A span, or a place that was read from headers; see {@link TracingProvider}. */
  final Object place;

  final Baggage baggage;

  /** The headers that it was read from; null for a span of this process. */
  final @Nullable Map<String, String> received;

  SkeinSpanContext(
      TracingProvider provider,
      Object place,
      Baggage baggage,
      @Nullable Map<String, String> received) {
    this.provider = provider;
    this.place = place;
    this.baggage = baggage;
    this.received = received;
  }

  SkeinSpanContext with(Baggage changed) {
    return new SkeinSpanContext(provider, place, changed, received);
  }

  /** The trace's id; empty where nothing is recorded. */
  @Override
  public String toTraceId() {
    String id = provider.traceId(place);
    return id == null ? "" : id;
  }

  /**
   * The id of the segment and the number of the span in it, {@code segment-number}: the number
   * alone comes again in each segment of a trace. Empty where nothing is recorded.
   */
  @Override
  public String toSpanId() {
    String segment = provider.segmentId(place);
    int number = provider.spanId(place);
    return segment == null || number < 0 ? "" : segment + "-" + number;
  }

  @Override
  public Iterable<Map.Entry<String, String>> baggageItems() {
    return baggage.items.entrySet();
  }

  @Override
  public String toString() {
    return toTraceId() + "/" + toSpanId();
  }
}
