package io.skein.opentracing.scope;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentracing.Scope;
import io.opentracing.ScopeManager;
import io.opentracing.Span;
import io.skein.opentracing.Threads;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class InheritingScopeManagerTest extends ScopeManagerContract {
  private final InheritingScopeManager scopes = new InheritingScopeManager();

  @Override
  protected ScopeManager newManager() {
    return scopes;
  }

  @Override
  protected boolean newThreadsInherit() {
    return true;
  }

  @Test
  void childsChangesDoNotFlowBackAndLaterOnesDoNotFlowIn() throws Exception {
    Span parent = span("parent");
    Span later = span("later");
    Span childs = span("childs");
    CountDownLatch parentWentOn = new CountDownLatch(1);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread child;
    try (Scope scope = scopes.activate(parent)) {
      child =
          new Thread(
              () -> {
                try {
                  assertThat(parentWentOn.await(30, TimeUnit.SECONDS)).isTrue();
                  assertThat(scopes.activeSpan()).isSameAs(parent);
                  Scope own = scopes.activate(childs);
                  assertThat(scopes.activeSpan()).isSameAs(childs);
                  own.close();
                  assertThat(scopes.activeSpan()).isSameAs(parent);
                } catch (Throwable thrown) {
                  failure.set(thrown);
                }
              });
      child.start();
    }
    try (Scope scope = scopes.activate(later)) {
      parentWentOn.countDown();
      child.join(30_000);
      assertThat(scopes.activeSpan()).isSameAs(later);
    }
    assertThat(failure.get()).isNull();
    parent.finish();
    later.finish();
    childs.finish();
  }

  @Test
  void grandchildrenInheritToo() throws Exception {
    Span span = span("one");
    try (Scope scope = scopes.activate(span)) {
      Span seen = Threads.inNewThread(() -> Threads.inNewThread(scopes::activeSpan));
      assertThat(seen).isSameAs(span);
    }
    span.finish();
  }

  @Test
  void spanStartedInAnInheritingThreadIsAChild() throws Exception {
    Span parent = span("parent");
    try (Scope scope = scopes.activate(parent)) {
      Threads.runInNewThread(() -> tracer.buildSpan("child").start().finish());
    }
    parent.finish();
    assertThat(recorder.span("child").isChildOf(recorder.span("parent"))).isTrue();
  }

  @Test
  void nothingIsInheritedInsideDetached() throws Exception {
    Span span = span("one");
    try (Scope scope = scopes.activate(span)) {
      try (Scope detached = scopes.detached()) {
        assertThat(scopes.activeSpan()).isNull();
        assertThat(Threads.<Span>inNewThread(scopes::activeSpan)).isNull();
      }
      assertThat(scopes.activeSpan()).isSameAs(span);
    }
    span.finish();
  }

  @Test
  void workersOfForkJoinPoolsInheritNothing() throws Exception {
    Span span = span("one");
    ForkJoinPool pool = new ForkJoinPool(1);
    try (Scope scope = scopes.activate(span)) {
      Callable<Span> seen = scopes::activeSpan;
      assertThat(pool.submit(seen).get(30, TimeUnit.SECONDS)).isNull();
    } finally {
      pool.shutdown();
      assertThat(pool.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }
    span.finish();
  }

  @Test
  void wrappedTaskCountsMoreThanWhatThePoolsThreadInherited() throws Exception {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try {
      Span first = span("first");
      Span second = span("second");
      try (Scope scope = scopes.activate(first)) {
        Callable<Span> seen = scopes::activeSpan;
        assertThat(pool.submit(seen).get(30, TimeUnit.SECONDS)).isSameAs(first);
      }
      try (Scope scope = scopes.activate(second)) {
        assertThat(pool.submit(scopes.callable(scopes::activeSpan)).get(30, TimeUnit.SECONDS))
            .isSameAs(second);
      }
      assertThat(pool.submit(scopes.callable(scopes::activeSpan)).get(30, TimeUnit.SECONDS))
          .as("wrapped where none was active")
          .isNull();
      first.finish();
      second.finish();
    } finally {
      pool.shutdown();
      assertThat(pool.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }
  }
}
