package io.skein.plugin.executors;

import io.skein.testing.app.Probe;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RecursiveTask;
import java.util.stream.IntStream;

/** The application's fork-join pools. */
public final class ForksApp extends WorkApp implements Work.InForks {
  private ForkJoinPool pool(int workers) {
    return closing(new ForkJoinPool(workers));
  }

  @Override
  public void submit() throws Exception {
    ForkJoinPool pool = pool(2);
    request(
        () -> {
          await(pool.submit(() -> local("runnable")));
          await(pool.submit(callable("callable")));
          Task executed = new Task("executed");
          pool.execute(executed);
          executed.await();
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
  public void tree() throws Exception {
    ForkJoinPool pool = pool(4);
    request(
        () -> {
          int leaves = pool.invoke(new Tree(3, true));
          if (leaves != 8) {
            throw new IllegalStateException(leaves + " leaves");
          }
        });
  }

  @Override
  public long deepRecursion() throws Exception {
    ForkJoinPool pool = pool(4);
    return Probe.entry("request", () -> (long) pool.invoke(new Tree(16, false)));
  }

  @Override
  public void parallelStream() throws Exception {
    ForkJoinPool pool = pool(3);
    request(
        () ->
            await(
                pool.submit(() -> IntStream.range(0, 16).parallel().forEach(i -> local("step")))));
  }
}
