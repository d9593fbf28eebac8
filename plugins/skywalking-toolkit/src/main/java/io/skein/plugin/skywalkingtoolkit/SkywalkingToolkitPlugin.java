package io.skein.plugin.skywalkingtoolkit;

import static io.skein.agent.plugin.MethodMatchers.named;
import static io.skein.agent.plugin.MethodMatchers.takesArguments;

import io.skein.agent.plugin.Advice;
import io.skein.agent.plugin.Plugin;
import io.skein.agent.plugin.Weaver;
import java.util.Map;
import java.util.Optional;
import org.apache.skywalking.apm.toolkit.trace.CarrierItemRef;
import org.apache.skywalking.apm.toolkit.trace.ContextCarrierRef;
import org.apache.skywalking.apm.toolkit.trace.ContextSnapshotRef;
import org.apache.skywalking.apm.toolkit.trace.SpanRef;
import org.jspecify.annotations.Nullable;

/**
 * The classes of {@code apm-toolkit-trace} whose methods do nothing without an agent: {@code
 * TraceContext}, {@code ActiveSpan}, {@code Tracer} and what these hand out. So an application that
 * was instrumented for SkyWalking's agent runs under ours unchanged. (Its annotations are the
 * {@code annotations} plugin's.)
 *
 * <p>Answers are those of SkyWalking's agent, {@code N/A} included. One thing is done otherwise:
 * {@code stopSpan} ends what the toolkit has opened in this thread, and never a span of somebody
 * else.
 */
public final class SkywalkingToolkitPlugin implements Plugin {
  private static final String PACKAGE = "org.apache.skywalking.apm.toolkit.trace.";
  private static final String CARRIER = PACKAGE + "ContextCarrierRef";
  private static final String STRING = "java.lang.String";

  @Override
  public String name() {
    return "skywalking-toolkit";
  }

  @Override
  public void weave(Weaver weaver) {
    weaver
        .type(PACKAGE + "TraceContext")
        .advise(named("traceId").and(takesArguments(0)), "TraceId")
        .advise(named("segmentId").and(takesArguments(0)), "SegmentId")
        .advise(named("spanId").and(takesArguments(0)), "SpanId")
        .advise(named("getCorrelation").and(takesArguments(STRING)), "GetCorrelation")
        .advise(named("putCorrelation").and(takesArguments(STRING, STRING)), "PutCorrelation");
    weaver
        .type(PACKAGE + "ActiveSpan")
        .advise(named("tag").and(takesArguments(STRING, STRING)), "ActiveTag")
        .advise(named("error").and(takesArguments(0)), "ActiveError")
        .advise(named("error").and(takesArguments(STRING)), "ActiveErrorMessage")
        .advise(named("error").and(takesArguments("java.lang.Throwable")), "ActiveErrorThrown")
        .advise(named("debug").and(takesArguments(STRING)), "ActiveDebug")
        .advise(named("info").and(takesArguments(STRING)), "ActiveInfo")
        .advise(named("setOperationName").and(takesArguments(STRING)), "ActiveName");
    weaver
        .type(PACKAGE + "Tracer")
        .advise(named("createEntrySpan").and(takesArguments(STRING, CARRIER)), "EntrySpan")
        .advise(named("createLocalSpan").and(takesArguments(STRING)), "LocalSpan")
        .advise(named("createExitSpan").and(takesArguments(STRING, STRING)), "ExitSpan")
        .advise(
            named("createExitSpan").and(takesArguments(STRING, CARRIER, STRING)),
            "ExitSpanWithCarrier")
        .advise(named("stopSpan").and(takesArguments(0)), "StopSpan")
        .advise(named("inject").and(takesArguments(CARRIER)), "Inject")
        .advise(named("extract").and(takesArguments(CARRIER)), "Extract")
        .advise(named("capture").and(takesArguments(0)), "Capture")
        .advise(
            named("continued").and(takesArguments(PACKAGE + "ContextSnapshotRef")), "Continued");
    weaver
        .type(PACKAGE + "SpanRef")
        .advise(named("prepareForAsync").and(takesArguments(0)), "PrepareForAsync")
        .advise(named("asyncFinish").and(takesArguments(0)), "AsyncFinish")
        .advise(named("log").and(takesArguments("java.lang.Throwable")), "SpanError")
        .advise(named("log").and(takesArguments("java.util.Map")), "SpanLog")
        .advise(named("tag").and(takesArguments(STRING, STRING)), "SpanTag");
    weaver
        .type(PACKAGE + "ContextCarrierRef")
        .advise(named("items").and(takesArguments(0)), "Items");
    weaver
        .type(PACKAGE + "CarrierItemRef")
        .advise(named("hasNext").and(takesArguments(0)), "HasNext")
        .advise(named("next").and(takesArguments(0)), "Next")
        .advise(named("getHeadKey").and(takesArguments(0)), "HeadKey")
        .advise(named("getHeadValue").and(takesArguments(0)), "HeadValue")
        .advise(named("setHeadValue").and(takesArguments(STRING)), "SetHeadValue");
  }

