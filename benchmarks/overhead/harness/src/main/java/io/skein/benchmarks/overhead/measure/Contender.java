package io.skein.benchmarks.overhead.measure;

import io.skein.benchmarks.overhead.process.Service;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The service with one variant, in one round: its JVM, and what was measured on it so far. */
final class Contender implements AutoCloseable {
  private final Bench bench;
  private final Variant variant;
  private final Plan plan;
  private final int round;
  private final List<Double> firstAnswers = new ArrayList<>();
  private final Map<String, List<Load>> turns = new LinkedHashMap<>();
  private @Nullable Service service;
  private @Nullable Measurement measurement;

  Contender(Bench bench, Variant variant, Plan plan, int round) {
    this.bench = bench;
    this.variant = variant;
    this.plan = plan;
    this.round = round;
  }

  String name() {
    return variant.name();
  }

  String title() {
    return variant.title();
  }

  /** A fresh JVM in place of the one of the last start. */
  void start() throws IOException, InterruptedException {
    close();
    String log = "round-" + round + "-" + variant.name() + "-start-" + (firstAnswers.size() + 1);
    service = bench.start(variant, List.of(), log);
    firstAnswers.add(service.awaitFirstAnswer());
  }

  void warmUp() throws IOException, InterruptedException {
    measurement = new Measurement(bench, variant, service(), plan);
    measurement.calibrate();
    measurement.warmUp();
  }

  /** One turn; a rate of 0 is saturation. */
  Load take(String load, double rate, boolean counted) throws IOException, InterruptedException {
    Load taken = measurement().load(Plan.path(load), rate);
    if (counted) {
      turns.computeIfAbsent(load, name -> new ArrayList<>()).add(taken);
    }
    return taken;
  }

  /** All that was measured; the JVM is still there. */
  Run run() throws IOException {
    Service.Statistics end = service().statistics();
    return new Run(
        variant.name(),
        round,
        firstAnswers,
        measurement().spansPerRequest(),
        turns,
        end.loadedClasses(),
        service().resident(),
        end.allocationOfEndedThreads(),
        bench.options(variant, List.of()));
  }

  private Service service() {
    if (service == null) {
      throw new IllegalStateException("not started");
    }
    return service;
  }

  private Measurement measurement() {
    if (measurement == null) {
      throw new IllegalStateException("not warm");
    }
    return measurement;
  }

  @Override
  public void close() {
    if (service != null) {
      service.close();
      service = null;
    }
  }
}
