package io.skein.opentracing.scope;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentracing.Scope;
import io.opentracing.ScopeManager;
import io.opentracing.Span;
import io.skein.opentracing.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** The contract inside a virtual thread, where there are any; otherwise in this one. */
class VirtualThreadScopeManagerTest extends ScopeManagerContract {
  @Override
  protected ScopeManager newManager() {
    return new VirtualThreadScopeManager();
  }

  @Override
  protected void inEnvironment(Runnable work) {
    if (Runtime.version().feature() < 21) {
      work.run();
      return;
    }
    try {
      Object unused =
          Threads.inVirtualThread(
              () -> {
                work.run();
                return null;
              });
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** More virtual threads than carriers, each unmounted in the middle of its scope. */
  @Test
  void eachVirtualThreadKeepsItsSpanWhileItIsUnmounted() throws Exception {
    ConcurrentLinkedQueue<Object> wrong = new ConcurrentLinkedQueue<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      threads.add(
          Threads.startVirtual(
              () -> {
                for (int round = 0; round < 5; round++) {
                  Span span = span("one");
                  try (Scope scope = manager.activate(span)) {
                    Thread.sleep(1);
                    if (manager.activeSpan() != span) {
                      wrong.add(round);
                    }
                  } catch (InterruptedException e) {
                    wrong.add(e);
                  }
                  span.finish();
                  if (manager.activeSpan() != null) {
                    wrong.add("left");
                  }
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join(30_000);
    }
    assertThat(wrong).isEmpty();
    assertThat(recorder.count("one")).isEqualTo(250);
  }
}
