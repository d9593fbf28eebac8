package io.skein.opentracing.scope;

import io.opentracing.Scope;
import io.opentracing.Span;
import java.util.concurrent.ForkJoinWorkerThread;
import org.jspecify.annotations.Nullable;

/**
 * A new thread begins with the active span of the thread that made it. What it activates itself is
 * not seen by its maker, and what its maker activates later is not seen by it.
 *
 * <p>This is meant for a thread per task: virtual threads, structured concurrency, a {@code Thread}
 * for each job. The threads of a pool are made by whoever happens to come first, and would work for
 * that span ever after; so the workers of fork/join pools inherit nothing, other pools should be
 * made inside {@link #detached()}, and tasks for them be {@linkplain #runnable wrapped}, which
 * counts more than what a thread inherited.
 */
public final class InheritingScopeManager extends StackScopeManager
    implements CarryingScopeManager {
  public InheritingScopeManager() {
    super(
        new InheritableThreadLocal<>() {
          /** Runs in the thread that makes a new one. */
          @Override
          protected @Nullable ThreadStack childValue(@Nullable ThreadStack makers) {
            if (makers == null) {
              return null;
            }
            Span active = makers.activeSpan();
            return active == null ? null : new InheritedStack(makers.manager(), active);
          }
        });
  }

  /**
   * Inside this scope no span is active, here and in threads that are made meanwhile: for making
   * what outlives the present work. Closing it restores what was active.
   */
  public Scope detached() {
    return activate(null);
  }

  private static final class InheritedStack extends ThreadStack {
    private final Span inherited;

    InheritedStack(StackScopeManager manager, Span inherited) {
      super(manager);
      this.inherited = inherited;
    }

    @Override
    @Nullable Span below() {
      return Thread.currentThread() instanceof ForkJoinWorkerThread ? null : inherited;
    }

    /** What was inherited stays until the thread ends, and goes with it. */
    @Override
    void emptied() {}
  }
}
