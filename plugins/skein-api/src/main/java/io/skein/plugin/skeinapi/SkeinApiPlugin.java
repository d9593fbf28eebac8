package io.skein.plugin.skeinapi;

import static io.skein.agent.plugin.MethodMatchers.named;

import io.skein.agent.plugin.Advice;
import io.skein.agent.plugin.Plugin;
import io.skein.agent.plugin.TypeWeaver;
import io.skein.agent.plugin.Weaver;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Puts the agent's tracer behind {@code io.skein.api} of the application, wherever its copies are.
 *
 * <p>Each method of {@code AgentBridge} has an advice of its own, called as the method is, and none
 * holds any logic: what the methods do is said, and tested, by {@link io.skein.core.BridgeTarget}.
 * Those that return something have it put in the place of their null; those that return nothing do
 * their work on entering. If the plugin is switched off, the nulls are back, and the API is as
 * silent as without an agent.
 */
public final class SkeinApiPlugin implements Plugin {
  /** The methods of the bridge; the advice of each is called like it. */
  static final List<String> METHODS =
      List.of(
          "attached",
          "startEntry",
          "startLocal",
          "startExit",
          "activeSpan",
          "operationName",
          "peer",
          "component",
          "layer",
          "tag",
          "logError",
          "logEvent",
          "logFields",
          "error",
          "recording",
          "prepareForAsync",
          "asyncEnd",
          "end",
          "inject",
          "extract",
          "extractContext",
          "capture",
          "continueFrom",
          "link",
          "closeScope",
          "traceId",
          "segmentId",
          "spanId",
          "placeState",
          "correlation",
          "putCorrelation",
          "startDetached",
          "startWanted",
          "wanted",
          "kind",
          "activate");

  @Override
  public String name() {
    return "skein-api";
  }

  @Override
  public void weave(Weaver weaver) {
    TypeWeaver bridge = weaver.type("io.skein.api.internal.AgentBridge");
    for (String method : METHODS) {
      bridge.advise(
          named(method),
          method.substring(0, 1).toUpperCase(Locale.ROOT) + method.substring(1) + "Call");
    }
  }

  static final class AttachedCall {
    private AttachedCall() {}

    @Advice.ReplaceReturned
    static @Nullable Boolean attached() {
      return Bridge.TARGET.attached();
    }
  }

  static final class StartEntryCall {
    private StartEntryCall() {}

    @Advice.ReplaceReturned
    static @Nullable Object startEntry(
        @Advice.Argument(0) @Nullable String operationName,
        @Advice.Argument(1) @Nullable Function<String, @Nullable String> headers) {
      return Bridge.TARGET.startEntry(operationName, headers);
    }
  }

  static final class StartLocalCall {
    private StartLocalCall() {}

    @Advice.ReplaceReturned
    static @Nullable Object startLocal(@Advice.Argument(0) @Nullable String operationName) {
      return Bridge.TARGET.startLocal(operationName);
    }
  }

  static final class StartExitCall {
    private StartExitCall() {}

    @Advice.ReplaceReturned
    static @Nullable Object startExit(
        @Advice.Argument(0) @Nullable String operationName,
        @Advice.Argument(1) @Nullable String peer) {
      return Bridge.TARGET.startExit(operationName, peer);
    }
  }

  static final class ActiveSpanCall {
    private ActiveSpanCall() {}

    @Advice.ReplaceReturned
    static @Nullable Object activeSpan() {
      return Bridge.TARGET.activeSpan();
    }
  }

  static final class OperationNameCall {
    private OperationNameCall() {}

    @Advice.Enter
    static void operationName(
        @Advice.Argument(0) @Nullable Object span, @Advice.Argument(1) @Nullable String name) {
      Bridge.TARGET.operationName(span, name);
    }
  }

  static final class PeerCall {
    private PeerCall() {}

    @Advice.Enter
    static void peer(
        @Advice.Argument(0) @Nullable Object span, @Advice.Argument(1) @Nullable String peer) {
      Bridge.TARGET.peer(span, peer);
    }
  }

  static final class ComponentCall {
    private ComponentCall() {}

