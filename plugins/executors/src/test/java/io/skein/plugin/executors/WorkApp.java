package io.skein.plugin.executors;

import io.skein.testing.app.Probe;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.RecursiveTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RejectedExecutionHandler;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/** The application: it knows nothing of Skein but the probe. */
public final class WorkApp implements Work, AutoCloseable {
  private static final long PATIENCE_SECONDS = 20;

  private final List<ExecutorService> pools = new ArrayList<>();

  private <P extends ExecutorService> P closing(P pool) {
    pools.add(pool);
    return pool;
  }

  private ThreadPoolExecutor single() {
    return single(new LinkedBlockingQueue<>(), new ThreadPoolExecutor.AbortPolicy());
  }

  private ThreadPoolExecutor single(
      BlockingQueue<Runnable> queue, RejectedExecutionHandler handler) {
    return closing(new ThreadPoolExecutor(1, 1, 1, TimeUnit.MINUTES, queue, handler));
  }

  @Override
  public void close() {
    for (ExecutorService pool : pools) {
      pool.shutdownNow();
    }
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    if (!latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the task did not run");
    }
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private static void request(String name, Callable<Void> work) throws Exception {
    Probe.entry(name, work);
  }

  private static void local(String name) {
    try {
      Probe.local(name);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Keeps a pool's only worker busy until it is released. */
  private static final class Blocker implements Runnable {
    final CountDownLatch running = new CountDownLatch(1);
    final CountDownLatch release = new CountDownLatch(1);

    @Override
    public void run() {
      running.countDown();
      try {
        await(release);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static Blocker block(Executor pool) throws InterruptedException {
    Blocker blocker = new Blocker();
    pool.execute(blocker);
    await(blocker.running);
    return blocker;
  }

  /** Remembers whether it found a trace. */
  private static final class Witness implements Runnable {
    final CountDownLatch ran = new CountDownLatch(1);
    volatile boolean sawATrace;

    @Override
    public void run() {
      sawATrace = Probe.active();
      ran.countDown();
    }
  }

  @Override
  public void execute() throws Exception {
    ThreadPoolExecutor pool = single();
    CountDownLatch done = new CountDownLatch(1);
    request(
        "request",
        () -> {
          pool.execute(
              () -> {
                local("task");
                done.countDown();
              });
          return null;
        });
    await(done);
  }

  @Override
  public void submitRunnable() throws Exception {
    ThreadPoolExecutor pool = single();
    request(
        "request",
        () -> {
          await(pool.submit(() -> local("task")));
          return null;
        });
  }

  @Override
  public void submitCallable() throws Exception {
    ThreadPoolExecutor pool = single();
    request(
        "request",
        () -> {
          Future<String> answer =
              pool.submit(
                  () -> {
                    Probe.local("task");
                    return "answer";
                  });
          if (!await(answer).equals("answer")) {
            throw new IllegalStateException("another answer");
          }
          return null;
        });
  }

  @Override
  public void invokeAll() throws Exception {
    ThreadPoolExecutor pool = single();
    request(
        "request",
        () -> {
          List<Callable<String>> tasks = new ArrayList<>();
          for (int i = 0; i < 3; i++) {
            String name = "task " + i;
            tasks.add(
                () -> {
                  Probe.local(name);
                  return name;
                });
          }
          pool.invokeAll(tasks, PATIENCE_SECONDS, TimeUnit.SECONDS);
          return null;
        });
  }

  @Override
  public boolean laterTaskSeesATrace() throws Exception {
    ThreadPoolExecutor pool = single();
    request(
        "request",
        () -> {
          await(pool.submit(() -> local("task")));
          return null;
        });
    return await(pool.submit(Probe::active));
  }

  @Override
  public void taskThatTracesNothing() throws Exception {
    ThreadPoolExecutor pool = single();
    request(
        "request",
        () -> {
          await(pool.submit(() -> {}));
          return null;
        });
  }

  @Override
  public void taskOutsideOfAnyTrace() throws Exception {
    await(single().submit(() -> local("task")));
  }

  @Override
  public void throughTwoPools() throws Exception {
    ThreadPoolExecutor first = single();
    ThreadPoolExecutor second = single();
    CountDownLatch done = new CountDownLatch(1);
    request(
        "request",
        () -> {
          first.execute(
              () ->
                  second.execute(
                      () -> {
                        local("task");
                        done.countDown();
                      }));
          return null;
        });
    await(done);
  }

  @Override
  public void twoRequestsOneWorker() throws Exception {
    ThreadPoolExecutor pool = single();
    Blocker blocker = block(pool);
    for (String name : List.of("one", "two")) {
      request(
          "request " + name,
          () -> {
            pool.execute(() -> local("task " + name));
            return null;
          });
    }
    blocker.release.countDown();
    await(pool.submit(() -> {}));
  }

  @Override
  public void sameObjectInTwoTraces() throws Exception {
    ThreadPoolExecutor pool = single();
    Blocker blocker = block(pool);
    Runnable task = () -> local("task");
    for (String name : List.of("one", "two")) {
      request(
          "request " + name,
          () -> {
            pool.execute(task);
            return null;
          });
    }
    blocker.release.countDown();
    await(pool.submit(() -> {}));
  }

  @Override
  public List<String> rejected() throws Exception {
    ThreadPoolExecutor pool =
        single(new ArrayBlockingQueue<>(1), new ThreadPoolExecutor.AbortPolicy());
    Blocker blocker = block(pool);
    pool.execute(() -> {});
    Witness witness = new Witness();
    List<String> seen = new ArrayList<>();
    request(
        "request",
        () -> {
          try {
            pool.execute(witness);
          } catch (RejectedExecutionException e) {
            seen.add(e.getClass().getName());
          }
          return null;
        });
    blocker.release.countDown();
    single().execute(witness);
    await(witness.ran);
    seen.add(String.valueOf(witness.sawATrace));
    return seen;
  }

  @Override
  public void callerRuns() throws Exception {
    ThreadPoolExecutor pool =
        single(new ArrayBlockingQueue<>(1), new ThreadPoolExecutor.CallerRunsPolicy());
    Blocker blocker = block(pool);
    pool.execute(() -> {});
    request(
        "request",
        () -> {
          pool.execute(() -> local("task"));
          return null;
        });
    blocker.release.countDown();
  }

  @Override
  public void discardOldest() throws Exception {
    ThreadPoolExecutor pool =
        single(new ArrayBlockingQueue<>(1), new ThreadPoolExecutor.DiscardOldestPolicy());
    Blocker blocker = block(pool);
    pool.execute(() -> {});
    CountDownLatch done = new CountDownLatch(1);
    request(
        "request",
        () -> {
          pool.execute(
              () -> {
                local("task");
                done.countDown();
              });
          return null;
        });
    blocker.release.countDown();
    await(done);
  }

  @Override
  public List<Boolean> shutdownNow() throws Exception {
    ThreadPoolExecutor pool = single();
    Blocker blocker = block(pool);
    Witness witness = new Witness();
    request(
        "request",
        () -> {
          pool.execute(witness);
          return null;
        });
    List<Runnable> neverRun = pool.shutdownNow();
    blocker.release.countDown();
    single().execute(neverRun.get(0));
    await(witness.ran);
    return List.of(neverRun.size() == 1 && neverRun.get(0) == witness, witness.sawATrace);
  }

  @Override
  public List<Boolean> remove() throws Exception {
    ThreadPoolExecutor pool = single();
    Blocker blocker = block(pool);
    Witness witness = new Witness();
    request(
        "request",
        () -> {
          pool.execute(witness);
          return null;
        });
    boolean removed = pool.remove(witness);
    blocker.release.countDown();
    pool.execute(witness);
    await(witness.ran);
    return List.of(removed, witness.sawATrace);
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
    Blocker blocker = block(pool);
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    request(
        "request",
        () -> {
          for (int priority : List.of(3, 1, 2)) {
            pool.execute(new Prioritized(priority, order));
          }
          return null;
        });
    blocker.release.countDown();
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
    List<Boolean> same = new ArrayList<>();
    request(
        "request",
        () -> {
          Future<Void> future =
              pool.submit(
                  () -> {
                    throw thrown;
                  });
          try {
            await(future);
          } catch (ExecutionException e) {
            same.add(e.getCause() == thrown);
          }
          pool.execute(
              () -> {
                throw thrown;
              });
          await(died);
          return null;
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
        "request",
        () -> {
          waiting.add(scheduler.schedule(() -> local("runnable"), 1, TimeUnit.MILLISECONDS));
          waiting.add(
              scheduler.schedule(
                  () -> {
                    Probe.local("callable");
                    return 1;
                  },
                  1,
                  TimeUnit.MILLISECONDS));
          waiting.add(scheduler.submit(() -> local("at once")));
          return null;
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
        "request",
        () -> {
          periodic.add(scheduler.scheduleAtFixedRate(task, 0, 1, TimeUnit.MILLISECONDS));
          periodic.add(scheduler.scheduleWithFixedDelay(task, 0, 1, TimeUnit.MILLISECONDS));
          return null;
        });
    await(runs);
    for (ScheduledFuture<?> each : periodic) {
      each.cancel(false);
    }
    return sawATrace.get();
  }

  @Override
  public void forkJoinSubmit() throws Exception {
    ForkJoinPool pool = closing(new ForkJoinPool(2));
    request(
        "request",
        () -> {
          await(pool.submit(() -> local("runnable")));
          await(
              pool.submit(
                  () -> {
                    Probe.local("callable");
                    return 1;
                  }));
          CountDownLatch done = new CountDownLatch(1);
          pool.execute(
              () -> {
                local("executed");
                done.countDown();
              });
          await(done);
          return null;
        });
  }

  private static final class Tree extends RecursiveTask<Integer> {
    private static final long serialVersionUID = 1;
    private final int depth;
    private final boolean traced;

    Tree(int depth, boolean traced) {
      this.depth = depth;
      this.traced = traced;
    }

    @Override
    protected Integer compute() {
      if (depth == 0) {
        if (traced) {
          local("leaf");
        }
        return 1;
      }
      Tree left = new Tree(depth - 1, traced);
      Tree right = new Tree(depth - 1, traced);
      left.fork();
      int sum = right.compute();
      return sum + left.join();
    }
  }

  @Override
  public void forkJoinTree() throws Exception {
    ForkJoinPool pool = closing(new ForkJoinPool(4));
    request(
        "request",
        () -> {
          int leaves = pool.invoke(new Tree(3, true));
          if (leaves != 8) {
            throw new IllegalStateException(leaves + " leaves");
          }
          return null;
        });
  }

  @Override
  public long deepRecursion() throws Exception {
    ForkJoinPool pool = closing(new ForkJoinPool(4));
    return Probe.entry("request", () -> (long) pool.invoke(new Tree(16, false)));
  }

  @Override
  public void parallelStream() throws Exception {
    ForkJoinPool pool = closing(new ForkJoinPool(3));
    request(
        "request",
        () -> {
          await(pool.submit(() -> IntStream.range(0, 16).parallel().forEach(i -> local("step"))));
          return null;
        });
  }

  @Override
  public void supplyAsync() throws Exception {
    ThreadPoolExecutor pool = single();
    request(
        "request",
        () -> {
          await(
              CompletableFuture.supplyAsync(
                  () -> {
                    local("common");
                    return 1;
                  }));
          await(
              CompletableFuture.supplyAsync(
                  () -> {
                    local("own");
                    return 1;
                  },
                  pool));
          await(CompletableFuture.runAsync(() -> local("run"), pool));
          return null;
        });
  }

  @Override
  public void everyStage() throws Exception {
    ThreadPoolExecutor pool = single();
    CompletableFuture<Integer> start = new CompletableFuture<>();
    CompletableFuture<Integer> other = new CompletableFuture<>();
    List<Future<?>> ends = new ArrayList<>();
    request(
        "request",
        () -> {
          ends.add(start.thenApply(value -> traced("thenApply", value)));
          ends.add(start.thenApplyAsync(value -> traced("thenApplyAsync", value), pool));
          ends.add(start.thenAccept(value -> local("thenAccept")));
          ends.add(start.thenRun(() -> local("thenRun")));
          ends.add(
              start.thenCompose(
                  value -> CompletableFuture.completedFuture(traced("thenCompose", value))));
          ends.add(start.whenComplete((value, error) -> local("whenComplete")));
          ends.add(start.handle((value, error) -> traced("handle", value)));
          ends.add(start.thenCombine(other, (one, two) -> traced("thenCombine", one + two)));
          ends.add(start.thenAcceptBoth(other, (one, two) -> local("thenAcceptBoth")));
          ends.add(start.runAfterBoth(other, () -> local("runAfterBoth")));
          ends.add(start.applyToEither(other, value -> traced("applyToEither", value)));
          ends.add(start.acceptEither(other, value -> local("acceptEither")));
          ends.add(start.runAfterEither(other, () -> local("runAfterEither")));
          CompletableFuture<Integer> failing =
              start.thenApply(value -> Integer.parseInt("no number " + value));
          ends.add(failing.exceptionally(error -> traced("exceptionally", 0)));
          ends.add(
              failing.exceptionallyCompose(
                  error -> CompletableFuture.completedFuture(traced("exceptionallyCompose", 0))));
          return null;
        });
    Thread completer =
        new Thread(
            () -> {
              other.complete(2);
              start.complete(1);
            });
    completer.start();
    completer.join();
    for (Future<?> each : ends) {
      await(each);
    }
  }

  private static int traced(String name, int value) {
    local(name);
    return value;
  }

  @Override
  public void registrantsTraceWins() throws Exception {
    CompletableFuture<Integer> future = new CompletableFuture<>();
    List<Future<?>> stages = new ArrayList<>();
    request(
        "registers",
        () -> {
          stages.add(future.thenAccept(value -> local("stage")));
          return null;
        });
    request(
        "completes",
        () -> {
          future.complete(1);
          Probe.local("after");
          return null;
        });
    await(stages.get(0));
  }

  @Override
  public void completedFutureStaysInTheSegment() throws Exception {
    request(
        "request",
        () -> {
          await(CompletableFuture.completedFuture(1).thenAccept(value -> local("stage")));
          return null;
        });
  }

  @Override
  public void delayedExecutor() throws Exception {
    ThreadPoolExecutor pool = single();
    Executor delayed = CompletableFuture.delayedExecutor(1, TimeUnit.MILLISECONDS, pool);
    CountDownLatch done = new CountDownLatch(1);
    request(
        "request",
        () -> {
          delayed.execute(
              () -> {
                local("executed");
                done.countDown();
              });
          await(CompletableFuture.runAsync(() -> local("run"), delayed));
          return null;
        });
    await(done);
  }

  @Override
  public boolean stageException() throws Exception {
    IllegalStateException thrown = new IllegalStateException("the stage's own");
    return Probe.entry(
        "request",
        () -> {
          CompletableFuture<Integer> failed =
              CompletableFuture.supplyAsync(
                      () -> {
                        throw thrown;
                      })
                  .thenApply(value -> 1);
          try {
            await(failed);
            return false;
          } catch (ExecutionException e) {
            return e.getCause() == thrown;
          }
        });
  }

  /** By reflection: the test is compiled for Java 17. */
  private static ThreadFactory virtualFactory() throws ReflectiveOperationException {
    Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
    return (ThreadFactory)
        Class.forName("java.lang.Thread$Builder").getMethod("factory").invoke(builder);
  }

  @Override
  public void virtualThreads() throws Exception {
    ExecutorService perTask =
        closing(
            (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null));
    ThreadFactory factory = virtualFactory();
    request(
        "request",
        () -> {
          await(perTask.submit(() -> local("per task")));
          Thread made = factory.newThread(() -> local("factory"));
          made.start();
          made.join();
          Thread started =
              (Thread)
                  Thread.class
                      .getMethod("startVirtualThread", Runnable.class)
                      .invoke(null, (Runnable) () -> local("started"));
          started.join();
          await(CompletableFuture.runAsync(() -> local("stage"), perTask));
          return null;
        });
  }

  @Override
  public boolean virtualWorkerKeepsTheTrace() throws Exception {
    ExecutorService pool = closing(Executors.newFixedThreadPool(1, virtualFactory()));
    request(
        "request",
        () -> {
          await(pool.submit(() -> local("task")));
          return null;
        });
    return await(pool.submit(Probe::active));
  }

  @Override
  public boolean platformThreadSeesATrace() throws Exception {
    Witness witness = new Witness();
    request(
        "request",
        () -> {
          Thread thread = new Thread(witness);
          thread.start();
          thread.join();
          return null;
        });
    return witness.sawATrace;
  }

  @Override
  public boolean queueHoldsOwnObject() throws Exception {
    ThreadPoolExecutor pool = single();
    Blocker blocker = block(pool);
    Runnable task = () -> {};
    boolean own =
        Probe.entry(
            "request",
            () -> {
              pool.execute(task);
              return pool.getQueue().peek() == task;
            });
    blocker.release.countDown();
    return own;
  }
}
