package io.skein.core.db;

import io.skein.api.Component;
import io.skein.api.Span;
import io.skein.core.Scope;
import io.skein.core.Tracer;
import org.jspecify.annotations.Nullable;

/**
 * The time a request waits for a connection of a pool, as a local span.
 *
 * <p>What the pool asks of the database meanwhile to see whether a connection still lives is part
 * of the wait and no call of the application's: {@link #isTaking} tells it apart. Where requests
 * are rare, a pool validates for nearly each of them, and every trace would begin with a call that
 * nobody made.
 *
 * <p>Outside of a trace there is no span: a trace that consists of "a connection was taken" tells
 * nothing.
 */
public final class PoolHandler {
  /** Shared by all pools: one may be inside of another. */
  private static final ThreadLocal<@Nullable Taking> CURRENT = new ThreadLocal<>();

  private final Tracer tracer;
  private final String operation;
  private final Component component;

  /**
   * @param operation the name of the spans
   */
  public PoolHandler(Tracer tracer, String operation, Component component) {
    this.tracer = tracer;
    this.operation = operation;
    this.component = component;
  }

  /** Whether this thread is waiting for a connection of a pool, inside of a trace. */
  public static boolean isTaking() {
    return CURRENT.get() != null;
  }

  /** The wait begins; null outside of a trace. */
  public @Nullable Taking take() {
    if (tracer.activeSpan() == null && tracer.traceId() == null) {
      return null;
    }
    Taking taking = new Taking(tracer.startLocal(operation).component(component), CURRENT.get());
    CURRENT.set(taking);
    return taking;
  }

  /** The wait of one thread, which ends it. */
  public static final class Taking implements Scope {
    private final Span span;
    private final @Nullable Taking outer;

    private Taking(Span span, @Nullable Taking outer) {
      this.span = span;
      this.outer = outer;
    }

    /** The connection is there, or will not come. */
    public void finish(@Nullable Throwable error) {
      restore();
      span.end(error);
    }

    @Override
    public void close() {
      restore();
      span.end();
    }

    private void restore() {
      // Null rather than removed: a place in the thread's map is used again by the next request.
      CURRENT.set(outer);
    }
  }
}
