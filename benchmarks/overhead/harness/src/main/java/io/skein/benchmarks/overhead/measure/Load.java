package io.skein.benchmarks.overhead.measure;

import io.skein.benchmarks.overhead.process.ProcessorTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * One load on the service, and what was seen. Everything up to {@code collections} is of the
 * window: from shortly after the load began to its end, so that what the agent does later than the
 * request is in it as often as it should be.
 *
 * @param requests answered within the window
 * @param cpuNanos the service's processor time
 * @param threads the same by kind of thread
 * @param serviceBusy the share of the service's processor that the service used
 * @param othersBusy the share of it that others used: programs that do not belong here
 * @param loadBusy how busy the other processors were, by load, sink and all else
 * @param stolen the share of the service's processor that went to other machines
 * @param failed of the whole load: requests that were not answered with 200
 * @param expectedSpans of the whole load
 * @param countedSpans that arrived of them
 */
public record Load(
    double seconds,
    long requests,
    long cpuNanos,
    Map<String, Long> threads,
    double serviceBusy,
    double othersBusy,
    double loadBusy,
    double stolen,
    long allocatedBytes,
    long compilationMillis,
    long collections,
    double medianMicros,
    double p99Micros,
    long failed,
    long answered,
    long expectedSpans,
    long countedSpans,
    long spanBytes) {

  /**
   * Several as one: counts and times added, shares by the time that they are of, of each duration
   * the middle one.
   */
  static Load sum(List<Load> loads) {
    Map<String, Long> threads = new TreeMap<>();
    loads.forEach(
        load -> load.threads.forEach((kind, used) -> threads.merge(kind, used, Long::sum)));
    return new Load(
        loads.stream().mapToDouble(Load::seconds).sum(),
        total(loads, Load::requests),
        total(loads, Load::cpuNanos),
        threads,
        share(loads, Load::serviceBusy),
        share(loads, Load::othersBusy),
        share(loads, Load::loadBusy),
        share(loads, Load::stolen),
        total(loads, Load::allocatedBytes),
        total(loads, Load::compilationMillis),
        total(loads, Load::collections),
        middle(loads, Load::medianMicros),
        middle(loads, Load::p99Micros),
        total(loads, Load::failed),
        total(loads, Load::answered),
        total(loads, Load::expectedSpans),
        total(loads, Load::countedSpans),
        total(loads, Load::spanBytes));
  }

  private static long total(List<Load> loads, ToLongFunction<Load> of) {
    return loads.stream().mapToLong(of).sum();
  }

  private static double share(List<Load> loads, ToDoubleFunction<Load> of) {
    double seconds = loads.stream().mapToDouble(Load::seconds).sum();
    return loads.stream().mapToDouble(load -> of.applyAsDouble(load) * load.seconds).sum()
        / seconds;
  }

  private static double middle(List<Load> loads, ToDoubleFunction<Load> of) {
    double[] sorted = loads.stream().mapToDouble(of).sorted().toArray();
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }

  public double rate() {
    return requests / seconds;
  }

  public double cpuMicrosPerRequest() {
    return cpuNanos / 1e3 / requests;
  }

  public double cpuMicrosPerRequestWithoutCompilers() {
    return cpuMicrosPerRequest() - compilerMicrosPerRequest();
  }

  public double compilerMicrosPerRequest() {
    long nanos = new ProcessorTime.Used(cpuNanos, threads).ofThreads(ProcessorTime.COMPILERS);
    return nanos / 1e3 / requests;
  }

  public double allocatedPerRequest() {
    return (double) allocatedBytes / requests;
  }

  public long lostSpans() {
    return expectedSpans - countedSpans;
  }
}
