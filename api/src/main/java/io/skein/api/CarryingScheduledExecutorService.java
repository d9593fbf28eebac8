package io.skein.api;

import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The same for work that is to be run later; periodic work is handed on as it is. */
final class CarryingScheduledExecutorService extends CarryingExecutorService
    implements ScheduledExecutorService {
  private final ScheduledExecutorService executor;

  CarryingScheduledExecutorService(ScheduledExecutorService executor) {
    super(executor);
    this.executor = executor;
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable work, long delay, TimeUnit unit) {
    return executor.schedule(Carry.runnable(work), delay, unit);
  }

  @Override
  public <V extends @Nullable Object> ScheduledFuture<V> schedule(
      Callable<V> work, long delay, TimeUnit unit) {
    return executor.schedule(Carry.callable(work), delay, unit);
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable work, long initialDelay, long period, TimeUnit unit) {
    return executor.scheduleAtFixedRate(work, initialDelay, period, unit);
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable work, long initialDelay, long delay, TimeUnit unit) {
    return executor.scheduleWithFixedDelay(work, initialDelay, delay, unit);
  }
}