    @Advice.Enter
    static void component(
        @Advice.Argument(0) @Nullable Object span,
        @Advice.Argument(1) int id,
        @Advice.Argument(2) @Nullable String name) {
      Bridge.TARGET.component(span, id, name);
    }
  }

  static final class LayerCall {
    private LayerCall() {}

    @Advice.Enter
    static void layer(@Advice.Argument(0) @Nullable Object span, @Advice.Argument(1) int number) {
      Bridge.TARGET.layer(span, number);
    }
  }

  static final class TagCall {
    private TagCall() {}

    @Advice.Enter
    static void tag(
        @Advice.Argument(0) @Nullable Object span,
        @Advice.Argument(1) @Nullable String key,
        @Advice.Argument(2) @Nullable String value,
        @Advice.Argument(3) int rule) {
      Bridge.TARGET.tag(span, key, value, rule);
    }
  }

  static final class LogErrorCall {
    private LogErrorCall() {}

    @Advice.Enter
    static void logError(
        @Advice.Argument(0) @Nullable Object span, @Advice.Argument(1) @Nullable Throwable error) {
      Bridge.TARGET.logError(span, error);
    }
  }

  static final class LogEventCall {
    private LogEventCall() {}

    @Advice.Enter
    static void logEvent(
        @Advice.Argument(0) @Nullable Object span, @Advice.Argument(1) @Nullable String event) {
      Bridge.TARGET.logEvent(span, event);
    }
  }

  static final class LogFieldsCall {
    private LogFieldsCall() {}

    @Advice.Enter
    static void logFields(
        @Advice.Argument(0) @Nullable Object span,
        @Advice.Argument(1) @Nullable Map<String, String> fields,
        @Advice.Argument(2) long epochMillis) {
      Bridge.TARGET.logFields(span, fields, epochMillis);
    }
  }

  static final class ErrorCall {
    private ErrorCall() {}

    @Advice.Enter
    static void error(@Advice.Argument(0) @Nullable Object span) {
      Bridge.TARGET.error(span);
    }
  }

  static final class RecordingCall {
    private RecordingCall() {}

    @Advice.ReplaceReturned
    static @Nullable Boolean recording(@Advice.Argument(0) @Nullable Object span) {
      return Bridge.TARGET.recording(span);
    }
  }

  static final class PrepareForAsyncCall {
    private PrepareForAsyncCall() {}

    @Advice.Enter
    static void prepareForAsync(@Advice.Argument(0) @Nullable Object span) {
      Bridge.TARGET.prepareForAsync(span);
    }
  }

  static final class AsyncEndCall {
    private AsyncEndCall() {}

    @Advice.Enter
    static void asyncEnd(
        @Advice.Argument(0) @Nullable Object span, @Advice.Argument(1) @Nullable Throwable error) {
      Bridge.TARGET.asyncEnd(span, error);
    }
  }

  static final class EndCall {
    private EndCall() {}

    @Advice.Enter
    static void end(
        @Advice.Argument(0) @Nullable Object span,
        @Advice.Argument(1) @Nullable Throwable error,
        @Advice.Argument(2) long epochMillis) {
      Bridge.TARGET.end(span, error, epochMillis);
    }
  }

  static final class InjectCall {
    private InjectCall() {}

    @Advice.Enter
    static void inject(
        @Advice.Argument(0) @Nullable Object span,
        @Advice.Argument(1) @Nullable BiConsumer<String, String> headers) {
      Bridge.TARGET.inject(span, headers);
    }
  }

  static final class ExtractCall {
    private ExtractCall() {}

    @Advice.Enter
    static void extract(
        @Advice.Argument(0) @Nullable Object entry,
        @Advice.Argument(1) @Nullable Function<String, @Nullable String> headers) {
      Bridge.TARGET.extract(entry, headers);
    }
  }

  static final class ExtractContextCall {
    private ExtractContextCall() {}

    @Advice.ReplaceReturned
    static @Nullable Object extractContext(
        @Advice.Argument(0) @Nullable Function<String, @Nullable String> headers) {
      return Bridge.TARGET.extractContext(headers);
    }
  }

  static final class CaptureCall {
    private CaptureCall() {}

    @Advice.ReplaceReturned
    static @Nullable Object capture() {
      return Bridge.TARGET.capture();
    }
  }

