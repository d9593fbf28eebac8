package io.skein.api;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** An executor service whose work runs in the trace in which it was handed in. */
class CarryingExecutorService implements ExecutorService {
  private final ExecutorService executor;

  CarryingExecutorService(ExecutorService executor) {
    this.executor = executor;
  }

  @Override
  public void execute(Runnable work) {
    executor.execute(Carry.runnable(work));
  }

  @Override
  public Future<?> submit(Runnable work) {
    return executor.submit(Carry.runnable(work));
  }

  @Override
  public <T extends @Nullable Object> Future<T> submit(Runnable work, T result) {
    return executor.submit(Carry.runnable(work), result);
  }

  @Override
  public <T extends @Nullable Object> Future<T> submit(Callable<T> work) {
    return executor.submit(Carry.callable(work));
  }

  @Override
  public <T extends @Nullable Object> List<Future<T>> invokeAll(
      Collection<? extends Callable<T>> work) throws InterruptedException {
    return executor.invokeAll(carried(work));
  }

  @Override
  public <T extends @Nullable Object> List<Future<T>> invokeAll(
      Collection<? extends Callable<T>> work, long timeout, TimeUnit unit)
      throws InterruptedException {
    return executor.invokeAll(carried(work), timeout, unit);
  }

  @Override
  public <T extends @Nullable Object> T invokeAny(Collection<? extends Callable<T>> work)
      throws InterruptedException, ExecutionException {
    return executor.invokeAny(carried(work));
  }

  @Override
  public <T extends @Nullable Object> T invokeAny(
      Collection<? extends Callable<T>> work, long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    return executor.invokeAny(carried(work), timeout, unit);
  }

  private static <T extends @Nullable Object> List<Callable<T>> carried(
      Collection<? extends Callable<T>> work) {
    List<Callable<T>> carried = new ArrayList<>(work.size());
    for (Callable<T> each : work) {
      carried.add(Carry.callable(each));
    }
    return carried;
  }

  @Override
  public void shutdown() {
    executor.shutdown();
  }

  @Override
  public List<Runnable> shutdownNow() {
    List<Runnable> neverRun = new ArrayList<>();
    for (Runnable each : executor.shutdownNow()) {
      neverRun.add(each instanceof CarriedRunnable carried ? carried.work : each);
    }
    return neverRun;
  }

  @Override
  public boolean isShutdown() {
    return executor.isShutdown();
  }

  @Override
  public boolean isTerminated() {
    return executor.isTerminated();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return executor.awaitTermination(timeout, unit);
  }

  /**
   * Since JDK 19 executor services can be closed, and the common pool's {@code close} does nothing;
   * the inherited one would wait for the common pool for ever.
   */
  @SuppressWarnings("MissingOverride") // there is nothing to override in JDK 17
  public void close() {
    if (executor instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException(e); // cannot be: it declares none
      }
    } else {
      executor.shutdown();
    }
  }

  @Override
  public String toString() {
    return "Carrying " + executor;
  }
}
