package io.skein.core;

import io.skein.api.Scope;
import io.skein.api.Span;
import io.skein.api.spi.PlaceState;
import io.skein.api.spi.SpanKind;
import io.skein.api.spi.TracingProvider;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A {@link Tracer} behind the API: for the SDK directly, for the agent by {@link BridgeTarget}. */
public final class ManualTracing implements TracingProvider {
  private static final CarrierReader<Function<String, @Nullable String>> READER =
      (headers, name) -> headers.apply(name);
  private static final CarrierWriter<BiConsumer<String, String>> WRITER =
      (headers, name, value) -> headers.accept(name, value);

  private final Tracer tracer;
  private final Consumer<Duration> flush;

  /** Where it is nobody's business here to send what was recorded. */
  public ManualTracing(Tracer tracer) {
    this(tracer, within -> {});
  }

  /**
   * The same with somebody who sends.
   *
   * @param flush sends what has ended so far, and waits for it no longer than it is told
   */
  public ManualTracing(Tracer tracer, Consumer<Duration> flush) {
    this.tracer = tracer;
    this.flush = flush;
  }

  @Override
  public void flush(@Nullable Duration within) {
    if (within != null && !within.isNegative() && !within.isZero()) {
      flush.accept(within);
    }
  }

  // ---- spans of the calling thread

  @Override
  public Span startEntry(
      @Nullable String operationName, @Nullable Function<String, @Nullable String> headers) {
    return tracer.startEntry(operationName, headers, READER);
  }

  @Override
  public Span startLocal(@Nullable String operationName) {
    return tracer.startLocal(operationName);
  }

  @Override
  public Span startExit(@Nullable String operationName, @Nullable String peer) {
    return tracer.startExit(operationName, peer);
  }

  @Override
  public @Nullable Span activeSpan() {
    return tracer.activeSpan();
  }

  // ---- between processes

  @Override
  public void inject(@Nullable Span span, @Nullable BiConsumer<String, String> headers) {
    tracer.inject(span, headers, WRITER);
  }

  @Override
  public void extract(@Nullable Span entry, @Nullable Function<String, @Nullable String> headers) {
    tracer.extract(entry, headers, READER);
  }

  @Override
  public @Nullable Object extractContext(@Nullable Function<String, @Nullable String> headers) {
    return tracer.extractContext(headers, READER);
  }

  // ---- between threads

  @Override
  public @Nullable Object capture() {
    return tracer.capture();
  }

  @Override
  public Scope continueFrom(@Nullable Object snapshot) {
    return tracer.continueFrom(snapshot instanceof Snapshot place ? place : null);
  }

  @Override
  public void link(@Nullable Span span, @Nullable Object snapshot) {
    if (snapshot instanceof Snapshot place) {
      tracer.link(span, place);
    }
  }

  // ---- ids and data of the trace

  @Override
  public PlaceState state(@Nullable Object place) {
    if (place instanceof ExtractedContext extracted) {
      return !extracted.valid()
          ? PlaceState.INVALID
          : extracted.recorded() ? PlaceState.RECORDED : PlaceState.IGNORED;
    }
    Snapshot snapshot = place(place);
    if (snapshot == null) {
      return PlaceState.NONE;
    }
    return snapshot.recorded() ? PlaceState.RECORDED : PlaceState.IGNORED;
  }

  private @Nullable Snapshot place(@Nullable Object place) {
    if (place == null) {
      return tracer.capture();
    }
    if (place instanceof Snapshot snapshot) {
      return snapshot;
    }
    return place instanceof Span span ? tracer.placeOf(span) : null;
  }

  @Override
  public @Nullable String traceId(@Nullable Object place) {
    if (place == null) {
      return tracer.traceId();
    }
    if (place instanceof ExtractedContext extracted) {
      SegmentRef ref = extracted.ref();
      return ref == null ? null : ref.traceId();
    }
    Snapshot snapshot = place(place);
    return snapshot == null ? null : snapshot.traceId();
  }

  @Override
  public @Nullable String segmentId(@Nullable Object place) {
    if (place == null) {
      return tracer.segmentId();
    }
    if (place instanceof ExtractedContext extracted) {
      SegmentRef ref = extracted.ref();
      return ref == null ? null : ref.parentSegmentId();
    }
    Snapshot snapshot = place(place);
    return snapshot == null ? null : snapshot.segmentId();
  }

  @Override
  public int spanId(@Nullable Object place) {
    if (place == null) {
      return tracer.spanId();
    }
    if (place instanceof ExtractedContext extracted) {
      SegmentRef ref = extracted.ref();
      return ref == null ? -1 : ref.parentSpanId();
    }
    Snapshot snapshot = place(place);
    return snapshot == null ? -1 : snapshot.spanId();
  }

  @Override
  public @Nullable String correlation(@Nullable String key) {
    return tracer.correlation(key);
  }

  @Override
  public boolean putCorrelation(@Nullable String key, @Nullable String value) {
    return tracer.putCorrelation(key, value);
  }

  // ---- detached spans

  @Override
  public Span startDetached(
      @Nullable String operationName,
      @Nullable SpanKind kind,
      long epochMillis,
      @Nullable List<? extends @Nullable Object> parents) {
    return tracer.startDetached(operationName, typeOf(kind), epochMillis, parents);
  }

  @Override
  public Span startWanted(
      @Nullable String operationName,
      @Nullable SpanKind kind,
      long epochMillis,
      @Nullable List<? extends @Nullable Object> parents) {
    return tracer.startDetached(operationName, typeOf(kind), epochMillis, parents, true);
  }

  @Override
  public void wanted(@Nullable Span span, boolean wanted) {
    tracer.wanted(span, wanted);
  }

  private static @Nullable SpanType typeOf(@Nullable SpanKind kind) {
    return kind == null ? null : SpanType.ofNumber(kind.number());
  }

  @Override
  public void kind(@Nullable Span span, @Nullable SpanKind kind) {
    tracer.type(span, typeOf(kind));
  }

  @Override
  public void log(@Nullable Span span, long epochMillis, @Nullable Map<String, String> fields) {
    tracer.log(span, epochMillis, fields);
  }

  @Override
  public void end(@Nullable Span span, long epochMillis) {
    tracer.end(span, epochMillis);
  }

  @Override
  public Scope activate(@Nullable Span span) {
    return tracer.activate(span);
  }
}
