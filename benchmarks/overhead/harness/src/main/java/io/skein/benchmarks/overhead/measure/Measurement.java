package io.skein.benchmarks.overhead.measure;

import io.skein.benchmarks.overhead.load.LoadGenerator;
import io.skein.benchmarks.overhead.process.ProcessorTime;
import io.skein.benchmarks.overhead.process.Processors;
import io.skein.benchmarks.overhead.process.Receiver;
import io.skein.benchmarks.overhead.process.Service;
import io.skein.benchmarks.overhead.sink.Counts;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Puts loads on a running service and reads off what they cost it. */
public final class Measurement {
  /** Before each window, so that sending is as far behind in it at its beginning as at its end. */
  private static final Duration LEAD = Duration.ofSeconds(2);

  private static final Duration TAIL = Duration.ofMillis(300);

  /** Of warming up with work; after each it is asked what the compilers did. */
  private static final Duration SLICE = Duration.ofSeconds(3);

  /** The compilers' share of the service's processor time with which it counts as warm. */
  private static final double WARM = 0.02;

  private static final double CALM_RATE = 20;
  private static final Duration CALM = Duration.ofSeconds(2);

  /** Beyond the variant's own longest wait: for the way, and for a machine that is busy. */
  private static final Duration SPARE = Duration.ofSeconds(2);

  private final Bench bench;
  private final Receiver receiver;
  private final Variant variant;
  private final Service service;
  private final Plan plan;
  private final Map<String, Double> spansPerRequest = new HashMap<>();

  public Measurement(Bench bench, Variant variant, Service service, Plan plan) throws IOException {
    this.bench = bench;
    this.receiver = bench.receiver(variant);
    this.variant = variant;
    this.service = service;
    this.plan = plan;
  }

  public Map<String, Double> spansPerRequest() {
    return Map.copyOf(spansPerRequest);
  }

  /** Finds out, without hurry, how many spans a request has. */
  public void calibrate() throws IOException, InterruptedException {
    awaitQuiet(Long.MAX_VALUE);
    for (String path : new String[] {Plan.WORK_PATH, Plan.EMPTY_PATH}) {
      long before = receiver.counts().spans();
      LoadGenerator.Outcome calm = new LoadGenerator(service.port()).atRate(path, CALM_RATE, CALM);
      awaitQuiet(Long.MAX_VALUE);
      double each = (double) (receiver.counts().spans() - before) / calm.answered();
      if (calm.failed() > 0 || Math.abs(each - Math.rint(each)) > 0.1) {
        throw new IOException(
            variant.name() + " made " + each + " spans for each of " + calm + " of " + path);
      }
      spansPerRequest.put(path, Math.rint(each));
    }
  }

  /**
   * Saturates the service for as long as the plan says, and then until its compilers have next to
   * nothing left to do, or four times as long has passed. Meanwhile the service may use all
   * processors, so that its compilers and its requests do not wait for each other.
   */
  public void warmUp() throws IOException, InterruptedException {
    bench.unbind(service);
    try {
      heat();
    } finally {
      bench.bind(service);
    }
    awaitQuiet(Long.MAX_VALUE);
  }

  /**
   * Both kinds of requests in turns: what is compiled for one alone is thrown away with the other.
   */
  private void heat() throws IOException, InterruptedException {
    LoadGenerator load = new LoadGenerator(service.port());
    long began = System.nanoTime();
    double compiling;
    do {
      ProcessorTime before = service.processorTime();
      load.saturate(Plan.WORK_PATH, plan.connections(), SLICE);
      load.saturate(Plan.EMPTY_PATH, plan.connections(), SLICE.dividedBy(3));
      ProcessorTime.Used used = service.processorTime().since(before);
      compiling = (double) used.ofThreads(ProcessorTime.COMPILERS) / used.nanos();
    } while (goesOn(System.nanoTime() - began, compiling));
  }

  private boolean goesOn(long nanos, double compiling) {
    long planned = plan.warmUp().toNanos();
    return nanos < planned || (compiling > WARM && nanos < 4 * planned);
  }

