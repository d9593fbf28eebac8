package io.skein.opentracing.scope;

import io.opentracing.ScopeManager;

class ThreadLocalScopeManagerTest extends ScopeManagerContract {
  @Override
  protected ScopeManager newManager() {
    return new ThreadLocalScopeManager();
  }
}
