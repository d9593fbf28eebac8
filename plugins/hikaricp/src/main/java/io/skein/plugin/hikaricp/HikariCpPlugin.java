package io.skein.plugin.hikaricp;

import static io.skein.agent.plugin.MethodMatchers.named;
import static io.skein.agent.plugin.MethodMatchers.takesArguments;

import io.skein.agent.plugin.Advice;
import io.skein.agent.plugin.Plugin;
import io.skein.agent.plugin.Tracing;
import io.skein.agent.plugin.Weaver;
import io.skein.api.Component;
import io.skein.core.db.PoolHandler;
import org.jspecify.annotations.Nullable;

/**
 * The time a request waits for a connection of the pool, which is where an exhausted pool shows.
 *
 * <p>Two decisions differ from SkyWalking's agent. Giving a connection back makes no span: it takes
 * microseconds, doubles the number of spans, and what may be slow in it (the rollback of an
 * unfinished transaction) is a span of the JDBC plugin. And outside of a trace there is no span
 * either; see {@link PoolHandler}.
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
    private static final PoolHandler POOL =
        new PoolHandler(Tracing.tracer(), "HikariCP/Connection/getConnection", Component.HIKARI_CP);

    private GetConnection() {}

    @Advice.Enter
    static PoolHandler.@Nullable Taking enter() {
      return POOL.take();
    }

    @Advice.Exit
    static void exit(
        @Advice.Entered PoolHandler.@Nullable Taking taking,
        @Advice.Thrown @Nullable Throwable error) {
      if (taking != null) {
        taking.finish(error);
      }
    }
  }
}