  static final class TraceId {
    private TraceId() {}

    @Advice.ReplaceReturned
    static String call() {
      return Toolkit.traceId();
    }
  }

  static final class SegmentId {
    private SegmentId() {}

    @Advice.ReplaceReturned
    static String call() {
      return Toolkit.segmentId();
    }
  }

  static final class SpanId {
    private SpanId() {}

    @Advice.ReplaceReturned
    static Integer call() {
      return Toolkit.TRACER.spanId();
    }
  }

  static final class GetCorrelation {
    private GetCorrelation() {}

    @Advice.ReplaceReturned
    static Optional<String> call(@Advice.Argument(0) @Nullable String key) {
      return Toolkit.getCorrelation(key);
    }
  }

  static final class PutCorrelation {
    private PutCorrelation() {}

    @Advice.ReplaceReturned
    static Optional<String> call(
        @Advice.Argument(0) @Nullable String key, @Advice.Argument(1) @Nullable String value) {
      return Toolkit.putCorrelation(key, value);
    }
  }

  static final class ActiveTag {
    private ActiveTag() {}

    @Advice.Enter
    static void call(
        @Advice.Argument(0) @Nullable String key, @Advice.Argument(1) @Nullable String value) {
      Toolkit.active().tag(key, value);
    }
  }

  static final class ActiveError {
    private ActiveError() {}

    @Advice.Enter
    static void call() {
      Toolkit.active().error();
    }
  }

  static final class ActiveErrorMessage {
    private ActiveErrorMessage() {}

    @Advice.Enter
    static void call(@Advice.Argument(0) @Nullable String message) {
      Toolkit.event(Toolkit.active().error(), "error", message);
    }
  }

  static final class ActiveErrorThrown {
    private ActiveErrorThrown() {}

    @Advice.Enter
    static void call(@Advice.Argument(0) @Nullable Throwable thrown) {
      Toolkit.active().error().log(thrown);
    }
  }

  static final class ActiveDebug {
    private ActiveDebug() {}

    @Advice.Enter
    static void call(@Advice.Argument(0) @Nullable String message) {
      Toolkit.event(Toolkit.active(), "debug", message);
    }
  }

  static final class ActiveInfo {
    private ActiveInfo() {}

    @Advice.Enter
    static void call(@Advice.Argument(0) @Nullable String message) {
      Toolkit.event(Toolkit.active(), "info", message);
    }
  }

  static final class ActiveName {
    private ActiveName() {}

    @Advice.Enter
    static void call(@Advice.Argument(0) @Nullable String name) {
      Toolkit.active().operationName(name);
    }
  }

  static final class EntrySpan {
    private EntrySpan() {}

    @Advice.ReplaceReturned
    static SpanRef call(
        @Advice.Argument(0) @Nullable String name,
        @Advice.Argument(1) @Nullable ContextCarrierRef carrier) {
      return Toolkit.entry(name, carrier);
    }
  }

  static final class LocalSpan {
    private LocalSpan() {}

    @Advice.ReplaceReturned
    static SpanRef call(@Advice.Argument(0) @Nullable String name) {
      return Toolkit.local(name);
    }
  }

  static final class ExitSpan {
    private ExitSpan() {}

