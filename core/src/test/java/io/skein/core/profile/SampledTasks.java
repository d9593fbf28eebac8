package io.skein.core.profile;

import io.skein.api.Span;
import io.skein.core.Segment;
import io.skein.core.Tracer;
import io.skein.core.report.ReportLog;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A tracer and a profiler on a still machine, for tests. */
public final class SampledTasks {
  public static final String ENDPOINT = "GET:/orders/{id}";

  public final StillMachine machine = new StillMachine();
  public final List<String> log = Collections.synchronizedList(new ArrayList<>());
  public final List<Segment> segments = Collections.synchronizedList(new ArrayList<>());
  public final Profiler profiler;
  public final Tracer tracer;
  private int made;

  public SampledTasks() {
    this(ProfilerSettings.DEFAULT);
  }

  public SampledTasks(ProfilerSettings settings) {
    profiler =
        new Profiler(
            settings,
            new ReportLog() {
              @Override
              public void info(String message) {
                log.add(message);
              }

              @Override
              public void warn(String message) {
                log.add("WARN " + message);
              }
            },
            machine);
    tracer = Tracer.builder().clock(machine::millis).sink(segments::add).profiler(profiler).build();
  }

  /** A task of five minutes that starts now: every 10 ms, at once, up to five requests. */
  public ProfileTask task() {
    return task("task-" + ++made, machine.millis(), 5, 0, 10, 5);
  }

  public ProfileTask task(
      String id, long start, int minutes, int minDuration, int period, int samples) {
    return new ProfileTask(
        id, ENDPOINT, start, minutes, minDuration, period, samples, machine.millis());
  }

  /** Offers it and lets it begin. */
  public ProfileTask run(ProfileTask task) {
    String refusal = profiler.offer(task);
    if (refusal != null) {
      throw new AssertionError(refusal);
    }
    profiler.work();
    return task;
  }

  /** Lets time pass and the sampler work, beat by beat. */
  public void beats(int count) {
    for (int i = 0; i < count; i++) {
      machine.pass(10);
      profiler.work();
    }
  }

  public Span request() {
    return tracer.startEntry(ENDPOINT);
  }

  /** What waits, taken out. */
  public List<ThreadSnapshot> snapshots() {
    List<ThreadSnapshot> taken = new ArrayList<>();
    profiler.drain(Integer.MAX_VALUE, taken::add);
    return taken;
  }
}
