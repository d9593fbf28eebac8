package io.skein.opentracing.scope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentracing.Scope;
import io.opentracing.ScopeManager;
import io.opentracing.Span;
import io.skein.opentracing.Threads;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TaskScopeManagerTest extends ScopeManagerContract {
  private final TaskScopeManager scopes = new TaskScopeManager();
  private final Object task = new Object();

  @Override
  protected ScopeManager newManager() {
    return scopes;
  }

  @Override
  protected void inEnvironment(Runnable work) {
    scopes.run(task, work);
  }

  @AfterEach
  void noTaskIsKept() {
    assertThat(scopes.openTasks()).isZero();
  }

  /** In a task the thread holds the visit and nothing else, and that goes with it. */
  @Test
  @Override
  void nothingStaysInAThreadAfterItsLastScope() {
    Span span = span("one");
    scopes.run(task, () -> tracer.activateSpan(span).close());
    assertThat(isPresent(scopes.visits)).isFalse();
    span.finish();
  }

  @Test
  void scopeStaysOpenWithItsTaskWhileTheThreadDoesOtherThings() throws Exception {
    Span span = span("one");
    AtomicReference<Scope> scope = new AtomicReference<>();
    scopes.run(task, () -> scope.set(tracer.activateSpan(span)));
    assertThat(scopes.activeSpan()).isNull();
    assertThat(recorder.provider.capture()).as("what plugins see between visits").isNull();
    scopes.run(new Object(), () -> assertThat(scopes.activeSpan()).isNull());
    Threads.runInNewThread(
        () ->
            scopes.run(
                task,
                () -> {
                  assertThat(scopes.activeSpan()).isSameAs(span);
                  tracer.buildSpan("child").start().finish();
                  recorder.core.startExit("exit", "db:5432").end();
                }));
    scopes.run(
        task,
        () -> {
          scope.get().close();
          assertThat(scopes.activeSpan()).isNull();
          recorder.core.startLocal("after").end();
        });
    span.finish();
    assertThat(recorder.span("child").isChildOf(recorder.span("one"))).isTrue();
    assertThat(recorder.span("exit").isChildOf(recorder.span("one"))).isTrue();
    assertThat(recorder.span("after").isRoot()).isTrue();
  }

  @Test
  void newTaskInsideAnotherBeginsWithNothing() {
    Span outer = span("outer");
    scopes.run(
        task,
        () -> {
          try (Scope scope = tracer.activateSpan(outer)) {
            scopes.run(
                new Object(),
                () -> {
                  assertThat(scopes.activeSpan()).isNull();
                  tracer.buildSpan("root").start().finish();
                });
            assertThat(scopes.activeSpan()).isSameAs(outer);
          }
        });
    outer.finish();
    assertThat(recorder.span("root").isRoot()).isTrue();
  }

  @Test
  void sameTaskInsideItselfSharesItsScopes() {
    Span span = span("one");
    Span inner = span("inner");
    scopes.run(
        task,
        () -> {
          Scope scope = tracer.activateSpan(span);
          scopes.run(
              new Object(),
              () ->
                  scopes.run(
                      task,
                      () -> {
                        assertThat(scopes.activeSpan()).isSameAs(span);
                        Scope innerScope = tracer.activateSpan(inner);
                        innerScope.close();
                      }));
          assertThat(scopes.activeSpan()).isSameAs(span);
          scope.close();
          assertThat(scopes.activeSpan()).isNull();
        });
    span.finish();
    inner.finish();
  }

  @Test
  void taskThatGoesOnElsewhereBeforeTheFirstThreadHasLeftIsNotMixedUp() throws Exception {
    ExecutorService other = Executors.newSingleThreadExecutor();
    Span span = span("one");
    CountDownLatch secondIsIn = new CountDownLatch(1);
    CountDownLatch firstHasLeft = new CountDownLatch(1);
    AtomicReference<Future<?>> second = new AtomicReference<>();
    scopes.run(
        task,
        () -> {
          Scope scope = tracer.activateSpan(span);
          second.set(
              other.submit(
                  () ->
                      scopes.run(
                          task,
                          () -> {
                            secondIsIn.countDown();
                            await(firstHasLeft);
                            assertThat(scopes.activeSpan()).isSameAs(span);
                            scope.close();
                            assertThat(scopes.activeSpan()).isNull();
                          })));
          await(secondIsIn);
          assertThat(scopes.activeSpan()).as("it works for no task any more").isNull();
          scope.close();
        });
    firstHasLeft.countDown();
    assertThat(second.get().get(30, TimeUnit.SECONDS)).isNull();
    other.shutdown();
    assertThat(other.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    span.finish();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void taskIsNotKeptByItsOpenScopes() throws Exception {
    WeakReference<Object> gone = leaveOpen();
    Threads.awaitCollected(gone);
    Threads.await("forgotten", () -> scopes.openTasks() == 0);
  }

  private WeakReference<Object> leaveOpen() {
    Object finished = new Object();
    Span span = span("one");
    scopes.run(finished, () -> tracer.activateSpan(span));
    assertThat(scopes.openTasks()).isOne();
    span.finish();
    return new WeakReference<>(finished);
  }

  @Test
  void whatTheWorkThrowsGoesOnAndTheThreadLeaves() {
    assertThatThrownBy(
            () ->
                scopes.call(
                    task,
                    () -> {
                      throw new IOException("test");
                    }))
        .isInstanceOf(IOException.class);
    assertThat(scopes.activeSpan()).isNull();
  }

  @Test
  void leavingTheOuterVisitLeavesTheInnerToo() throws Exception {
    Span span = span("one");
    Scope outer = scopes.enter(task);
    Scope inner = scopes.enter(new Object());
    Threads.runInNewThread(outer::close); // another thread's business it is not
    Scope scope = tracer.activateSpan(span);
    scope.close();
    outer.close();
    inner.close();
    outer.close();
    assertThat(isPresent(scopes.visits)).isFalse();
    span.finish();
  }

  /** Several tasks on several threads, each visited by one thread after the other. */
  @Test
  void manyTasksOnManyThreads() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(4);
    List<Future<?>> chains = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      Object each = new Object();
      Span span = span("one");
      AtomicReference<Scope> scope = new AtomicReference<>();
      chains.add(
          pool.submit(
              () -> {
                scopes.run(each, () -> scope.set(tracer.activateSpan(span)));
                for (int round = 0; round < 5; round++) {
                  Threads.runInNewThread(
                      () -> scopes.run(each, () -> assertThat(scopes.activeSpan()).isSameAs(span)));
                }
                Threads.runInNewThread(() -> scopes.run(each, () -> scope.get().close()));
                span.finish();
                return null;
              }));
    }
    for (Future<?> chain : chains) {
      Object unused = chain.get(60, TimeUnit.SECONDS);
    }
    pool.shutdown();
    assertThat(pool.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
  }
}
