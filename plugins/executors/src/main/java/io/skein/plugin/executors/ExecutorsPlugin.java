package io.skein.plugin.executors;

import static io.skein.agent.plugin.MethodMatchers.named;
import static io.skein.agent.plugin.MethodMatchers.namedOneOf;
import static io.skein.agent.plugin.MethodMatchers.returns;
import static io.skein.agent.plugin.MethodMatchers.takesArgument;
import static io.skein.agent.plugin.MethodMatchers.takesArguments;

import io.skein.agent.plugin.Advice;
import io.skein.agent.plugin.MethodMatcher;
import io.skein.agent.plugin.Plugin;
import io.skein.agent.plugin.Weaver;
import io.skein.core.Scope;
import java.util.List;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets work that is handed to another thread go on in the trace of who handed it over.
 *
 * <h2>Pools</h2>
 *
 * Nothing that the application can see is wrapped: a queue, {@code remove}, {@code shutdownNow} and
 * a rejection handler deal with the application's own objects, and a priority queue can compare
 * them. What was captured waits in a weak identity map ({@link Tasks}) until the pool calls {@code
 * run} on that very object.
 *
 * <p>{@code ThreadPoolExecutor} takes work in {@code execute}; the scheduled one has its own door,
 * {@code delayedExecute}, as it never calls {@code execute}. Both run it at one place, the call of
 * {@code Runnable.run} inside {@code runWorker}. Advice on that call rather than on the method, for
 * the method is the worker's whole life. {@code ForkJoinPool} has many doors and, in all JDKs since
 * 17, one place behind them: {@code WorkQueue.push} (and {@code lockedPush} before 19). It runs
 * everything through {@code ForkJoinTask.doExec}.
 *
 * <p>Periodic tasks are not carried: they outlive the request that started them, and a trace that
 * grows by a segment every second for days helps nobody.
 *
 * <h2>Completable futures</h2>
 *
 * Functions given to a {@code CompletableFuture} cannot be seen again by anybody, so they are
 * replaced by a {@linkplain Carried carrier}. The trace is that of who registered the function, not
 * of who happens to complete the future. The pool part leaves these tasks alone ({@link
 * Tasks#isCarriedAlready}).
 *
 * <h2>Threads</h2>
 *
 * A virtual thread is made for one task, and its task is replaced by a carrier where all virtual
 * threads are made. Platform threads are not carried: a {@code new Thread} is as often a
 * connection's reader or a pool's worker, started by chance during the first request, which would
 * then do everything in that request's name for as long as the process lives.
 *
 * <h2>The JDK's HTTP client</h2>
 *
 * Its own futures and tasks are left alone ({@link Tasks#isOfTheHttpClient}): a request makes some
 * thirty of them, and carrying a trace through each costs more than all of its spans. So a body
 * handler of the application's, which the client calls in a thread of its own, runs outside of the
 * trace.
 *
 * <h2>No span is made</h2>
 *
 * A hand-over alone reports nothing (T17): {@code continueFrom} makes the first span that the task
 * starts the root of a new segment with a reference to the place it was captured at.
 */
public final class ExecutorsPlugin implements Plugin {
  private static final String FUNCTIONS = "java.util.function.";

  @Override
  public String name() {
    return "executors";
  }

  @Override
  public void weave(Weaver weaver) {
    String pool = "java.util.concurrent.ThreadPoolExecutor";
    MethodMatcher ofRunnable = takesArguments("java.lang.Runnable");
    weaver
        .type(pool)
        .advise(named("execute").and(ofRunnable), "HandOver")
        .advise(named("reject").and(ofRunnable), "Reject")
        .advise(named("remove").and(ofRunnable), "Remove")
        .advise(named("shutdownNow"), "Drain")
        .adviseCall(named("runWorker"), "java.lang.Runnable", "run", "Run");
    weaver
        .type("java.util.concurrent.ScheduledThreadPoolExecutor")
        .advise(named("delayedExecute"), "Schedule");
    weaver
        .type("java.util.concurrent.ForkJoinPool$WorkQueue")
        .advise(
            namedOneOf("push", "lockedPush")
                .and(takesArgument(0, "java.util.concurrent.ForkJoinTask")),
            "HandOver");
    weaver.type("java.util.concurrent.ForkJoinTask").advise(named("doExec"), "Run");
    // The pool schedules since JDK 25, at once for itself and for
    // CompletableFuture.delayedExecutor.
    String forkJoinPool = "java.util.concurrent.ForkJoinPool";
    weaver
        .type(forkJoinPool)
        .adviseCall(named("schedule"), forkJoinPool, "scheduleDelayedTask", "HandOver");
    weaver
        .type("java.util.concurrent.CompletableFuture$DelayedExecutor")
        .adviseCall(named("execute"), forkJoinPool, "scheduleDelayedTask", "HandOver");
    weaver
        .type("java.lang.ThreadBuilders")
        .advise(named("newVirtualThread").and(takesArgument(3, "java.lang.Runnable")), "Virtual");
    weaveCompletableFuture(weaver);
  }

  private static void weaveCompletableFuture(Weaver weaver) {
    // Exactly this return type: the bridges to CompletionStage call the methods meant here.
    String future = "java.util.concurrent.CompletableFuture";
    MethodMatcher one =
        returns(future)
            .and(
                namedOneOf(
                    "supplyAsync",
                    "runAsync",
                    "completeAsync",
                    "thenApply",
                    "thenApplyAsync",
                    "thenAccept",
                    "thenAcceptAsync",
                    "thenRun",
                    "thenRunAsync",
                    "thenCompose",
                    "thenComposeAsync",
                    "whenComplete",
                    "whenCompleteAsync",
                    "handle",
                    "handleAsync",
                    "exceptionally",
                    "exceptionallyAsync",
                    "exceptionallyCompose",
                    "exceptionallyComposeAsync"));
    MethodMatcher two =
        returns(future)
            .and(
                namedOneOf(
                    "thenCombine",
                    "thenCombineAsync",
                    "thenAcceptBoth",
                    "thenAcceptBothAsync",
                    "runAfterBoth",
                    "runAfterBothAsync",
                    "applyToEither",
                    "applyToEitherAsync",
                    "acceptEither",
                    "acceptEitherAsync",
                    "runAfterEither",
                    "runAfterEitherAsync"));
    weaver
        .type(future)
        .advise(one.and(takesArgument(0, FUNCTIONS + "Supplier")), "FirstSupplier")
        .advise(one.and(takesArgument(0, "java.lang.Runnable")), "FirstRunnable")
        .advise(one.and(takesArgument(0, FUNCTIONS + "Function")), "FirstFunction")
        .advise(one.and(takesArgument(0, FUNCTIONS + "Consumer")), "FirstConsumer")
        .advise(one.and(takesArgument(0, FUNCTIONS + "BiFunction")), "FirstBiFunction")
        .advise(one.and(takesArgument(0, FUNCTIONS + "BiConsumer")), "FirstBiConsumer")
        .advise(two.and(takesArgument(1, "java.lang.Runnable")), "SecondRunnable")
        .advise(two.and(takesArgument(1, FUNCTIONS + "Function")), "SecondFunction")
        .advise(two.and(takesArgument(1, FUNCTIONS + "Consumer")), "SecondConsumer")
        .advise(two.and(takesArgument(1, FUNCTIONS + "BiFunction")), "SecondBiFunction")
        .advise(two.and(takesArgument(1, FUNCTIONS + "BiConsumer")), "SecondBiConsumer");
  }

  static final class HandOver {
    private HandOver() {}

    @Advice.Enter
    static void enter(@Advice.Argument(0) @Nullable Object task) {
      Tasks.handOver(task);
    }
  }

  static final class Schedule {
    private Schedule() {}

    @Advice.Enter
    static void enter(@Advice.Argument(0) RunnableScheduledFuture<?> task) {
      if (!task.isPeriodic()) {
        Tasks.handOver(task);
      }
    }
  }

  static final class Run {
    private Run() {}

    @Advice.Enter
    static @Nullable Scope enter(@Advice.This Object task) {
      return Tasks.resume(task);
    }

    @Advice.Exit
    static void exit(@Advice.Entered @Nullable Scope scope) {
      if (scope != null) {
        scope.close();
      }
    }
  }

  /**
   * Before the rejection handler sees the task: if it runs the task in the caller's thread, that is
   * a plain call, and if it hands it in again, that captures again.
   */
  static final class Reject {
    private Reject() {}

    @Advice.Enter
    static void enter(@Advice.Argument(0) @Nullable Object task) {
      Tasks.withdrawNewest(task);
    }
  }

  static final class Remove {
    private Remove() {}

    @Advice.Exit
    static void exit(@Advice.Argument(0) @Nullable Object task, @Advice.Returned boolean removed) {
      if (removed) {
        Tasks.withdrawOldest(task);
      }
    }
  }

  /** The caller may hand these objects to another pool, in another trace. */
  static final class Drain {
    private Drain() {}

    @Advice.Exit
    static void exit(@Advice.Returned @Nullable List<?> neverRun) {
      if (neverRun != null) {
        for (Object task : neverRun) {
          Tasks.withdrawOldest(task);
        }
      }
    }
  }

  static final class Virtual {
    private Virtual() {}

    @Advice.Replace(3)
    static @Nullable Runnable carry(@Advice.Argument(3) @Nullable Runnable task) {
      return Tasks.isWorker(task) ? null : Carried.runnable(task);
    }
  }

  static final class FirstSupplier {
    private FirstSupplier() {}

    @Advice.Replace(0)
    static @Nullable Supplier<?> carry(@Advice.Argument(0) @Nullable Supplier<?> given) {
      return Carried.supplier(given);
    }
  }

  static final class FirstRunnable {
    private FirstRunnable() {}

    @Advice.Replace(0)
    static @Nullable Runnable carry(@Advice.Argument(0) @Nullable Runnable given) {
      return Carried.runnable(given);
    }
  }

  static final class FirstFunction {
    private FirstFunction() {}

    @Advice.Replace(0)
    static @Nullable Function<?, ?> carry(@Advice.Argument(0) @Nullable Function<?, ?> given) {
      return Carried.function(given);
    }
  }

  static final class FirstConsumer {
    private FirstConsumer() {}

    @Advice.Replace(0)
    static @Nullable Consumer<?> carry(@Advice.Argument(0) @Nullable Consumer<?> given) {
      return Carried.consumer(given);
    }
  }

  static final class FirstBiFunction {
    private FirstBiFunction() {}

    @Advice.Replace(0)
    static @Nullable BiFunction<?, ?, ?> carry(
        @Advice.Argument(0) @Nullable BiFunction<?, ?, ?> given) {
      return Carried.biFunction(given);
    }
  }

  static final class FirstBiConsumer {
    private FirstBiConsumer() {}

    @Advice.Replace(0)
    static @Nullable BiConsumer<?, ?> carry(@Advice.Argument(0) @Nullable BiConsumer<?, ?> given) {
      return Carried.biConsumer(given);
    }
  }

  static final class SecondRunnable {
    private SecondRunnable() {}

    @Advice.Replace(1)
    static @Nullable Runnable carry(@Advice.Argument(1) @Nullable Runnable given) {
      return Carried.runnable(given);
    }
  }

  static final class SecondFunction {
    private SecondFunction() {}

    @Advice.Replace(1)
    static @Nullable Function<?, ?> carry(@Advice.Argument(1) @Nullable Function<?, ?> given) {
      return Carried.function(given);
    }
  }

  static final class SecondConsumer {
    private SecondConsumer() {}

    @Advice.Replace(1)
    static @Nullable Consumer<?> carry(@Advice.Argument(1) @Nullable Consumer<?> given) {
      return Carried.consumer(given);
    }
  }

  static final class SecondBiFunction {
    private SecondBiFunction() {}

    @Advice.Replace(1)
    static @Nullable BiFunction<?, ?, ?> carry(
        @Advice.Argument(1) @Nullable BiFunction<?, ?, ?> given) {
      return Carried.biFunction(given);
    }
  }

  static final class SecondBiConsumer {
    private SecondBiConsumer() {}

    @Advice.Replace(1)
    static @Nullable BiConsumer<?, ?> carry(@Advice.Argument(1) @Nullable BiConsumer<?, ?> given) {
      return Carried.biConsumer(given);
    }
  }
}
