package io.skein.benchmarks.overhead.measure;

import io.skein.benchmarks.overhead.process.Service;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/** Rounds of all variants, each in another order, each variant in a fresh JVM. */
public final class Comparison {
  private final Bench bench;
  private final List<Variant> variants;
  private final int rounds;
  private final Random order;
  private final Consumer<String> progress;

  public Comparison(
      Bench bench, List<Variant> variants, int rounds, long seed, Consumer<String> progress) {
    this.bench = bench;
    this.variants = variants;
    this.rounds = rounds;
    this.order = new Random(seed);
    this.progress = progress;
  }

  /**
   * {@code finished} is told each run as soon as it is over, so that none is lost with a later one.
   */
  public void run(Plan plan, Consumer<Run> finished) throws IOException, InterruptedException {
    for (int round = 1; round <= rounds; round++) {
      List<Variant> shuffled = new ArrayList<>(variants);
      Collections.shuffle(shuffled, order);
      for (Variant variant : shuffled) {
        progress.accept("round " + round + " of " + rounds + ": " + variant.title());
        finished.accept(run(plan, variant, round));
      }
    }
  }

  /** What the service alone can do with work, which decides the rates; also warms sink and load. */
  public double saturation(Plan plan) throws IOException, InterruptedException {
    progress.accept("finding the rates, without agent");
    Variant none = Variant.withoutAgent(Variant.NONE, "no agent");
    try (Service service = bench.start(none, List.of(), "calibration")) {
      service.awaitFirstAnswer();
      Measurement measurement = new Measurement(bench, none, service, plan);
      measurement.warmUp();
      return measurement.load(Plan.WORK).rate();
    }
  }

  private Run run(Plan plan, Variant variant, int round) throws IOException, InterruptedException {
    String log = "round-" + round + "-" + variant.name();
    List<Double> starts = new ArrayList<>();
    for (int start = 1; start < plan.starts(); start++) {
      try (Service service = bench.start(variant, List.of(), log + "-start-" + start)) {
        starts.add(service.awaitFirstAnswer());
      }
    }
    try (Service service = bench.start(variant, List.of(), log)) {
      starts.add(service.awaitFirstAnswer());
      Measurement measurement = new Measurement(bench, variant, service, plan);
      measurement.calibrate();
      measurement.warmUp();
      Map<String, Load> loads = new LinkedHashMap<>();
      for (String name : Plan.LOADS) {
        loads.put(name, measurement.load(name));
      }
      Service.Statistics end = service.statistics();
      return new Run(
          variant.name(),
          round,
          starts,
          measurement.spansPerRequest(),
          loads,
          end.loadedClasses(),
          service.resident(),
          end.allocationOfEndedThreads(),
          bench.options(variant, List.of()));
    }
  }
}
