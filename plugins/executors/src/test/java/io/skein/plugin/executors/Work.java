package io.skein.plugin.executors;

import java.util.List;

/** What the application under test does with executors; the test sees its spans. */
interface Work {
  /** Tasks handed in to pools of threads, at once or on a schedule. */
  interface InPools {
    void execute() throws Exception;

    void submitRunnable() throws Exception;

    void submitCallable() throws Exception;

    void invokeAll() throws Exception;

    /** Whether a task that is handed in outside of any trace finds one, after a traced one. */
    boolean laterTaskSeesATrace() throws Exception;

    void taskThatTracesNothing() throws Exception;

    void taskOutsideOfAnyTrace() throws Exception;

    void throughTwoPools() throws Exception;

    /** Hands two hand-overs of two requests to one worker. */
    void twoRequestsOneWorker() throws Exception;

    void sameObjectInTwoTraces() throws Exception;

    /** The name of the exception, and whether the task finds a trace when it runs later. */
    List<String> rejected() throws Exception;

    void callerRuns() throws Exception;

    void discardOldest() throws Exception;

    /** Whether the objects were the application's own, and whether one finds a trace elsewhere. */
    List<Boolean> shutdownNow() throws Exception;

    /** Whether remove said yes, and whether the object finds a trace when it runs later. */
    List<Boolean> remove() throws Exception;

    /** Whether the queue of a pool holds exactly the object that was handed in. */
    boolean queueHoldsOwnObject() throws Exception;

    /** The priorities in the order in which they ran. */
    List<Integer> priorities() throws Exception;

    /** Whether exactly the thrown objects arrived: at the future, and at the uncaught handler. */
    List<Boolean> exceptions() throws Exception;

    void schedule() throws Exception;

    /** Whether any of the first runs of a periodic task saw a trace. */
    boolean periodicSeesATrace() throws Exception;
  }

  /** Tasks that fork others. */
  interface InForks {
    void submit() throws Exception;

    void tree() throws Exception;

    long deepRecursion() throws Exception;

    void parallelStream() throws Exception;
  }

  /** Stages of completable futures. */
  interface InStages {
    void supplyAsync() throws Exception;

    void everyKind() throws Exception;

    void registrantsTraceWins() throws Exception;

    void completedFutureStaysInTheSegment() throws Exception;

    void delayedExecutor() throws Exception;

    /** Whether exactly the thrown object arrived at the end of a chain of stages. */
    boolean exception() throws Exception;
  }

  /** Threads without a pool. */
  interface InThreads {
    void virtual() throws Exception;

    /** Whether a worker that is a virtual thread keeps the trace it was started in. */
    boolean virtualWorkerKeepsTheTrace() throws Exception;

    boolean platformSeesATrace() throws Exception;
  }
}
