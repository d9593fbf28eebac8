package io.skein.plugin.hikaricp;

import static io.skein.agent.plugin.MethodMatchers.named;
import static io.skein.agent.plugin.MethodMatchers.takesArguments;

import io.skein.agent.plugin.Advice;
import io.skein.agent.plugin.Plugin;
import io.skein.agent.plugin.Tracing;
import io.skein.agent.plugin.Weaver;
import io.skein.api.Component;
import io.skein.api.Span;
import io.skein.core.Tracer;
import org.jspecify.annotations.Nullable;

/**
 * The time a request waits for a connection of the pool, which is where an exhausted pool shows.
 *
 * <p>Two decisions differ from SkyWalking's agent. Giving a connection back makes no span: it takes
 * microseconds, doubles the number of spans, and what may be slow in it (the rollback of an
 * unfinished transaction) is a span of the JDBC plugin. And outside of a trace there is no span
 * either: a trace that consists of "a connection was taken" tells nothing.
 */
public final class HikariCpPlugin implements Plugin {
  @Override
  public String name() {
    return "hikaricp";
  }

  @Override
  public void weave(Weaver weaver) {
    weaver
        .type("com.zaxxer.hikari.HikariDataSource")
        .advise(named("getConnection").and(takesArguments(0)), "GetConnection");
  }

  static final class GetConnection {
    private GetConnection() {}

    @Advice.Enter
    static @Nullable Span enter() {
      Tracer tracer = Tracing.tracer();
      if (tracer.activeSpan() == null && tracer.traceId() == null) {
        return null;
      }
      return tracer.startLocal("HikariCP/Connection/getConnection").component(Component.HIKARI_CP);
    }

    @Advice.Exit
    static void exit(
        @Advice.Entered @Nullable Span span, @Advice.Thrown @Nullable Throwable error) {
      if (span != null) {
        span.end(error);
      }
    }
  }
}
