package io.skein.opentracing.scope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentracing.Scope;
import io.opentracing.ScopeManager;
import io.opentracing.Span;
import io.skein.opentracing.Recorder;
import io.skein.opentracing.SkeinTracer;
import io.skein.opentracing.Spans;
import io.skein.opentracing.Threads;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every scope manager does, whomever it makes a span active for. Extend it with a manager and,
 * where there is one, the environment that it is made for: each test runs in there, and those that
 * say so outside.
 *
 * <p>Covers rules 33 to 43 of OpenTracing's semantics as we keep them, and the scope checks of
 * OpenTracing's harness for Python.
 */
public abstract class ScopeManagerContract {
  protected final Recorder recorder = new Recorder();
  protected ScopeManager manager;
  protected SkeinTracer tracer;

  protected abstract ScopeManager newManager();

  /** Runs something where the manager's own notion of "active" is in force. */
  protected void inEnvironment(Runnable work) {
    work.run();
  }

  /** Whether a thread begins with what is active where it is made. */
  protected boolean newThreadsInherit() {
    return false;
  }

  @BeforeEach
  void makeTracer() {
    ScopeManager made = newManager();
    tracer = recorder.tracer(made);
    manager = inUse(made);
  }

  /** The one that the tests use. */
  protected ScopeManager inUse(ScopeManager made) {
    return made;
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(manager.activeSpan()).as("the manager's active span").isNull();
    assertThat(recorder.provider.activeSpan()).as("the tracer's active span").isNull();
    assertThat(recorder.provider.capture()).as("a place to go on from").isNull();
  }

  protected final Span span(String name) {
    return tracer.buildSpan(name).start();
  }

  private interface Work {
    void run() throws Exception;
  }

  /** Runs a test in the environment; assertion errors come out whatever the environment does. */
  private void check(Work work) throws Exception {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    inEnvironment(
        () -> {
          try {
            work.run();
          } catch (Throwable e) {
            thrown.set(e);
          }
        });
    if (thrown.get() instanceof Exception exception) {
      throw exception;
    }
    if (thrown.get() instanceof Error error) {
      throw error;
    }
  }

  // ---- OpenTracing's scope checks

  @Test
  void nothingIsActiveOutsideOfTheEnvironment() {
    assertThat(manager.activeSpan()).isNull();
  }

  @Test
  void nothingIsActiveAtFirst() throws Exception {
    check(() -> assertThat(manager.activeSpan()).isNull());
  }

  @Test
  void whatWasActivatedIsActive() throws Exception {
    check(this::activateAndClose);
  }

  @Test
  void worksOutsideOfTheEnvironment() {
    activateAndClose();
  }

  private void activateAndClose() {
    Span span = span("one");
    Scope scope = manager.activate(span);
    assertThat(scope).isNotNull();
    assertThat(manager.activeSpan()).isSameAs(span);
    scope.close();
    assertThat(manager.activeSpan()).isNull();
    assertThat(recorder.count()).isZero();
    span.finish();
  }

  @Test
  void finishesOnCloseIfToldTo() throws Exception {
    check(
        () -> {
          Span span = span("one");
          try (Spans.ActiveSpan active = Spans.activate(tracer, span, true)) {
            assertThat(active.span()).isSameAs(span);
            assertThat(manager.activeSpan()).isSameAs(span);
          }
          assertThat(manager.activeSpan()).isNull();
          assertThat(recorder.count("one")).isOne();
        });
  }

  @Test
  void innerScopeRestoresTheOuter() throws Exception {
    check(
        () -> {
          Span outer = span("outer");
          Span inner = span("inner");
          try (Spans.ActiveSpan outerScope = Spans.activate(tracer, outer)) {
            try (Spans.ActiveSpan innerScope = Spans.activate(tracer, inner)) {
              assertThat(manager.activeSpan()).isSameAs(inner);
            }
            assertThat(manager.activeSpan()).isSameAs(outer);
            assertThat(recorder.count("inner")).isOne();
            assertThat(recorder.count("outer")).isZero();
          }
          assertThat(manager.activeSpan()).isNull();
          assertThat(recorder.count("outer")).isOne();
        });
  }

  @Test
  void eachScopeFinishesOnlyIfItWasToldTo() throws Exception {
    check(
        () -> {
          Span outer = span("outer");
          Span inner = span("inner");
          try (Spans.ActiveSpan outerScope = Spans.activate(tracer, outer, false)) {
            try (Spans.ActiveSpan innerScope = Spans.activate(tracer, inner, true)) {
              assertThat(manager.activeSpan()).isSameAs(inner);
            }
          }
          assertThat(manager.activeSpan()).isNull();
          assertThat(recorder.count("inner")).isOne();
          assertThat(recorder.count("outer")).isZero();
          outer.finish();
        });
  }

