package io.skein.benchmarks.profile;

import io.skein.core.profile.ThreadSnapshot;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import one.profiler.AsyncProfiler;

/**
 * The profiler's figures, each beside what it is measured against, at the same time or in turns.
 * Processor time is that of one thread, read from the JVM; {@code benchmarks/profiler.sh} runs it.
 */
public final class ProfilerFigures {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final long PERIOD_NANOS = SampledThread.PERIOD_MILLIS * 1_000_000L;

  private final int rounds;
  private final int seconds;

  /** Rounds; at a hundred beats in a second the compiler takes its time. */
  private final int warmUp;

  private volatile long sink;

  private ProfilerFigures(boolean quick) {
    rounds = quick ? 2 : 7;
    seconds = quick ? 2 : 4;
    warmUp = quick ? 1 : 4;
  }

  /**
   * Arguments: {@code --quick}, to see that it works; which figures, if not all: {@code cpu},
   * {@code slowdown}, {@code taken}, {@code share}.
   */
  public static void main(String[] arguments) throws Exception {
    ProfilerFigures figures = new ProfilerFigures(Arrays.asList(arguments).contains("--quick"));
    say(
        "JDK %s, %d processors",
        System.getProperty("java.runtime.version"), Runtime.getRuntime().availableProcessors());
    List<String> only = new ArrayList<>(Arrays.asList(arguments));
    only.remove("--quick");
    if (only.isEmpty() || only.contains("cpu")) {
      figures.processorTime(false);
      figures.processorTime(true);
    }
    if (only.isEmpty() || only.contains("slowdown")) {
      figures.slowdown();
    }
    if (only.isEmpty() || only.contains("taken")) {
      figures.taken();
    }
    if (only.isEmpty() || only.contains("share")) {
      figures.share();
    }
  }

  private static void say(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }

