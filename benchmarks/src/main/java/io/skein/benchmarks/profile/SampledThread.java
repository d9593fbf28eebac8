package io.skein.benchmarks.profile;

import io.skein.api.Span;
import io.skein.core.Tracer;
import io.skein.core.profile.ProfileTask;
import io.skein.core.profile.Profiler;
import io.skein.core.profile.ProfilerSettings;
import io.skein.core.profile.ThreadSnapshot;
import io.skein.core.report.ReportLog;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A tracer with a profiler that always has a task for {@link #SAMPLED}, and something to sample.
 */
final class SampledThread implements AutoCloseable {
  static final String SAMPLED = "GET:/sampled";
  static final int PERIOD_MILLIS = 10;

  /** Frames of the application's own above those of the thread. */
  static final int DEPTH = 60;

  private final Profiler profiler = new Profiler(ProfilerSettings.DEFAULT, ReportLog.silent());
  final Tracer tracer = Tracer.builder().profiler(profiler).build();
  private final List<ThreadSnapshot> taken = new ArrayList<>();
  private int tasks;

  /** Returns the sampler's thread, after it has begun. */
  Thread begin() throws InterruptedException {
    long now = System.currentTimeMillis();
    String refusal =
        profiler.offer(
            new ProfileTask("task-" + ++tasks, SAMPLED, now, 15, 0, PERIOD_MILLIS, 9, now));
    if (refusal != null) {
      throw new IllegalStateException(refusal);
    }
    while (profiler.watcher() == null) {
      Thread.sleep(1);
    }
    for (Thread each : Thread.getAllStackTraces().keySet()) {
      if (each.getName().equals("skein-profiler")) {
        return each;
      }
    }
    throw new IllegalStateException("no sampler");
  }

  void end() {
    profiler.end("task-" + tasks);
  }

  /** What was sampled since the last time. */
  List<ThreadSnapshot> taken() {
    taken.clear();
    profiler.drain(Integer.MAX_VALUE, taken::add);
    return taken;
  }

  long missedBeats() {
    return profiler.counters().missedBeats();
  }

  /** Does something in a span of a name, at the bottom of a deep stack. */
  void within(String name, Runnable work) {
    Span span = tracer.startEntry(name);
    descend(DEPTH - 3, work);
    span.end();
  }

  private static void descend(int depth, Runnable work) {
    if (depth == 0) {
      work.run();
    } else {
      descend(depth - 1, work);
    }
  }

  /** Until somebody interrupts. */
  static void park() {
    while (!Thread.currentThread().isInterrupted()) {
      LockSupport.park();
    }
  }

  @Override
  public void close() {
    profiler.close();
  }
}
