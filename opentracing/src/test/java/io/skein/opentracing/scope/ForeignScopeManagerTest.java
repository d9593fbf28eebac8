package io.skein.opentracing.scope;

import io.opentracing.Scope;
import io.opentracing.ScopeManager;
import io.opentracing.Span;

/**
 * A manager that a framework brings and that knows nothing of us: it keeps the contract by
 * delegating, but tells the tracer nothing.
 */
class ForeignScopeManagerTest extends ScopeManagerContract {
  @Override
  protected ScopeManager newManager() {
    ScopeManager delegate = new ThreadLocalScopeManager();
    return new ScopeManager() {
      @Override
      public Scope activate(Span span) {
        return delegate.activate(span);
      }

      @Override
      public Span activeSpan() {
        return delegate.activeSpan();
      }
    };
  }

  /** What the tracer learns of it, it learns from its own scope manager. */
  @Override
  protected ScopeManager inUse(ScopeManager made) {
    return tracer.scopeManager();
  }
}
