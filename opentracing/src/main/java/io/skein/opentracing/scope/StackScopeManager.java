package io.skein.opentracing.scope;

import io.opentracing.Scope;
import io.opentracing.Span;
import org.jspecify.annotations.Nullable;

/**
 * What the managers of this package have in common. The scopes belong to a thread unless a manager
 * says otherwise, and nothing stays in a thread after its last scope.
 */
abstract class StackScopeManager implements ObservableScopeManager {
  private static final Scope NOTHING = () -> {};

  final ThreadLocal<@Nullable ThreadStack> threads;
  private volatile ActivationListener listener = span -> NOTHING;

  StackScopeManager() {
    this(new ThreadLocal<>());
  }

  StackScopeManager(ThreadLocal<@Nullable ThreadStack> threads) {
    this.threads = threads;
  }

  /**
   * The stack of whoever the calling thread works for, or null as long as nothing is open there.
   */
  @Nullable ScopeStack present() {
    return threads.get();
  }

  /** The same, made if it is not there. */
  ScopeStack stack() {
    ThreadStack stack = threads.get();
    if (stack == null) {
      stack = new ThreadStack(this);
      threads.set(stack);
    }
    return stack;
  }

  @Override
  public final void listener(ActivationListener newListener) {
    listener = newListener;
  }

  /** Tells the listener what the calling thread works for. */
  final Scope tell(@Nullable Span span) {
    return listener.activated(span);
  }

  /**
   * Makes a span the active one until the scope is closed. Null is allowed: then none is active.
   */
  @Override
  public final Scope activate(@Nullable Span span) {
    return stack().push(span);
  }

  @Override
  public final @Nullable Span activeSpan() {
    ScopeStack present = present();
    return present == null ? null : present.activeSpan();
  }

  /** The scopes of one thread. */
  static class ThreadStack extends ScopeStack {
    private final StackScopeManager manager;

    ThreadStack(StackScopeManager manager) {
      this.manager = manager;
    }

    final StackScopeManager manager() {
      return manager;
    }

    @Override
    final boolean isHere() {
      return manager.threads.get() == this;
    }

    @Override
    final void opened(Entry entry) {
      entry.told = manager.tell(entry.span);
    }

    @Override
    final void closed(Entry entry) {
      if (entry.told != null) {
        entry.told.close();
      }
    }

    @Override
    void emptied() {
      manager.threads.remove();
    }
  }
}