    @Advice.ReplaceReturned
    static SpanRef call(
        @Advice.Argument(0) @Nullable String name, @Advice.Argument(1) @Nullable String peer) {
      return Toolkit.exit(name, null, peer);
    }
  }

  static final class ExitSpanWithCarrier {
    private ExitSpanWithCarrier() {}

    @Advice.ReplaceReturned
    static SpanRef call(
        @Advice.Argument(0) @Nullable String name,
        @Advice.Argument(1) @Nullable ContextCarrierRef carrier,
        @Advice.Argument(2) @Nullable String peer) {
      return Toolkit.exit(name, carrier, peer);
    }
  }

  static final class StopSpan {
    private StopSpan() {}

    @Advice.Enter
    static void call() {
      Toolkit.stop();
    }
  }

  static final class Inject {
    private Inject() {}

    @Advice.Enter
    static void call(@Advice.Argument(0) @Nullable ContextCarrierRef carrier) {
      if (carrier != null) {
        Toolkit.inject(Toolkit.active(), carrier);
      }
    }
  }

  static final class Extract {
    private Extract() {}

    @Advice.Enter
    static void call(@Advice.Argument(0) @Nullable ContextCarrierRef carrier) {
      Toolkit.extract(carrier);
    }
  }

  static final class Capture {
    private Capture() {}

    @Advice.ReplaceReturned
    static ContextSnapshotRef call() {
      return Toolkit.capture();
    }
  }

  static final class Continued {
    private Continued() {}

    @Advice.Enter
    static void call(@Advice.Argument(0) @Nullable ContextSnapshotRef snapshot) {
      Toolkit.continued(snapshot);
    }
  }

  static final class PrepareForAsync {
    private PrepareForAsync() {}

    @Advice.ReplaceReturned
    static SpanRef call(@Advice.This SpanRef span) {
      Toolkit.span(span).prepareForAsync();
      return span;
    }
  }

  static final class AsyncFinish {
    private AsyncFinish() {}

    @Advice.ReplaceReturned
    static SpanRef call(@Advice.This SpanRef span) {
      Toolkit.span(span).asyncEnd();
      return span;
    }
  }

  static final class SpanError {
    private SpanError() {}

    @Advice.Enter
    static void call(@Advice.This SpanRef span, @Advice.Argument(0) @Nullable Throwable thrown) {
      Toolkit.span(span).log(thrown);
    }
  }

  static final class SpanLog {
    private SpanLog() {}

    @Advice.Enter
    static void call(@Advice.This SpanRef span, @Advice.Argument(0) @Nullable Map<?, ?> fields) {
      Toolkit.logFields(Toolkit.span(span), fields);
    }
  }

  static final class SpanTag {
    private SpanTag() {}

    @Advice.Enter
    static void call(
        @Advice.This SpanRef span,
        @Advice.Argument(0) @Nullable String key,
        @Advice.Argument(1) @Nullable String value) {
      Toolkit.span(span).tag(key, value);
    }
  }

  static final class Items {
    private Items() {}

    @Advice.ReplaceReturned
    static CarrierItemRef call(@Advice.This ContextCarrierRef carrier) {
      return Toolkit.items(carrier);
    }
  }

  static final class HasNext {
    private HasNext() {}

    @Advice.ReplaceReturned
    static Boolean call(@Advice.This CarrierItemRef item) {
      return Toolkit.hasNext(item);
    }
  }

  static final class Next {
    private Next() {}

    @Advice.ReplaceReturned
    static @Nullable CarrierItemRef call(@Advice.This CarrierItemRef item) {
      return Toolkit.next(item);
    }
  }

  static final class HeadKey {
    private HeadKey() {}

    @Advice.ReplaceReturned
    static String call(@Advice.This CarrierItemRef item) {
      return Toolkit.key(item);
    }
  }

  static final class HeadValue {
    private HeadValue() {}

    @Advice.ReplaceReturned
    static String call(@Advice.This CarrierItemRef item) {
      return Toolkit.value(item);
    }
  }

  static final class SetHeadValue {
    private SetHeadValue() {}

    @Advice.Enter
    static void call(@Advice.This CarrierItemRef item, @Advice.Argument(0) @Nullable String value) {
      Toolkit.setValue(item, value);
    }
  }
}