  /** Rate 0 is saturation. */
  public Load load(String path, double rate) throws IOException, InterruptedException {
    Counts before = receiver.counts();
    LoadGenerator generator = new LoadGenerator(service.port());
    FutureTask<Load> sampling = new FutureTask<>(window(generator));
    Thread sampler = new Thread(sampling, "sampler");
    sampler.start();
    Duration whole = LEAD.plus(plan.measured()).plus(TAIL);
    LoadGenerator.Outcome outcome =
        rate == 0
            ? generator.saturate(path, plan.connections(), whole)
            : generator.atRate(path, rate, whole);
    sampler.join();
    long expected = Math.round(outcome.answered() * spansPerRequest.getOrDefault(path, 0.0));
    awaitQuiet(before.spans() + expected);
    Counts after = receiver.counts();
    if (after.undecodable() > before.undecodable()) {
      throw new IOException(
          "the sink did not understand what " + variant.name() + " sent; see its log");
    }
    return complete(result(sampling), outcome, expected, before, after);
  }

  private static Load result(FutureTask<Load> sampling) throws IOException, InterruptedException {
    try {
      return sampling.get();
    } catch (ExecutionException failed) {
      throw new IOException("could not be measured", failed.getCause());
    }
  }

  private static Load complete(
      Load window, LoadGenerator.Outcome outcome, long expected, Counts before, Counts after) {
    return new Load(
        window.seconds(),
        window.requests(),
        window.cpuNanos(),
        window.threads(),
        window.serviceBusy(),
        window.othersBusy(),
        window.loadBusy(),
        window.stolen(),
        window.allocatedBytes(),
        window.compilationMillis(),
        window.collections(),
        outcome.medianMicros(),
        outcome.p99Micros(),
        outcome.failed(),
        outcome.answered(),
        expected,
        after.spans() - before.spans(),
        after.bytes() - before.bytes());
  }

  private Callable<Load> window(LoadGenerator generator) {
    return () -> {
      Thread.sleep(LEAD.toMillis());
      Moment first = new Moment(generator);
      Thread.sleep(plan.measured().toMillis());
      return new Moment(generator).since(first);
    };
  }

  private final class Moment {
    private final Service.Statistics statistics = service.statistics();
    private final Processors own = bench.serviceProcessor();
    private final Processors others = bench.loadProcessors();
    private final ProcessorTime processorTime = service.processorTime();
    private final long answered;
    private final long nanos;

    Moment(LoadGenerator generator) throws IOException {
      answered = generator.answered();
      nanos = System.nanoTime();
    }

    Load since(Moment before) {
      double seconds = (nanos - before.nanos) / 1e9;
      ProcessorTime.Used used = processorTime.since(before.processorTime);
      double serviceBusy = used.nanos() / 1e9 / seconds;
      return new Load(
          seconds,
          answered - before.answered,
          used.nanos(),
          used.byThread(),
          serviceBusy,
          Math.max(0, own.busyShareSince(before.own) - serviceBusy),
          others.busyShareSince(before.others),
          own.stolenShareSince(before.own),
          statistics.allocatedBytes() - before.statistics.allocatedBytes(),
          statistics.compilationMillis() - before.statistics.compilationMillis(),
          statistics.collections() - before.statistics.collections(),
          0,
          0,
          0,
          0,
          0,
          0,
          0);
    }
  }

  /**
   * Until as many spans have arrived as are expected, or none has for longer than the variant lets
   * them wait.
   */
  private void awaitQuiet(long expected) throws IOException, InterruptedException {
    long seen = -1;
    long since = System.nanoTime();
    long limit = variant.hasAgent() ? variant.flush().plus(SPARE).toNanos() : 0;
    while (true) {
      long now = receiver.counts().spans();
      if (now != seen) {
        seen = now;
        since = System.nanoTime();
      }
      if (seen >= expected || System.nanoTime() - since >= limit) {
        return;
      }
      Thread.sleep(100);
    }
  }
}