  @Test
  void closingTheOuterFirstChangesNothingYet() throws Exception {
    check(
        () -> {
          Span outer = span("outer");
          Span inner = span("inner");
          Scope outerScope = manager.activate(outer);
          Scope innerScope = manager.activate(inner);
          outerScope.close();
          assertThat(manager.activeSpan()).isSameAs(inner);
          assertThat(recorder.count()).isZero();
          innerScope.close();
          assertThat(manager.activeSpan()).as("the outer was closed, too").isNull();
          inner.finish();
          outer.finish();
        });
  }

  // ---- what else we promise

  @Test
  void wrongOrderOverSeveralScopesEndsWithWhatIsStillOpen() throws Exception {
    check(
        () -> {
          Span[] spans = {span("0"), span("1"), span("2"), span("3")};
          Scope[] scopes = new Scope[4];
          for (int i = 0; i < 4; i++) {
            scopes[i] = manager.activate(spans[i]);
          }
          scopes[1].close();
          scopes[2].close();
          assertThat(manager.activeSpan()).isSameAs(spans[3]);
          scopes[3].close();
          assertThat(manager.activeSpan()).isSameAs(spans[0]);
          scopes[0].close();
          assertThat(manager.activeSpan()).isNull();
          for (Span span : spans) {
            span.finish();
          }
        });
  }

  @Test
  void closingTwiceIsHarmless() throws Exception {
    check(
        () -> {
          Span outer = span("outer");
          Span inner = span("inner");
          Scope outerScope = manager.activate(outer);
          Scope innerScope = manager.activate(inner);
          innerScope.close();
          innerScope.close();
          assertThat(manager.activeSpan()).isSameAs(outer);
          outerScope.close();
          outerScope.close();
          innerScope.close();
          assertThat(manager.activeSpan()).isNull();
          inner.finish();
          outer.finish();
        });
  }

  @Test
  void sameSpanMayBeActiveTwice() throws Exception {
    check(
        () -> {
          Span span = span("one");
          Scope first = manager.activate(span);
          Scope second = manager.activate(span);
          second.close();
          assertThat(manager.activeSpan()).isSameAs(span);
          first.close();
          assertThat(manager.activeSpan()).isNull();
          span.finish();
        });
  }

  @Test
  void closingInAnotherThreadChangesNothingInEither() throws Exception {
    check(
        () -> {
          Span here = span("here");
          Scope scope = manager.activate(here);
          Threads.runInNewThread(
              () -> {
                Span there = span("there");
                Scope own = manager.activate(there);
                scope.close();
                assertThat(manager.activeSpan()).isSameAs(there);
                own.close();
                there.finish();
              });
          assertThat(manager.activeSpan()).isSameAs(here);
          scope.close();
          assertThat(manager.activeSpan()).as("it could still be closed where it belongs").isNull();
          here.finish();
        });
  }

  @Test
  void activatingNullSuspends() throws Exception {
    check(
        () -> {
          Span span = span("one");
          try (Scope scope = manager.activate(span)) {
            try (Scope nothing = manager.activate(null)) {
              assertThat(nothing).isNotNull();
              assertThat(manager.activeSpan()).isNull();
              assertThat(recorder.provider.activeSpan()).isNull();
              tracer.buildSpan("root").start().finish();
            }
            assertThat(manager.activeSpan()).isSameAs(span);
            tracer.buildSpan("child").start().finish();
          }
          span.finish();
          assertThat(recorder.span("root").isRoot()).isTrue();
          assertThat(recorder.span("child").isChildOf(recorder.span("one"))).isTrue();
        });
  }

  @Test
  void freshThreadsHaveNoActiveSpan() throws Exception {
    check(() -> whatAFreshThreadSees(() -> Threads.inNewThread(manager::activeSpan)));
  }

  @Test
  void freshVirtualThreadsHaveNoActiveSpan() throws Exception {
    check(() -> whatAFreshThreadSees(() -> Threads.inVirtualThread(manager::activeSpan)));
  }

  private void whatAFreshThreadSees(Callable<Span> thread) throws Exception {
    Span span = span("one");
    try (Scope scope = manager.activate(span)) {
      assertThat(thread.call()).isSameAs(newThreadsInherit() ? span : null);
    } finally {
      span.finish();
    }
  }

  @Test
  void restoresBeforeItFinishes() throws Exception {
    check(
        () -> {
          List<Object> seen = new ArrayList<>();
          Span watching =
              (Span)
                  Proxy.newProxyInstance(
                      getClass().getClassLoader(),
                      new Class<?>[] {Span.class},
                      (proxy, method, arguments) -> {
                        if (method.getName().equals("finish")) {
                          seen.add(String.valueOf(manager.activeSpan()));
                        }
                        return null;
                      });
          Spans.activate(tracer, watching).close();
          assertThat(seen).containsExactly("null");
        });
  }

  @Test
  void scopeIsClosedBeforeCatchAndFinallyRun() throws Exception {
    check(
        () -> {
          Span span = span("one");
          List<Span> seen = new ArrayList<>();
          try (Scope scope = manager.activate(span)) {
            throw new IllegalStateException("thrown by the test");
          } catch (IllegalStateException expected) {
            seen.add(manager.activeSpan());
          } finally {
            seen.add(manager.activeSpan());
            span.finish();
          }
          assertThat(seen).containsExactly(null, null);
        });
  }

