package io.skein.core;

import io.skein.api.Component;
import io.skein.api.Layer;
import io.skein.api.Scope;
import io.skein.api.Span;
import io.skein.api.TagKey;
import io.skein.api.internal.AgentBridge;
import io.skein.api.spi.PlaceState;
import io.skein.api.spi.SpanKind;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What an agent weaves into {@link AgentBridge}: the same methods, with a tracer behind them. The
 * plugin's advice only calls these, so that all that can be wrong here is tested without weaving.
 */
public final class BridgeTarget {
  private static final Layer[] LAYERS = Layer.values();
  private static final SpanKind[] KINDS = SpanKind.values();

  private final ManualTracing tracing;

  public BridgeTarget(Tracer tracer) {
    this.tracing = new ManualTracing(tracer);
  }

  public Boolean attached() {
    return Boolean.TRUE;
  }

  private static @Nullable Span span(@Nullable Object handle) {
    return handle instanceof Span span ? span : null;
  }

  public Object startEntry(
      @Nullable String operationName, @Nullable Function<String, @Nullable String> headers) {
    return tracing.startEntry(operationName, headers);
  }

  public Object startLocal(@Nullable String operationName) {
    return tracing.startLocal(operationName);
  }

  public Object startExit(@Nullable String operationName, @Nullable String peer) {
    return tracing.startExit(operationName, peer);
  }

  public @Nullable Object activeSpan() {
    return tracing.activeSpan();
  }

  public void operationName(@Nullable Object handle, @Nullable String name) {
    if (handle instanceof Span span) {
      span.operationName(name);
    }
  }

  public void peer(@Nullable Object handle, @Nullable String peer) {
    if (handle instanceof Span span) {
      span.peer(peer);
    }
  }

  public void component(@Nullable Object handle, int id, @Nullable String name) {
    if (handle instanceof Span span) {
      span.component(Component.of(id, name));
    }
  }

  public void layer(@Nullable Object handle, int number) {
    if (handle instanceof Span span && number >= 0 && number < LAYERS.length) {
      span.layer(LAYERS[number]);
    }
  }

  public void tag(@Nullable Object handle, @Nullable String key, @Nullable String value, int rule) {
    if (handle instanceof Span span && key != null) {
      switch (rule) {
        case AgentBridge.OVERWRITING -> span.tag(TagKey.overwriting(key), value);
        case AgentBridge.APPENDING -> span.tag(TagKey.appending(key), value);
        default -> span.tag(key, value);
      }
    }
  }

  public void logError(@Nullable Object handle, @Nullable Throwable error) {
    if (handle instanceof Span span) {
      span.log(error);
    }
  }

  public void logEvent(@Nullable Object handle, @Nullable String event) {
    if (handle instanceof Span span) {
      span.log(event);
    }
  }

  public void logFields(
      @Nullable Object handle, @Nullable Map<String, String> fields, long epochMillis) {
    tracing.log(span(handle), epochMillis, fields);
  }

  public void error(@Nullable Object handle) {
    if (handle instanceof Span span) {
      span.error();
    }
  }

  public Boolean recording(@Nullable Object handle) {
    return handle instanceof Span span && span.recording();
  }

  public void prepareForAsync(@Nullable Object handle) {
    if (handle instanceof Span span) {
      span.prepareForAsync();
    }
  }

  public void asyncEnd(@Nullable Object handle, @Nullable Throwable error) {
    if (handle instanceof Span span) {
      span.asyncEnd(error);
    }
  }

  public void end(@Nullable Object handle, @Nullable Throwable error, long epochMillis) {
    if (handle instanceof Span span) {
      if (epochMillis > 0) {
        span.log(error);
        tracing.end(span, epochMillis);
      } else {
        span.end(error);
      }
    }
  }

  public void inject(@Nullable Object handle, @Nullable BiConsumer<String, String> headers) {
    tracing.inject(span(handle), headers);
  }

  public void extract(
      @Nullable Object handle, @Nullable Function<String, @Nullable String> headers) {
    tracing.extract(span(handle), headers);
  }

  public @Nullable Object extractContext(@Nullable Function<String, @Nullable String> headers) {
    return tracing.extractContext(headers);
  }

  public @Nullable Object capture() {
    return tracing.capture();
  }

  public Object continueFrom(@Nullable Object snapshot) {
    return tracing.continueFrom(snapshot);
  }

  public void link(@Nullable Object handle, @Nullable Object snapshot) {
    tracing.link(span(handle), snapshot);
  }

  public void closeScope(@Nullable Object handle) {
    if (handle instanceof Scope scope) {
      scope.close();
    }
  }

  public @Nullable String traceId(@Nullable Object place) {
    return tracing.traceId(place);
  }

  public @Nullable String segmentId(@Nullable Object place) {
    return tracing.segmentId(place);
  }

  public Integer spanId(@Nullable Object place) {
    return tracing.spanId(place);
  }

  public @Nullable String placeState(@Nullable Object place) {
    PlaceState state = tracing.state(place);
    return switch (state) {
      case NONE -> null;
      case INVALID -> "invalid";
      case IGNORED -> "ignored";
      case RECORDED -> "recorded";
    };
  }

  public @Nullable String correlation(@Nullable String key) {
    return tracing.correlation(key);
  }

  public Boolean putCorrelation(@Nullable String key, @Nullable String value) {
    return tracing.putCorrelation(key, value);
  }

  public Object startDetached(
      @Nullable String operationName,
      int kind,
      long epochMillis,
      @Nullable List<@Nullable Object> parents) {
    return tracing.startDetached(operationName, kindOf(kind), epochMillis, parents);
  }

  public Object startWanted(
      @Nullable String operationName,
      int kind,
      long epochMillis,
      @Nullable List<@Nullable Object> parents) {
    return tracing.startWanted(operationName, kindOf(kind), epochMillis, parents);
  }

  public void wanted(@Nullable Object handle, int wanted) {
    tracing.wanted(span(handle), wanted > 0);
  }

  private static SpanKind kindOf(int number) {
    return number >= 0 && number < KINDS.length ? KINDS[number] : SpanKind.LOCAL;
  }

  public void kind(@Nullable Object handle, int kind) {
    tracing.kind(span(handle), kindOf(kind));
  }

  public @Nullable Object activate(@Nullable Object handle) {
    // What is no span is not the same as none: it must not cut off what is active.
    return handle == null || handle instanceof Span ? tracing.activate(span(handle)) : null;
  }
}
