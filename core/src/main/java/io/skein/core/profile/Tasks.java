package io.skein.core.profile;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which tasks are to come, which one runs, and of which it has not been told yet that they ended.
 * Guarded by the profiler's lock.
 *
 * <pre>
 *   offered ──► refused, and never taken again
 *      └──────► scheduled ── start ──► running ── time, samples, by hand ──► ended ──► told
 *                   └────────────────── by hand ─────────────────────────────┘
 * </pre>
 */
final class Tasks {
  /** Tasks last minutes and do not overlap; more ahead than this is a server gone wrong. */
  static final int MAX_SCHEDULED = 64;

  /** How many ids are known of tasks that were refused or have ended. */
  private static final int MAX_KNOWN = 1024;

  /**
   * How much later than its end by our clock a task may come: SkyWalking's server delivers tasks up
   * to five minutes after their start, and clocks differ.
   */
  static final long TOLERANCE_MILLIS = 5 * 60_000;

  private static final long NANOS_PER_MILLI = 1_000_000;

  /** A task that is to come. */
  record Scheduled(ProfileTask task, long startNanos, long durationNanos) {}

  /** A task that has ended. The run is null if it never began. */
  private record Ended(String id, @Nullable Run run) {}

  private final List<Scheduled> scheduled = new ArrayList<>();
  private final Set<String> known =
      Collections.newSetFromMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
              return size() > MAX_KNOWN;
            }
          });
  private final ArrayDeque<Ended> ended = new ArrayDeque<>();
  private @Nullable ProfileTask runningTask;
  private @Nullable Run running;

  /** Takes a task; returns why not, or null. */
  @Nullable String add(ProfileTask task, long nowMillis, long nowNanos) {
    ProfileTask.Refusal refusal = task.refusal();
    if (refusal != null) {
      return refusal.message();
    }
    if (!known.add(task.id())) {
      return "it is known already";
    }
    long lateMillis = nowMillis - task.endMillis();
    if (lateMillis >= TOLERANCE_MILLIS) {
      return "its time was over " + lateMillis / 60_000 + " minutes ago, by this machine's clock";
    }
    for (Scheduled other : scheduled) {
      if (task.meets(other.task)) {
        return overlap(other.task);
      }
    }
    ProfileTask current = runningTask;
    if (current != null && task.meets(current)) {
      return overlap(current);
    }
    if (scheduled.size() >= MAX_SCHEDULED) {
      return MAX_SCHEDULED + " other tasks are waiting for their start";
    }
    scheduled.add(scheduled(task, nowMillis, nowNanos));
    return null;
  }

  private static String overlap(ProfileTask other) {
    return "it overlaps task " + other.id() + " of endpoint \"" + other.endpoint() + "\"";
  }

  /**
   * From now on only time that has passed counts, whatever becomes of the clock. A task that is
   * late runs for all of its time as long as that ends within the tolerance; why it is late,
   * because the process has just started or because clocks differ, cannot be told.
   */
  private static Scheduled scheduled(ProfileTask task, long nowMillis, long nowNanos) {
    long delayMillis = Math.max(0, task.startMillis() - nowMillis);
    long lengthMillis = task.endMillis() - task.startMillis();
    long leftMillis = task.endMillis() + TOLERANCE_MILLIS - nowMillis;
    return new Scheduled(
        task,
        nowNanos + delayMillis * NANOS_PER_MILLI,
        Math.min(lengthMillis, leftMillis) * NANOS_PER_MILLI);
  }

  /** Returns when the next one starts; null when none is waiting. */
  @Nullable Scheduled next() {
    Scheduled next = null;
    for (Scheduled each : scheduled) {
      if (next == null || each.startNanos - next.startNanos < 0) {
        next = each;
      }
    }
    return next;
  }

  /** It begins to run; what ran before has been ended. */
  Run begin(Scheduled next, long nowNanos) {
    scheduled.remove(next);
    runningTask = next.task;
    // The first beat is now and not when it should have been; the end is that of its time.
    Run run = Run.of(next.task, nowNanos, nowNanos + next.durationNanos);
    running = run;
    return run;
  }

  @Nullable Run running() {
    return running;
  }

  /** What runs has ended, and has been closed. */
  void end() {
    Run run = running;
    if (run != null) {
      ended.add(new Ended(run.taskId, run));
      running = null;
      runningTask = null;
    }
  }

  /** Takes back one that is waiting. An id that is not known yet is one from now on. */
  boolean cancel(String id) {
    for (Iterator<Scheduled> each = scheduled.iterator(); each.hasNext(); ) {
      if (each.next().task.id().equals(id)) {
        each.remove();
        ended.add(new Ended(id, null));
        return true;
      }
    }
    known.add(id);
    return false;
  }

  void cancelAll() {
    scheduled.clear();
  }

  int waiting() {
    return scheduled.size();
  }

  /** The first that has ended, when none of its snapshots waits any more. */
  @Nullable String unreported() {
    Ended first = ended.peek();
    return first != null && (first.run == null || first.run.queued.get() == 0) ? first.id : null;
  }

  void reported(String id) {
    Ended first = ended.peek();
    if (first != null && first.id.equals(id)) {
      ended.remove();
    }
  }
}
