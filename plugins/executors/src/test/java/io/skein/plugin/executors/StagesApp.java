package io.skein.plugin.executors;

import io.skein.testing.app.Probe;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The application's completable futures. */
public final class StagesApp extends WorkApp implements Work.InStages {
  @Override
  public void supplyAsync() throws Exception {
    ThreadPoolExecutor pool = single();
    request(
        () -> {
          await(CompletableFuture.supplyAsync(() -> local("common", 1)));
          await(CompletableFuture.supplyAsync(() -> local("own", 1), pool));
          await(CompletableFuture.runAsync(() -> local("run"), pool));
        });
  }

  @Override
  public void everyKind() throws Exception {
    ThreadPoolExecutor pool = single();
    CompletableFuture<Integer> start = new CompletableFuture<>();
    CompletableFuture<Integer> other = new CompletableFuture<>();
    List<Future<?>> ends = new ArrayList<>();
    request(
        () -> {
          ends.add(start.thenApply(value -> local("thenApply", value)));
          ends.add(start.thenApplyAsync(value -> local("thenApplyAsync", value), pool));
          ends.add(start.thenAccept(value -> local("thenAccept")));
          ends.add(start.thenRun(() -> local("thenRun")));
          ends.add(
              start.thenCompose(
                  value -> CompletableFuture.completedFuture(local("thenCompose", value))));
          ends.add(start.whenComplete((value, error) -> local("whenComplete")));
          ends.add(start.handle((value, error) -> local("handle", value)));
          ends.add(start.thenCombine(other, (one, two) -> local("thenCombine", one + two)));
          ends.add(start.thenAcceptBoth(other, (one, two) -> local("thenAcceptBoth")));
          ends.add(start.runAfterBoth(other, () -> local("runAfterBoth")));
          ends.add(start.applyToEither(other, value -> local("applyToEither", value)));
          ends.add(start.acceptEither(other, value -> local("acceptEither")));
          ends.add(start.runAfterEither(other, () -> local("runAfterEither")));
          CompletableFuture<Integer> failing =
              start.thenApply(value -> Integer.parseInt("no number " + value));
          ends.add(failing.exceptionally(error -> local("exceptionally", 0)));
          ends.add(
              failing.exceptionallyCompose(
                  error -> CompletableFuture.completedFuture(local("exceptionallyCompose", 0))));
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

  @Override
  public void registrantsTraceWins() throws Exception {
    CompletableFuture<Integer> future = new CompletableFuture<>();
    List<Future<?>> stages = new ArrayList<>();
    request("registers", () -> stages.add(future.thenAccept(value -> local("stage"))));
    request(
        "completes",
        () -> {
          future.complete(1);
          Probe.local("after");
        });
    await(stages.get(0));
  }

  @Override
  public void completedFutureStaysInTheSegment() throws Exception {
    request(() -> await(CompletableFuture.completedFuture(1).thenAccept(value -> local("stage"))));
  }

  @Override
  public void delayedExecutor() throws Exception {
    Executor delayed = CompletableFuture.delayedExecutor(1, TimeUnit.MILLISECONDS, single());
    Task executed = new Task("executed");
    request(
        () -> {
          delayed.execute(executed);
          await(CompletableFuture.runAsync(() -> local("run"), delayed));
        });
    executed.await();
  }

  @Override
  public boolean exception() throws Exception {
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
}
