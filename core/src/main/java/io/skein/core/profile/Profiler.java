package io.skein.core.profile;

import io.skein.core.report.ReportLog;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Samples the threads of requests: those of an endpoint that a task names, and, if wanted, those
 * that take longer than is usual. Safe for use by any number of threads.
 *
 * <h2>Parts</h2>
 *
 * <pre>
 *   application's threads       sampler's thread             reporter's thread
 *   segment starts ─► Watcher   while a task runs:           commands ─► offer, end
 *     named as the task says?     each period, for each      drain ◄── SnapshotQueue
 *     ─► Slots ── Watch ────────► Watch: stack, state ─────► unreportedFinish
 *   segment ends ─► release       ─► SnapshotQueue
 * </pre>
 *
 * <p>While no task runs there is no thread, and the tracer reads one volatile field for each
 * segment.
 *
 * <p><b>Total</b> for the application: nothing that goes wrong while sampling leaves the sampler's
 * thread. The log is written to from several threads, one line for each change of state.
 */
public final class Profiler implements AutoCloseable {
  /** Room for the snapshots that wait, if their stacks are large. */
  static final long QUEUE_BYTES = 16L << 20;

  /**
   * So long before its start a task has its thread, which waits for the moment; for one that starts
   * later nobody waits, and {@link #drain} looks whether it is time. The call of a reporter that
   * hangs lasts no longer than this.
   */
  static final long LEAD_NANOS = 30_000_000_000L;

  /**
   * When all samples are taken, how long a request that was handed to another thread may rest until
   * that thread goes on with it.
   */
  static final long PATIENCE_NANOS = 10_000_000_000L;

  private static final long CLOSE_MILLIS = 1000;

  private final ProfilerSettings settings;
  private final ReportLog log;
  private final Machine machine;
  private final ProfilerCounters counters = new ProfilerCounters();
  private final SnapshotQueue queue;
  private final Slots slots;
  private final Sampling sampling;

  private volatile @Nullable Watcher watcher;

  /** Made when slow requests are looked for; stays, since who has entered must leave. */
  private volatile @Nullable OpenSegments open;

  // Guarded by this object's lock.

  private final Tasks tasks = new Tasks();
  private @Nullable SlowRequests slow;
  private @Nullable Thread thread;
  private boolean closed;

  /** Whether {@link #drain} has to look for a task that starts soon. */
  private volatile boolean hasWaiting;

  /** A profiler that has nothing to do until it is given a task, or slow requests to look for. */
  public Profiler(ProfilerSettings settings, ReportLog log) {
    this(settings, log, new RealMachine());
  }

  Profiler(ProfilerSettings settings, ReportLog log, Machine machine) {
    this.settings = settings;
    this.log = ReportLog.oneLine(log);
    this.machine = machine;
    this.queue = new SnapshotQueue(settings.queuedSnapshots(), QUEUE_BYTES);
    this.slots = new Slots(settings.maxParallel(), settings.maxParts(), queue, counters);
    this.sampling = new Sampling(machine, slots, counters, settings.maxDepth());
    slowRequests(settings.slow());
  }

  // ---- what the tracer uses

  /** Takes the clock that the spans have their times from: milliseconds since 1970. */
  public void clock(LongSupplier millis) {
    if (machine instanceof RealMachine real) {
      real.millis(millis);
    }
  }

  /** Returns who is to be asked about a segment; null while nothing is watched for. */
  public @Nullable Watcher watcher() {
    return watcher;
  }

  /** Returns where open segments are noted, if that has ever been wanted. */
  public @Nullable OpenSegments open() {
    return open;
  }

  // ---- what those who give orders use

  /**
   * Takes a task, to be run when its start has come; at once, if it has. A task is taken once: the
   * same again, also one that was refused, ended, or ended by hand before it came, is refused.
   *
   * @return null if it was taken; otherwise why not, in words for a log
   */
  public @Nullable String offer(ProfileTask task) {
    synchronized (this) {
      if (closed || !settings.active()) {
        return closed ? "the process ends" : "profiling is switched off in this process";
      }
      long now = machine.nanos();
      String refusal = tasks.add(task, machine.millis(), now);
      if (refusal != null) {
        return refusal;
      }
      hasWaiting = true;
      see();
    }
    return null;
  }

