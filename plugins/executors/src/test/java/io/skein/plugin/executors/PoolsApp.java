package io.skein.plugin.executors;

import io.skein.testing.app.Probe;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RejectedExecutionHandler;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The application's pools of threads. */
public final class PoolsApp extends WorkApp implements Work.InPools {
  @Override
  public void execute() throws Exception {
    Task task = new Task("task");
    request(() -> single().execute(task));
    task.await();
  }

  @Override
  public void submitRunnable() throws Exception {
    request(() -> await(single().submit(() -> local("task"))));
  }

  @Override
  public void submitCallable() throws Exception {
    request(
        () -> {
          String answer = await(single().submit(callable("task")));
          if (!answer.equals("task")) {
            throw new IllegalStateException("another answer");
          }
        });
  }

  @Override
  public void invokeAll() throws Exception {
    request(
        () ->
            single()
                .invokeAll(
                    IntStream.range(0, 3).mapToObj(i -> callable("task " + i)).toList(),
                    PATIENCE_SECONDS,
                    TimeUnit.SECONDS));
  }

  @Override
  public boolean laterTaskSeesATrace() throws Exception {
    ThreadPoolExecutor pool = single();
    request(() -> await(pool.submit(() -> local("task"))));
    return await(pool.submit(Probe::active));
  }

  @Override
  public void taskThatTracesNothing() throws Exception {
    request(() -> await(single().submit(() -> {})));
  }

  @Override
  public void taskOutsideOfAnyTrace() throws Exception {
    await(single().submit(() -> local("task")));
  }

  @Override
  public void throughTwoPools() throws Exception {
    ThreadPoolExecutor second = single();
    Task task = new Task("task");
    request(() -> single().execute(() -> second.execute(task)));
    task.await();
  }

  @Override
  public void twoRequestsOneWorker() throws Exception {
    twoRequests(name -> () -> local("task " + name));
  }

  @Override
  public void sameObjectInTwoTraces() throws Exception {
    Runnable task = () -> local("task");
    twoRequests(name -> task);
  }

  /** Both tasks wait in the queue before the first of them runs. */
  private void twoRequests(Function<String, Runnable> tasks) throws Exception {
    ThreadPoolExecutor pool = single();
    Blocker blocker = Blocker.in(pool);
    for (String name : List.of("one", "two")) {
      request("request " + name, () -> pool.execute(tasks.apply(name)));
    }
    blocker.release();
    await(pool.submit(() -> {}));
  }

  /** A pool whose queue is full as soon as its worker is busy. */
  private ThreadPoolExecutor small(RejectedExecutionHandler handler) {
    return single(new ArrayBlockingQueue<>(1), handler);
  }

  /** Leaves no room in a small pool until it is released. */
  private static Blocker fill(ThreadPoolExecutor pool) throws InterruptedException {
    Blocker blocker = Blocker.in(pool);
    pool.execute(() -> {});
    return blocker;
  }

  @Override
  public List<String> rejected() throws Exception {
    ThreadPoolExecutor pool = small(new ThreadPoolExecutor.AbortPolicy());
    Blocker blocker = fill(pool);
    Witness witness = new Witness();
    List<String> seen = new ArrayList<>();
    request(
        () -> {
          try {
            pool.execute(witness);
          } catch (RejectedExecutionException e) {
            seen.add(e.getClass().getName());
          }
        });
    blocker.release();
    single().execute(witness);
    seen.add(String.valueOf(witness.sawATrace()));
    return seen;
  }

  @Override
  public void callerRuns() throws Exception {
    ThreadPoolExecutor pool = small(new ThreadPoolExecutor.CallerRunsPolicy());
    Blocker blocker = fill(pool);
    request(() -> pool.execute(() -> local("task")));
    blocker.release();
  }

  @Override
  public void discardOldest() throws Exception {
    ThreadPoolExecutor pool = small(new ThreadPoolExecutor.DiscardOldestPolicy());
    Blocker blocker = fill(pool);
    Task task = new Task("task");
    request(() -> pool.execute(task));
    blocker.release();
    task.await();
  }

  @Override
  public List<Boolean> shutdownNow() throws Exception {
    ThreadPoolExecutor pool = single();
    Blocker blocker = Blocker.in(pool);
    Witness witness = new Witness();
    request(() -> pool.execute(witness));
    List<Runnable> neverRun = pool.shutdownNow();
    blocker.release();
    single().execute(neverRun.get(0));
    return List.of(neverRun.size() == 1 && neverRun.get(0) == witness, witness.sawATrace());
  }

