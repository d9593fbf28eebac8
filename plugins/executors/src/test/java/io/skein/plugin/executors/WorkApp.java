package io.skein.plugin.executors;

import io.skein.testing.app.Probe;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionHandler;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * What the parts of the application have in common: requests, tasks to run in them, and the pools
 * they use, which end with the application. It knows nothing of Skein but the probe.
 */
abstract class WorkApp implements AutoCloseable {
  static final long PATIENCE_SECONDS = 20;

  private final List<ExecutorService> pools = new ArrayList<>();

  final <P extends ExecutorService> P closing(P pool) {
    pools.add(pool);
    return pool;
  }

  final ThreadPoolExecutor single() {
    return single(new LinkedBlockingQueue<>(), new ThreadPoolExecutor.AbortPolicy());
  }

  final ThreadPoolExecutor single(BlockingQueue<Runnable> queue, RejectedExecutionHandler handler) {
    return closing(new ThreadPoolExecutor(1, 1, 1, TimeUnit.MINUTES, queue, handler));
  }

  @Override
  public final void close() {
    for (ExecutorService pool : pools) {
      pool.shutdownNow();
    }
  }

  static void await(CountDownLatch latch) throws InterruptedException {
    if (!latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the task did not run");
    }
  }

  static <T> T await(Future<T> future) throws Exception {
    return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** What a request does. */
  interface Steps {
    void run() throws Exception;
  }

  static void request(Steps steps) throws Exception {
    request("request", steps);
  }

  static void request(String name, Steps steps) throws Exception {
    Probe.entry(
        name,
        () -> {
          steps.run();
          return "";
        });
  }

  static void local(String name) {
    try {
      Probe.local(name);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** A local span, made where a value is asked for. */
  static <T> T local(String name, T value) {
    local(name);
    return value;
  }

  static Callable<String> callable(String name) {
    return () -> local(name, name);
  }

  /** Makes a local span, and can be waited for. */
  static final class Task implements Runnable {
    private final String name;
    private final CountDownLatch done = new CountDownLatch(1);

    Task(String name) {
      this.name = name;
    }

    @Override
    public void run() {
      local(name);
      done.countDown();
    }

    void await() throws InterruptedException {
      WorkApp.await(done);
    }
  }

  /** Keeps a pool's only worker busy until it is released. */
  static final class Blocker implements Runnable {
    private final CountDownLatch running = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    static Blocker in(Executor pool) throws InterruptedException {
      Blocker blocker = new Blocker();
      pool.execute(blocker);
      await(blocker.running);
      return blocker;
    }

    @Override
    public void run() {
      running.countDown();
      try {
        await(released);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    void release() {
      released.countDown();
    }
  }

  /** Remembers whether it found a trace. */
  static final class Witness implements Runnable {
    private final CountDownLatch ran = new CountDownLatch(1);
    private volatile boolean sawATrace;

    @Override
    public void run() {
      sawATrace = Probe.active();
      ran.countDown();
    }

    /** Waits until it ran. */
    boolean sawATrace() throws InterruptedException {
      await(ran);
      return sawATrace;
    }
  }
}
