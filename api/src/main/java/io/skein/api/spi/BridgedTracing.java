package io.skein.api.spi;

import io.skein.api.Scope;
import io.skein.api.Span;
import io.skein.api.internal.AgentBridge;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The agent's tracer, seen from the application's side of {@link AgentBridge}. */
final class BridgedTracing implements TracingProvider {
  static final TracingProvider PROVIDER = new BridgedTracing();

  private BridgedTracing() {}

  /** The agent's plugin may have been switched off, and answers null to everything then. */
  private static Span span(@Nullable Object handle) {
    return handle == null ? Span.none() : new BridgedSpan(handle);
  }

  private static @Nullable Object handle(@Nullable Object place) {
    return place instanceof BridgedSpan span ? span.handle : place;
  }

  private static @Nullable Object handleOf(@Nullable Span span) {
    return span instanceof BridgedSpan bridged ? bridged.handle : null;
  }

  private static Scope scope(@Nullable Object handle) {
    return handle == null ? NoTracing.NOTHING_TO_CLOSE : () -> AgentBridge.closeScope(handle);
  }

  @Override
  public Span startEntry(
      @Nullable String operationName, @Nullable Function<String, @Nullable String> headers) {
    return span(AgentBridge.startEntry(operationName, headers));
  }

  @Override
  public Span startLocal(@Nullable String operationName) {
    return span(AgentBridge.startLocal(operationName));
  }

  @Override
  public Span startExit(@Nullable String operationName, @Nullable String peer) {
    return span(AgentBridge.startExit(operationName, peer));
  }

  @Override
  public @Nullable Span activeSpan() {
    Object handle = AgentBridge.activeSpan();
    return handle == null ? null : new BridgedSpan(handle);
  }

  @Override
  public void inject(@Nullable Span span, @Nullable BiConsumer<String, String> headers) {
    AgentBridge.inject(handleOf(span), headers);
  }

  @Override
  public void extract(@Nullable Span entry, @Nullable Function<String, @Nullable String> headers) {
    AgentBridge.extract(handleOf(entry), headers);
  }

  @Override
  public @Nullable Object extractContext(@Nullable Function<String, @Nullable String> headers) {
    return AgentBridge.extractContext(headers);
  }

  @Override
  public @Nullable Object capture() {
    return AgentBridge.capture();
  }

  @Override
  public Scope continueFrom(@Nullable Object snapshot) {
    return scope(AgentBridge.continueFrom(snapshot));
  }

  @Override
  public void link(@Nullable Span span, @Nullable Object snapshot) {
    AgentBridge.link(handleOf(span), snapshot);
  }

  @Override
  public PlaceState state(@Nullable Object place) {
    String state = AgentBridge.placeState(handle(place));
    if (state == null) {
      return PlaceState.NONE;
    }
    return switch (state) {
      case "recorded" -> PlaceState.RECORDED;
      case "ignored" -> PlaceState.IGNORED;
      case "invalid" -> PlaceState.INVALID;
      default -> PlaceState.NONE;
    };
  }

  @Override
  public @Nullable String traceId(@Nullable Object place) {
    return AgentBridge.traceId(handle(place));
  }

  @Override
  public @Nullable String segmentId(@Nullable Object place) {
    return AgentBridge.segmentId(handle(place));
  }

  @Override
  public int spanId(@Nullable Object place) {
    Integer id = AgentBridge.spanId(handle(place));
    return id == null ? -1 : id;
  }

  @Override
  public @Nullable String correlation(@Nullable String key) {
    return AgentBridge.correlation(key);
  }

  @Override
  public boolean putCorrelation(@Nullable String key, @Nullable String value) {
    return Boolean.TRUE.equals(AgentBridge.putCorrelation(key, value));
  }

  @Override
  public Span startDetached(
      @Nullable String operationName,
      @Nullable SpanKind kind,
      long epochMillis,
      @Nullable List<? extends @Nullable Object> parents) {
    return span(
        AgentBridge.startDetached(operationName, number(kind), epochMillis, handles(parents)));
  }

  @Override
  public Span startWanted(
      @Nullable String operationName,
      @Nullable SpanKind kind,
      long epochMillis,
      @Nullable List<? extends @Nullable Object> parents) {
    Object handle =
        AgentBridge.startWanted(operationName, number(kind), epochMillis, handles(parents));
    // An agent that is older than this API does not know it.
    return handle == null
        ? startDetached(operationName, kind, epochMillis, parents)
        : new BridgedSpan(handle);
  }

  @Override
  public void wanted(@Nullable Span span, boolean wanted) {
    AgentBridge.wanted(handleOf(span), wanted ? 1 : 0);
  }

  private static int number(@Nullable SpanKind kind) {
    return (kind == null ? SpanKind.LOCAL : kind).number();
  }

  private static List<@Nullable Object> handles(
      @Nullable List<? extends @Nullable Object> parents) {
    List<@Nullable Object> handles = new ArrayList<>(2);
    if (parents != null) {
      for (Object parent : parents) {
        handles.add(handle(parent));
      }
    }
    return handles;
  }

  @Override
  public void kind(@Nullable Span span, @Nullable SpanKind kind) {
    if (kind != null) {
      AgentBridge.kind(handleOf(span), kind.number());
    }
  }

  @Override
  public void log(@Nullable Span span, long epochMillis, @Nullable Map<String, String> fields) {
    AgentBridge.logFields(handleOf(span), fields, epochMillis);
  }

  @Override
  public void end(@Nullable Span span, long epochMillis) {
    AgentBridge.end(handleOf(span), null, epochMillis);
  }

  @Override
  public void flush(@Nullable Duration within) {}

  @Override
  public Scope activate(@Nullable Span span) {
    Object handle = handleOf(span);
    // A span of nobody's is not the same as none: it must not cut what is active off.
    return handle == null && span != null
        ? NoTracing.NOTHING_TO_CLOSE
        : scope(AgentBridge.activate(handle));
  }
}