  @Override
  public List<Boolean> remove() throws Exception {
    ThreadPoolExecutor pool = single();
    Blocker blocker = Blocker.in(pool);
    Witness witness = new Witness();
    request(() -> pool.execute(witness));
    boolean removed = pool.remove(witness);
    blocker.release();
    pool.execute(witness);
    return List.of(removed, witness.sawATrace());
  }

  @Override
  public boolean queueHoldsOwnObject() throws Exception {
    ThreadPoolExecutor pool = single();
    Blocker blocker = Blocker.in(pool);
    Runnable task = () -> {};
    boolean own =
        Probe.entry(
            "request",
            () -> {
              pool.execute(task);
              return pool.getQueue().peek() == task;
            });
    blocker.release();
    return own;
  }

  private static final class Prioritized implements Runnable, Comparable<Prioritized> {
    private final int priority;
    private final List<Integer> order;

    Prioritized(int priority, List<Integer> order) {
      this.priority = priority;
      this.order = order;
    }

    @Override
    public void run() {
      order.add(priority);
      local("task " + priority);
    }

    @Override
    public int compareTo(Prioritized other) {
      return Integer.compare(priority, other.priority);
    }
  }

  @Override
  public List<Integer> priorities() throws Exception {
    ThreadPoolExecutor pool =
        single(new PriorityBlockingQueue<>(), new ThreadPoolExecutor.AbortPolicy());
    Blocker blocker = Blocker.in(pool);
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    request(
        () -> {
          for (int priority : List.of(3, 1, 2)) {
            pool.execute(new Prioritized(priority, order));
          }
        });
    blocker.release();
    pool.shutdown();
    pool.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
    return new ArrayList<>(order);
  }

  @Override
  public List<Boolean> exceptions() throws Exception {
    AtomicReference<Throwable> uncaught = new AtomicReference<>();
    CountDownLatch died = new CountDownLatch(1);
    ThreadFactory factory =
        worker -> {
          Thread thread = new Thread(worker);
          thread.setUncaughtExceptionHandler(
              (where, thrown) -> {
                uncaught.set(thrown);
                died.countDown();
              });
          return thread;
        };
    ExecutorService pool = closing(Executors.newFixedThreadPool(1, factory));
    IllegalStateException thrown = new IllegalStateException("the task's own");
    Runnable failing =
        () -> {
          throw thrown;
        };
    List<Boolean> same = new ArrayList<>();
    request(
        () -> {
          try {
            await(pool.submit(Executors.callable(failing)));
          } catch (ExecutionException e) {
            same.add(e.getCause() == thrown);
          }
          pool.execute(failing);
          await(died);
        });
    same.add(uncaught.get() == thrown);
    return same;
  }

  private ScheduledExecutorService scheduler() {
    return closing(Executors.newSingleThreadScheduledExecutor());
  }

  @Override
  public void schedule() throws Exception {
    ScheduledExecutorService scheduler = scheduler();
    List<Future<?>> waiting = new ArrayList<>();
    request(
        () -> {
          waiting.add(scheduler.schedule(() -> local("runnable"), 1, TimeUnit.MILLISECONDS));
          waiting.add(scheduler.schedule(callable("callable"), 1, TimeUnit.MILLISECONDS));
          waiting.add(scheduler.submit(() -> local("at once")));
        });
    for (Future<?> each : waiting) {
      await(each);
    }
  }

  @Override
  public boolean periodicSeesATrace() throws Exception {
    ScheduledExecutorService scheduler = scheduler();
    AtomicBoolean sawATrace = new AtomicBoolean();
    CountDownLatch runs = new CountDownLatch(6);
    Runnable task =
        () -> {
          if (Probe.active()) {
            sawATrace.set(true);
          }
          runs.countDown();
        };
    List<ScheduledFuture<?>> periodic = new ArrayList<>();
    request(
        () -> {
          periodic.add(scheduler.scheduleAtFixedRate(task, 0, 1, TimeUnit.MILLISECONDS));
          periodic.add(scheduler.scheduleWithFixedDelay(task, 0, 1, TimeUnit.MILLISECONDS));
        });
    await(runs);
    for (ScheduledFuture<?> each : periodic) {
      each.cancel(false);
    }
    return sawATrace.get();
  }
}
