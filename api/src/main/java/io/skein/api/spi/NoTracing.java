package io.skein.api.spi;

import io.skein.api.Scope;
import io.skein.api.Span;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Nobody is there. */
final class NoTracing implements TracingProvider {
  static final TracingProvider PROVIDER = new NoTracing();

  static final Scope NOTHING_TO_CLOSE = new NoScope();

  private NoTracing() {}

  @Override
  public Span startEntry(
      @Nullable String operationName, @Nullable Function<String, @Nullable String> headers) {
    return Span.none();
  }

  @Override
  public Span startLocal(@Nullable String operationName) {
    return Span.none();
  }

  @Override
  public Span startExit(@Nullable String operationName, @Nullable String peer) {
    return Span.none();
  }

  @Override
  public @Nullable Span activeSpan() {
    return null;
  }

  @Override
  public void inject(@Nullable Span span, @Nullable BiConsumer<String, String> headers) {}

  @Override
  public void extract(@Nullable Span entry, @Nullable Function<String, @Nullable String> headers) {}

  @Override
  public @Nullable Object extractContext(@Nullable Function<String, @Nullable String> headers) {
    return null;
  }

  @Override
  public @Nullable Object capture() {
    return null;
  }

  @Override
  public Scope continueFrom(@Nullable Object snapshot) {
    return NOTHING_TO_CLOSE;
  }

  @Override
  public void link(@Nullable Span span, @Nullable Object snapshot) {}

  @Override
  public PlaceState state(@Nullable Object place) {
    return PlaceState.NONE;
  }

  @Override
  public @Nullable String traceId(@Nullable Object place) {
    return null;
  }

  @Override
  public @Nullable String segmentId(@Nullable Object place) {
    return null;
  }

  @Override
  public int spanId(@Nullable Object place) {
    return -1;
  }

  @Override
  public @Nullable String correlation(@Nullable String key) {
    return null;
  }

  @Override
  public boolean putCorrelation(@Nullable String key, @Nullable String value) {
    return false;
  }

  @Override
  public Span startDetached(
      @Nullable String operationName,
      @Nullable SpanKind kind,
      long epochMillis,
      @Nullable List<? extends @Nullable Object> parents) {
    return Span.none();
  }

  @Override
  public Span startWanted(
      @Nullable String operationName,
      @Nullable SpanKind kind,
      long epochMillis,
      @Nullable List<? extends @Nullable Object> parents) {
    return Span.none();
  }

  @Override
  public void wanted(@Nullable Span span, boolean wanted) {}

  @Override
  public void kind(@Nullable Span span, @Nullable SpanKind kind) {}

  @Override
  public void log(@Nullable Span span, long epochMillis, @Nullable Map<String, String> fields) {}

  @Override
  public void end(@Nullable Span span, long epochMillis) {}

  @Override
  public void flush(@Nullable Duration within) {}

  @Override
  public Scope activate(@Nullable Span span) {
    return NOTHING_TO_CLOSE;
  }

  /** Not a lambda: linking the first one of a program costs more than all the rest of this. */
  private static final class NoScope implements Scope {
    @Override
    public void close() {}
  }
}
