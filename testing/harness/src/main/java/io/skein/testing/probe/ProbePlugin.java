package io.skein.testing.probe;

import static io.skein.agent.plugin.MethodMatchers.named;
import static io.skein.agent.plugin.MethodMatchers.takesArguments;

import io.skein.agent.plugin.Advice;
import io.skein.agent.plugin.Plugin;
import io.skein.agent.plugin.Tracing;
import io.skein.agent.plugin.Weaver;
import io.skein.api.Span;
import org.jspecify.annotations.Nullable;

/** Gives {@link io.skein.testing.app.Probe} its meaning. */
public final class ProbePlugin implements Plugin {
  @Override
  public String name() {
    return "probe";
  }

  @Override
  public void weave(Weaver weaver) {
    weaver
        .type("io.skein.testing.app.Probe")
        .advise(named("entry"), "Entry")
        .advise(named("local").and(takesArguments(2)), "Local")
        .advise(named("exit"), "Exit")
        .advise(named("traceId"), "TraceId");
  }

  static final class Entry {
    @Advice.Enter
    static Span enter(@Advice.Argument(0) String operationName) {
      return Tracing.tracer().startEntry(operationName);
    }

    @Advice.Exit
    static void exit(
        @Advice.Entered @Nullable Span span, @Advice.Thrown @Nullable Throwable thrown) {
      if (span != null) {
        span.end(thrown);
      }
    }
  }

  static final class Local {
    @Advice.Enter
    static Span enter(@Advice.Argument(0) String operationName) {
      return Tracing.tracer().startLocal(operationName);
    }

    @Advice.Exit
    static void exit(
        @Advice.Entered @Nullable Span span, @Advice.Thrown @Nullable Throwable thrown) {
      if (span != null) {
        span.end(thrown);
      }
    }
  }

  static final class Exit {
    @Advice.ReplaceReturned
    static String header(
        @Advice.Argument(0) String operationName, @Advice.Argument(1) String peer) {
      Span span = Tracing.tracer().startExit(operationName, peer);
      String[] header = {""};
      Tracing.tracer()
          .inject(
              span,
              header,
              (carrier, name, value) -> {
                if (name.equals("sw8")) {
                  carrier[0] = value;
                }
              });
      span.end();
      return header[0];
    }
  }

  static final class TraceId {
    @Advice.ReplaceReturned
    static @Nullable String traceId() {
      return Tracing.tracer().traceId();
    }
  }
}