  static final class ContinueFromCall {
    private ContinueFromCall() {}

    @Advice.ReplaceReturned
    static @Nullable Object continueFrom(@Advice.Argument(0) @Nullable Object snapshot) {
      return Bridge.TARGET.continueFrom(snapshot);
    }
  }

  static final class LinkCall {
    private LinkCall() {}

    @Advice.Enter
    static void link(
        @Advice.Argument(0) @Nullable Object span, @Advice.Argument(1) @Nullable Object snapshot) {
      Bridge.TARGET.link(span, snapshot);
    }
  }

  static final class CloseScopeCall {
    private CloseScopeCall() {}

    @Advice.Enter
    static void closeScope(@Advice.Argument(0) @Nullable Object scope) {
      Bridge.TARGET.closeScope(scope);
    }
  }

  static final class TraceIdCall {
    private TraceIdCall() {}

    @Advice.ReplaceReturned
    static @Nullable String traceId(@Advice.Argument(0) @Nullable Object place) {
      return Bridge.TARGET.traceId(place);
    }
  }

  static final class SegmentIdCall {
    private SegmentIdCall() {}

    @Advice.ReplaceReturned
    static @Nullable String segmentId(@Advice.Argument(0) @Nullable Object place) {
      return Bridge.TARGET.segmentId(place);
    }
  }

  static final class SpanIdCall {
    private SpanIdCall() {}

    @Advice.ReplaceReturned
    static @Nullable Integer spanId(@Advice.Argument(0) @Nullable Object place) {
      return Bridge.TARGET.spanId(place);
    }
  }

  static final class PlaceStateCall {
    private PlaceStateCall() {}

    @Advice.ReplaceReturned
    static @Nullable String placeState(@Advice.Argument(0) @Nullable Object place) {
      return Bridge.TARGET.placeState(place);
    }
  }

  static final class CorrelationCall {
    private CorrelationCall() {}

    @Advice.ReplaceReturned
    static @Nullable String correlation(@Advice.Argument(0) @Nullable String key) {
      return Bridge.TARGET.correlation(key);
    }
  }

  static final class PutCorrelationCall {
    private PutCorrelationCall() {}

    @Advice.ReplaceReturned
    static @Nullable Boolean putCorrelation(
        @Advice.Argument(0) @Nullable String key, @Advice.Argument(1) @Nullable String value) {
      return Bridge.TARGET.putCorrelation(key, value);
    }
  }

  static final class StartDetachedCall {
    private StartDetachedCall() {}

    @Advice.ReplaceReturned
    static @Nullable Object startDetached(
        @Advice.Argument(0) @Nullable String operationName,
        @Advice.Argument(1) int kind,
        @Advice.Argument(2) long epochMillis,
        @Advice.Argument(3) @Nullable List<@Nullable Object> parents) {
      return Bridge.TARGET.startDetached(operationName, kind, epochMillis, parents);
    }
  }

  static final class StartWantedCall {
    private StartWantedCall() {}

    @Advice.ReplaceReturned
    static @Nullable Object startWanted(
        @Advice.Argument(0) @Nullable String operationName,
        @Advice.Argument(1) int kind,
        @Advice.Argument(2) long epochMillis,
        @Advice.Argument(3) @Nullable List<@Nullable Object> parents) {
      return Bridge.TARGET.startWanted(operationName, kind, epochMillis, parents);
    }
  }

  static final class WantedCall {
    private WantedCall() {}

    @Advice.Enter
    static void wanted(@Advice.Argument(0) @Nullable Object span, @Advice.Argument(1) int wanted) {
      Bridge.TARGET.wanted(span, wanted);
    }
  }

  static final class KindCall {
    private KindCall() {}

    @Advice.Enter
    static void kind(@Advice.Argument(0) @Nullable Object span, @Advice.Argument(1) int kind) {
      Bridge.TARGET.kind(span, kind);
    }
  }

  static final class ActivateCall {
    private ActivateCall() {}

    @Advice.ReplaceReturned
    static @Nullable Object activate(@Advice.Argument(0) @Nullable Object span) {
      return Bridge.TARGET.activate(span);
    }
  }
}