  @Test
  void exceptionGoesThroughAnActiveBlock() throws Exception {
    check(
        () -> {
          assertThatThrownBy(
                  () ->
                      Spans.runActive(
                          tracer,
                          span("one"),
                          () -> {
                            throw new IllegalStateException("thrown by the test");
                          }))
              .isInstanceOf(IllegalStateException.class);
          assertThat(manager.activeSpan()).isNull();
          assertThat(recorder.span("one").record().isError()).isTrue();
        });
  }

  @Test
  void activeSpanIsTheParentOfNewOnes() throws Exception {
    check(
        () -> {
          Span parent = span("parent");
          try (Scope scope = manager.activate(parent)) {
            tracer.buildSpan("child").start().finish();
          }
          parent.finish();
          tracer.buildSpan("root").start().finish();
          assertThat(recorder.span("child").isChildOf(recorder.span("parent"))).isTrue();
          assertThat(recorder.span("root").isRoot()).isTrue();
        });
  }

  @Test
  void pluginsFindTheActiveSpan() throws Exception {
    check(
        () -> {
          Span parent = span("parent");
          try (Scope scope = manager.activate(parent)) {
            recorder.core.startExit("exit", "db:5432").end();
          }
          parent.finish();
          recorder.core.startLocal("after").end();
          assertThat(recorder.span("exit").isChildOf(recorder.span("parent"))).isTrue();
          assertThat(recorder.span("after").isRoot()).isTrue();
        });
  }

  /** Opens and closes at random, in right and wrong order, and compares with a list. */
  @Test
  void behavesLikeAListThatForgetsClosedOnes() throws Exception {
    for (int seed = 0; seed < 30; seed++) {
      Random random = new Random(seed);
      String trial = "seed " + seed;
      check(
          () -> {
            List<Span> spans = new ArrayList<>();
            List<Scope> scopes = new ArrayList<>();
            List<Boolean> closed = new ArrayList<>();
            for (int step = 0; step < 200; step++) {
              if (scopes.isEmpty() || random.nextInt(100) < 45) {
                Span span = random.nextInt(10) == 0 ? null : span("some");
                scopes.add(manager.activate(span));
                spans.add(span);
                closed.add(false);
              } else {
                int which =
                    random.nextInt(3) > 0 ? scopes.size() - 1 : random.nextInt(scopes.size());
                scopes.get(which).close();
                closed.set(which, true);
                while (!closed.isEmpty() && closed.get(closed.size() - 1)) {
                  int last = closed.size() - 1;
                  closed.remove(last);
                  scopes.remove(last);
                  Span ended = spans.remove(last);
                  if (ended != null) {
                    ended.finish();
                  }
                }
              }
              Span expected = spans.isEmpty() ? null : spans.get(spans.size() - 1);
              assertThat(manager.activeSpan()).as(trial).isSameAs(expected);
            }
            for (int i = scopes.size() - 1; i >= 0; i--) {
              scopes.get(i).close();
              if (spans.get(i) != null) {
                spans.get(i).finish();
              }
            }
            assertThat(manager.activeSpan()).isNull();
          });
    }
  }

  @Test
  void threadsDoNotSeeEachOthersSpans() throws Exception {
    List<Thread> threads = new ArrayList<>();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    for (int i = 0; i < 4; i++) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  Deque<Scope> scopes = new ArrayDeque<>();
                  for (int round = 0; round < 500; round++) {
                    Span span = span("one");
                    scopes.push(manager.activate(span));
                    assertThat(manager.activeSpan()).isSameAs(span);
                    if (round % 3 == 2) {
                      scopes.forEach(Scope::close);
                      scopes.clear();
                      assertThat(manager.activeSpan()).isNull();
                    }
                    span.finish();
                  }
                  scopes.forEach(Scope::close);
                } catch (Throwable thrown) {
                  failure.set(thrown);
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join(30_000);
      assertThat(thread.isAlive()).isFalse();
    }
    assertThat(failure.get()).isNull();
  }

  /** The thread local itself is gone, and not only its value: pools keep their threads for ever. */
  @Test
  void nothingStaysInAThreadAfterItsLastScope() throws Exception {
    Assumptions.assumeTrue(manager instanceof StackScopeManager, "not one of ours");
    check(
        () -> {
          Span span = span("one");
          Scope outer = manager.activate(span);
          Scope inner = manager.activate(span);
          outer.close();
          inner.close();
          assertThat(isPresent(((StackScopeManager) manager).threads)).isFalse();
          span.finish();
        });
  }

  static boolean isPresent(ThreadLocal<?> local) {
    try {
      Method mapOf = ThreadLocal.class.getDeclaredMethod("getMap", Thread.class);
      mapOf.setAccessible(true);
      Object map = mapOf.invoke(local, Thread.currentThread());
      if (map == null) {
        return false;
      }
      Method entryOf = map.getClass().getDeclaredMethod("getEntry", ThreadLocal.class);
      entryOf.setAccessible(true);
      return entryOf.invoke(map, local) != null;
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }
}
