package io.skein.opentracing.scope;

import io.opentracing.ScopeManager;

/**
 * A scope manager that says in which thread a span becomes active, and when that is over.
 *
 * <p>A tracer cannot see this from {@link ScopeManager#activate} alone: a manager that lets the
 * active span flow, into a continuation or with a task that moves to another thread, changes what a
 * thread works for without anybody calling the tracer. The tracer needs to know, so that calls
 * which it instruments by other means find their parent. A manager that does not implement this is
 * welcome; the tracer then watches its {@code activate} and the {@code close} of its scopes.
 */
public interface ObservableScopeManager extends ScopeManager {
  /**
   * Called once by the tracer that takes the manager into use. A manager serves one tracer; a later
   * call replaces the listener.
   */
  void listener(ActivationListener listener);
}