  /**
   * Ends a task by hand. One that is not known yet will be refused when it comes.
   *
   * @return whether it was running or waiting for its start
   */
  public boolean end(String taskId) {
    synchronized (this) {
      if (closed) {
        return false;
      }
      Run run = tasks.running();
      if (run != null && run.taskId.equals(taskId)) {
        finish(run, "it was stopped");
        wake();
        return true;
      }
      boolean cancelled = tasks.cancel(taskId);
      if (cancelled) {
        say("profile task " + taskId + ": stopped before its start");
      }
      return cancelled;
    }
  }

  /**
   * Switches the sampling of slow requests on or off, within what the settings allow: a backend
   * that cannot store what has no task needs none of it.
   */
  public void slowRequests(boolean wanted) {
    synchronized (this) {
      boolean on = wanted && settings.slow() && !closed;
      if (on == (slow != null)) {
        return;
      }
      if (on) {
        OpenSegments segments = open;
        if (segments == null) {
          segments = new OpenSegments();
          open = segments;
        }
        slow =
            new SlowRequests(
                machine, slots, segments, sampling, counters, settings.slowCpuPercent());
        see();
      } else {
        SlowRequests before = slow;
        slow = null;
        if (before != null) {
          slots.close(before.run());
        }
        wake();
      }
      publish();
      OpenSegments noted = open;
      if (!on && noted != null) {
        noted.clear();
      }
    }
  }

  // ---- what the reporter uses

  /**
   * Hands over snapshots in the order in which they were taken, as far as there are any. To be
   * called by one thread, about twice in a second.
   *
   * @return how many
   */
  public int drain(int max, Consumer<? super ThreadSnapshot> consumer) {
    if (hasWaiting) {
      synchronized (this) {
        see();
      }
    }
    int count = 0;
    while (count < max) {
      SnapshotQueue.Entry entry = queue.poll();
      if (entry == null) {
        break;
      }
      count++;
      try {
        consumer.accept(entry.snapshot());
      } finally {
        counters.takenOut();
        entry.run().queued.decrementAndGet();
      }
    }
    return count;
  }

  /**
   * Returns the task whose end is to be told to the backend next: the first that has ended, once
   * all of its snapshots have been drained. It stays the next until {@link #finishReported}.
   */
  public @Nullable String unreportedFinish() {
    synchronized (this) {
      return tasks.unreported();
    }
  }

  /** The end of a task has been told; harmless when it was not the next. */
  public void finishReported(String taskId) {
    synchronized (this) {
      tasks.reported(taskId);
    }
  }

  /** Returns the figures, which go on changing. */
  public ProfilerCounters counters() {
    return counters;
  }

