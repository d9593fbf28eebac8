package io.skein.opentracing.scope;

import io.opentracing.Scope;
import io.opentracing.Span;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The active span belongs to a task, that is, to any object by which an application or framework
 * knows a piece of work: a job, an actor, a coroutine, a connection.
 *
 * <pre>{@code
 * scopes.run(job, () -> scope = tracer.activateSpan(span));   // in one thread
 * scopes.run(job, () -> ...);                                 // later, in another: still active
 * scopes.run(job, () -> scope.close());
 * }</pre>
 *
 * <p>Nothing flows by itself: a new task begins with no active span, also when it is entered inside
 * another one. Outside of tasks this is a {@link ThreadLocalScopeManager}. A task that ends with
 * scopes still open takes them with it: nothing here keeps a task from being collected.
 *
 * <p>One thread at a time works for a task, the last that entered it. Where a task goes on in a
 * second thread before the first has left, which happens when the last act of its work is to hand
 * itself on, the first works as outside of tasks from then on.
 */
public final class TaskScopeManager extends StackScopeManager {
  private final ConcurrentMap<TaskKey, TaskStack> tasks = new ConcurrentHashMap<>();
  private final ReferenceQueue<Object> collected = new ReferenceQueue<>();

  /** Not static: the tasks of two managers have nothing to do with each other. */
  @SuppressWarnings("ThreadLocalUsage")
  final ThreadLocal<@Nullable Visit> visits = new ThreadLocal<>();

  /** Runs work for a task. */
  public void run(Object task, Runnable work) {
    try (Scope visit = enter(task)) {
      work.run();
    }
  }

  /** Runs work for a task and returns its result. */
  public <T extends @Nullable Object> T call(Object task, Callable<T> work) throws Exception {
    try (Scope visit = enter(task)) {
      return work.call();
    }
  }

  /**
   * The calling thread works for a task until the result is closed, in the same thread. Scopes that
   * are open then stay open with the task.
   */
  public Scope enter(Object task) {
    Objects.requireNonNull(task, "task == null");
    forgetCollected();
    Visit visit = new Visit(new TaskKey(task, collected), visits.get());
    // Under the lock of the map's entry: whoever leaves meanwhile must not take the stack away.
    visit.stack =
        tasks.compute(
            visit.key,
            (key, present) -> {
              TaskStack stack = present == null ? new TaskStack() : present;
              stack.visit = visit;
              return stack;
            });
    boolean hides = activeSpan() != null;
    visits.set(visit);
    if (hides || !visit.stack.isEmpty()) {
      visit.base = tell(activeSpan());
    }
    return visit;
  }

  /** How many tasks have open scopes. */
  int openTasks() {
    forgetCollected();
    return tasks.size();
  }

  @Override
  @Nullable ScopeStack present() {
    Visit visit = visits.get();
    return visit != null && visit.stack.visit == visit ? visit.stack : super.present();
  }

  @Override
  ScopeStack stack() {
    Visit visit = visits.get();
    return visit != null && visit.stack.visit == visit ? visit.stack : super.stack();
  }

  private void forgetCollected() {
    for (Reference<?> key = collected.poll(); key != null; key = collected.poll()) {
      tasks.remove(key);
    }
  }

  /** The scopes of a task. */
  private final class TaskStack extends ScopeStack {
    /** The last one; who is in it may change this stack. */
    volatile @Nullable Visit visit;

    @Override
    boolean isHere() {
      Visit last = visit;
      return last != null && last == visits.get();
    }

    @Override
    void opened(Entry entry) {
      Visit here = visit;
      if (here != null) {
        entry.told = tell(entry.span);
        here.opened.push(entry);
      }
    }

    @Override
    void closed(Entry entry) {
      Visit here = visit;
      if (here != null) {
        here.closed(entry, activeSpan());
      }
    }

    @Override
    void emptied() {}
  }

  /** The time in which a thread works for a task. */
  final class Visit implements Scope {
    final TaskKey key;
    private final @Nullable Visit outer;

    /** Scopes that this visit has opened and told the listener of; the others are the base's. */
    final Deque<ScopeStack.Entry> opened = new ArrayDeque<>();

    TaskStack stack = new TaskStack();
    @Nullable Scope base;
    private boolean over;

    Visit(TaskKey key, @Nullable Visit outer) {
      this.key = key;
      this.outer = outer;
    }

    void closed(ScopeStack.Entry entry, @Nullable Span nowActive) {
      if (opened.peek() == entry) {
        opened.pop();
        endTold(entry);
      } else {
        // It was opened in an earlier visit, and the base has spoken for it.
        endBase();
        base = tell(nowActive);
      }
    }

    private void endTold(ScopeStack.Entry entry) {
      Scope told = entry.told;
      entry.told = null;
      if (told != null) {
        told.close();
      }
    }

    private void endBase() {
      if (base != null) {
        base.close();
        base = null;
      }
    }

    @Override
    public void close() {
      if (over || !isOfThisThread()) {
        return;
      }
      Visit inner = visits.get();
      while (inner != null && inner != this) {
        inner.leave();
        inner = inner.outer;
      }
      leave();
    }

    private @Nullable Visit outerOf(TaskStack wanted) {
      Visit visit = outer;
      while (visit != null && visit.stack != wanted) {
        visit = visit.outer;
      }
      return visit;
    }

    private boolean isOfThisThread() {
      for (Visit visit = visits.get(); visit != null; visit = visit.outer) {
        if (visit == this) {
          return true;
        }
      }
      return false;
    }

    private void leave() {
      over = true;
      for (ScopeStack.Entry entry = opened.poll(); entry != null; entry = opened.poll()) {
        endTold(entry);
      }
      endBase();
      if (outer == null) {
        visits.remove();
      } else {
        visits.set(outer);
      }
      tasks.computeIfPresent(
          key,
          (ignored, present) -> {
            if (present.visit != this) {
              return present; // somebody else works for it by now
            }
            present.visit = outerOf(present);
            return present.isEmpty() && present.visit == null ? null : present;
          });
    }
  }

  /** A task as the key of a map: by identity, and without keeping it. */
  private static final class TaskKey extends WeakReference<Object> {
    private final int hash;

    TaskKey(Object task, ReferenceQueue<Object> collected) {
      super(task, collected);
      hash = System.identityHashCode(task);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      if (this == other) {
        return true;
      }
      Object task = get();
      return task != null && other instanceof TaskKey key && key.get() == task;
    }
  }
}