  private static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }

  // ---- what a snapshot costs the sampler

  private void processorTime(boolean busy) throws Exception {
    try (SampledThread sampled = new SampledThread()) {
      Runnable work = busy ? this::compute : SampledThread::park;
      List<Double> bare = new ArrayList<>();
      List<Double> ours = new ArrayList<>();
      List<Double> ratios = new ArrayList<>();
      for (int round = -warmUp; round < rounds; round++) {
        Thread sampler = sampled.begin();
        Thread target = new Thread(() -> sampled.within(SampledThread.SAMPLED, work));
        target.start();
        awaitTheMiddleBetweenTwoBeats(sampled);
        long before = THREADS.getThreadCpuTime(sampler.getId());
        double their = bareFetch(target); // meanwhile, so that both have the same machine
        double our = THREADS.getThreadCpuTime(sampler.getId()) - before;
        our /= sampled.taken().size();
        sampled.end();
        target.interrupt();
        target.join();
        if (round >= 0) {
          ours.add(our / 1000);
          bare.add(their / 1000);
          ratios.add(our / their);
        }
      }
      say(
          "processor time of a snapshot of a %s thread of %d frames every 10 ms: %.1f us, the bare"
              + " fetch at the same pace %.1f us, ratio %.2f (%s)",
          busy ? "busy" : "waiting",
          SampledThread.DEPTH,
          median(ours),
          median(bare),
          median(ratios),
          spread(ratios));
    }
  }

  /** Who fetches right after the other finds all in the processor's caches, and is cheaper. */
  private static void awaitTheMiddleBetweenTwoBeats(SampledThread sampled)
      throws InterruptedException {
    List<ThreadSnapshot> taken = sampled.taken();
    while (taken.isEmpty()) {
      Thread.sleep(50);
      taken = sampled.taken();
    }
    long beat = taken.get(taken.size() - 1).timeMillis();
    while ((System.currentTimeMillis() - beat) % SampledThread.PERIOD_MILLIS
        != SampledThread.PERIOD_MILLIS / 2) {
      Thread.onSpinWait();
    }
  }

  private static String spread(List<Double> ratios) {
    return String.format(
        Locale.ROOT, "rounds from %.2f to %.2f", Collections.min(ratios), Collections.max(ratios));
  }

  /** The least that sampling can be: a thread that wakes up at each beat and gets the stack. */
  private double bareFetch(Thread target) throws InterruptedException {
    double[] nanos = new double[1];
    Thread sampler =
        new Thread(
            () -> {
              int fetched = 0;
              int beats = seconds * 100;
              long next = System.nanoTime();
              for (int i = 0; i < beats; i++) {
                next += PERIOD_NANOS;
                for (long left = next - System.nanoTime();
                    left > 0;
                    left = next - System.nanoTime()) {
                  LockSupport.parkNanos(left);
                }
                sink += target.getStackTrace().length;
                fetched++;
              }
              nanos[0] = (double) THREADS.getCurrentThreadCpuTime() / fetched;
            });
    sampler.start();
    sampler.join();
    return nanos[0];
  }

  private void compute() {
    long value = 1;
    while (!Thread.currentThread().isInterrupted()) {
      value = compute(value, 10_000);
    }
    sink = value;
  }

  private static long compute(long start, int times) {
    long value = start;
    for (int i = 0; i < times; i++) {
      value = value * 6364136223846793005L + 1442695040888963407L;
    }
    return value;
  }

  // ---- what a sampled request loses

  private void slowdown() throws Exception {
    int blocks = 10_000;
    for (int i = 0; i < 3; i++) {
      long begin = System.nanoTime();
      computeBlocks(blocks);
      blocks = (int) Math.max(1000, blocks * 500_000_000.0 / (System.nanoTime() - begin));
    }
    int calibrated = blocks;
    List<Double> ratios = new ArrayList<>();
    long snapshots = 0;
    long sampledNanos = 0;
    try (SampledThread sampled = new SampledThread()) {
      for (int pair = 0; pair < rounds * 8; pair++) {
        sampled.begin();
        boolean sampledFirst = pair % 2 == 0;
        long one = timed(sampled, sampledFirst, calibrated);
        long other = timed(sampled, !sampledFirst, calibrated);
        long with = sampledFirst ? one : other;
        long without = sampledFirst ? other : one;
        snapshots += sampled.taken().size();
        sampledNanos += with;
        ratios.add((double) with / without);
        sampled.end();
      }
    }
    Collections.sort(ratios);
    say(
        "a sampled request of half a second takes %.2f %% longer (median of %d pairs; quartiles"
            + " %.2f and %.2f), with %.0f snapshots per second",
        100 * (median(ratios) - 1),
        ratios.size(),
        100 * (ratios.get(ratios.size() / 4) - 1),
        100 * (ratios.get(ratios.size() * 3 / 4) - 1),
        snapshots * 1e9 / sampledNanos);
  }

  private long timed(SampledThread sampled, boolean sample, int blocks) {
    long[] nanos = new long[1];
    sampled.within(
        sample ? SampledThread.SAMPLED : "GET:/not-sampled",
        () -> {
          long begin = System.nanoTime();
          computeBlocks(blocks);
          nanos[0] = System.nanoTime() - begin;
        });
    return nanos[0];
  }

  private void computeBlocks(int blocks) {
    long value = 1;
    for (int i = 0; i < blocks; i++) {
      value = compute(value, 10_000);
    }
    sink = value;
  }

  // ---- how many snapshots come of those that are due

  private void taken() throws Exception {
    try (SampledThread sampled = new SampledThread()) {
      sampled.begin();
      List<Thread> busy = new ArrayList<>();
      for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
        String name = i == 0 ? SampledThread.SAMPLED : "GET:/not-sampled";
        Thread thread = new Thread(() -> sampled.within(name, this::compute));
        thread.start();
        busy.add(thread);
      }
      Thread.sleep(100);
      sampled.taken();
      long missed = sampled.missedBeats();
      long begin = System.nanoTime();
      Thread.sleep(seconds * 3000L);
      long nanos = System.nanoTime() - begin;
      int taken = sampled.taken().size();
      for (Thread each : busy) {
        each.interrupt();
        each.join();
      }
      say(
          "snapshots with %d busy threads: %.1f %% of those that were due in %.0f s (%d beats"
              + " missed)",
          busy.size(),
          100.0 * taken * PERIOD_NANOS / nanos,
          nanos / 1e9,
          sampled.missedBeats() - missed);
    }
  }

  // ---- how true the shares are

  private void share() throws Exception {
    AsyncProfiler other = AsyncProfiler.getInstance();
    try (SampledThread sampled = new SampledThread()) {
      new HotWork().run(2000); // warm
      HotWork work = new HotWork();
      sampled.begin();
      List<ThreadSnapshot> taken = new ArrayList<>();
      other.execute("start,event=ctimer,interval=10ms");
      sampled.within(
          SampledThread.SAMPLED,
          () -> {
            for (int i = 0; i < seconds * 3; i++) {
              work.run(1000);
              taken.addAll(sampled.taken());
            }
          });
      String stacks = other.execute("collapsed");
      other.execute("stop");
      int hot = 0;
      int of = 0;
      for (ThreadSnapshot each : taken) {
        hot += isIn(each, "hot") ? 1 : 0;
        of += isIn(each, "hot") || isIn(each, "cold") ? 1 : 0;
      }
      double ours = (double) hot / of;
      double theirs = asyncShare(stacks);
      say(
          "share of a hot method: truly %.1f %%, by %d snapshots %.1f %% (%+.1f points), by"
              + " async-profiler %.1f %% (%+.1f points)",
          100 * work.share(),
          of,
          100 * ours,
          100 * (ours - work.share()),
          100 * theirs,
          100 * (theirs - work.share()));
    }
  }

  private static boolean isIn(ThreadSnapshot snapshot, String method) {
    for (StackTraceElement frame : snapshot.frames()) {
      if (frame.getClassName().equals(HotWork.class.getName())
          && frame.getMethodName().equals(method)) {
        return true;
      }
    }
    return false;
  }

  private static double asyncShare(String stacks) {
    long hot = 0;
    long cold = 0;
    String type = HotWork.class.getName().replace('.', '/');
    for (String line : stacks.lines().toList()) {
      int space = line.lastIndexOf(' ');
      long count = space < 0 ? 0 : Long.parseLong(line.substring(space + 1));
      if (line.contains(type + ".hot")) {
        hot += count;
      } else if (line.contains(type + ".cold")) {
        cold += count;
      }
    }
    return (double) hot / (hot + cold);
  }
}