  /**
   * Ends what runs, and the thread. What has been sampled may still be drained, and the end of a
   * task that ran told. Waits for the thread for a second at most.
   */
  @Override
  public void close() {
    Thread ending;
    synchronized (this) {
      Run run = tasks.running();
      if (run != null) {
        finish(run, "the process ends");
      }
      tasks.cancelAll();
      slowRequests(false);
      closed = true;
      hasWaiting = false;
      ending = thread;
      wake();
    }
    if (ending == null || ending == Thread.currentThread()) {
      return;
    }
    try {
      ending.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Counts what still waits as lost, when nobody will drain it any more. */
  public void discard() {
    for (SnapshotQueue.Entry each = queue.poll(); each != null; each = queue.poll()) {
      counters.lostFromQueue(SnapshotLoss.SHUTDOWN);
      each.run().queued.decrementAndGet();
    }
  }

  // ---- the sampler's thread

  private void run() {
    while (true) {
      long wait;
      try {
        wait = work();
      } catch (RuntimeException | Error e) {
        // Not foreseen. To go on might fail each time; to end would keep places for ever.
        giveUp(e);
        return;
      }
      if (wait < 0) {
        return;
      }
      if (wait > 0) {
        LockSupport.parkNanos(this, wait);
        Thread.interrupted(); // nobody has a reason to, and with it the next wait would be none
      }
    }
  }

  /**
   * Does what is due.
   *
   * @return for how many nanoseconds there is nothing more to do; -1 when there will not be, and
   *     the thread is to end
   */
  long work() {
    long now = machine.nanos();
    Run run;
    SlowRequests looking;
    long wake = now + LEAD_NANOS;
    synchronized (this) {
      run = current(now);
      looking = slow;
      Tasks.Scheduled next = tasks.next();
      if (run == null && looking == null && (next == null || !isNear(next, now))) {
        thread = null;
        return -1;
      }
      if (next != null) {
        wake = earlier(wake, next.startNanos());
      }
    }
    if (run != null) {
      if (now - run.nextBeatNanos >= 0) {
        sampling.beat(run, now);
        counters.missed(run.skipTo(machine.nanos()));
      }
      wake = earlier(earlier(wake, run.nextBeatNanos), run.endNanos);
    }
    if (looking != null) {
      wake = earlier(wake, looking.work(machine.nanos()));
    }
    return Math.max(0, wake - machine.nanos());
  }

  /** The run that goes on, after what is over has been ended and what is due has been begun. */
  private @Nullable Run current(long now) {
    Run run = tasks.running();
    if (run != null) {
      if (now - run.endNanos >= 0) {
        finish(run, "its time is over");
      } else if (isDone(run, now)) {
        finish(run, "all samples are taken");
      }
    }
    Tasks.Scheduled next = tasks.next();
    if (next != null && now - next.startNanos() >= 0) {
      run = tasks.running();
      if (run != null) {
        finish(run, "the next one begins");
      }
      hasWaiting = tasks.waiting() > 1;
      begin(next, now);
    }
    return tasks.running();
  }

  private static boolean isNear(Tasks.Scheduled next, long now) {
    return next.startNanos() - now <= LEAD_NANOS;
  }

  private static long earlier(long one, long other) {
    return one - other < 0 ? one : other;
  }

  private static boolean isDone(Run run, long now) {
    if (!run.isExhausted() || run.busy > 0) {
      run.isQuiet = false;
      return false;
    }
    if (!run.isQuiet) {
      run.isQuiet = true;
      run.quietNanos = now;
    }
    return !run.mayGoOn() || now - run.quietNanos >= PATIENCE_NANOS;
  }

  private void begin(Tasks.Scheduled next, long now) {
    Run run = tasks.begin(next, now);
    publish();
    ProfileTask task = next.task();
    say(
        "profile task "
            + task.id()
            + ": sampling \""
            + task.endpoint()
            + "\" every "
            + run.periodMillis
            + " ms for "
            + (next.durationNanos() + 30_000_000_000L) / 60_000_000_000L
            + " min");
  }

  private void say(String message) {
    say(false, message);
  }

  /** A log that throws is no reason to end a task. */
  private void say(boolean warning, String message) {
    try {
      if (warning) {
        log.warn(message);
      } else {
        log.info(message);
      }
    } catch (RuntimeException e) {
      // There is nowhere to say it.
    }
  }

  private void finish(Run run, String why) {
    slots.close(run);
    tasks.end();
    publish();
    say(
        "profile task "
            + run.taskId
            + " has ended, "
            + why
            + ": "
            + run.samples()
            + " requests sampled, "
            + run.snapshots()
            + " snapshots");
  }

  private void giveUp(Throwable why) {
    synchronized (this) {
      thread = null;
      Run run = tasks.running();
      if (run != null) {
        finish(run, "sampling has failed (" + why + ")");
      }
      slowRequests(false);
    }
    say(true, "sampling has failed and was given up until the next profile task: " + why);
  }

  /** What the tracer has to ask about from now on. */
  private void publish() {
    Run run = tasks.running();
    watcher =
        run == null && slow == null
            ? null
            : new Watcher(slots, machine, run, slow == null ? null : open);
  }

  /** Sees to it that there is a thread if there is something to do for it, and that it knows. */
  private void see() {
    if (thread != null) {
      wake();
      return;
    }
    Tasks.Scheduled next = tasks.next();
    if (!closed && (slow != null || (next != null && isNear(next, machine.nanos())))) {
      try {
        thread = machine.start(this::run);
      } catch (OutOfMemoryError e) { // no thread can be made; the next one who looks tries again
        say(true, "there is no thread for sampling: " + e);
      }
    }
  }

  private void wake() {
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }

  /** How many threads are watched; for tests. */
  int watched() {
    return slots.size();
  }
}
