package io.skein.benchmarks.overhead.measure;

import io.skein.benchmarks.overhead.load.LoadGenerator;
import io.skein.benchmarks.overhead.process.Service;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.StringJoiner;
import java.util.function.Consumer;

/**
 * Rounds of all variants, each variant in a fresh JVM in each round. All JVMs of a round live side
 * by side and are put under load in turns of seconds, one at a time: a machine whose pace changes
 * from minute to minute changes it for all of them.
 */
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
   * {@code finished} is told the runs of each round as soon as it is over, so that none is lost
   * with a later one.
   */
  public void run(Plan plan, Consumer<Run> finished) throws IOException, InterruptedException {
    for (int round = 1; round <= rounds; round++) {
      String name = "round " + round + " of " + rounds + ": ";
      List<Contender> contenders = new ArrayList<>();
      try {
        for (Variant variant : variants) {
          contenders.add(new Contender(bench, variant, plan, round));
        }
        round(contenders, plan, name);
        for (Contender contender : contenders) {
          finished.accept(contender.run());
        }
      } finally {
        contenders.forEach(Contender::close);
      }
    }
  }

  private void round(List<Contender> contenders, Plan plan, String name)
      throws IOException, InterruptedException {
    for (int start = 1; start <= plan.starts(); start++) {
      for (Contender contender : shuffled(contenders)) {
        progress.accept(name + "start " + start + " of " + contender.title());
        contender.start();
      }
    }
    for (Contender contender : shuffled(contenders)) {
      progress.accept(name + "warming up " + contender.title());
      contender.warmUp();
    }
    for (int turn = 0; turn <= plan.turns(); turn++) {
      for (String load : Plan.LOADS) {
        StringJoiner seen = new StringJoiner("; ", name + "turn " + turn + ", " + load + ": ", "");
        for (Contender contender : shuffled(contenders)) {
          Load taken = contender.take(load, turn > 0);
          seen.add(
              String.format(
                  Locale.ROOT,
                  "%s %.0f per second, %.1f us",
                  contender.title(),
                  taken.rate(),
                  taken.cpuMicrosPerRequest()));
        }
        progress.accept(seen.toString());
      }
    }
  }

  private List<Contender> shuffled(List<Contender> contenders) {
    List<Contender> shuffled = new ArrayList<>(contenders);
    Collections.shuffle(shuffled, order);
    return shuffled;
  }

  /** What the service alone can do with work, which decides the rates; also warms sink and load. */
  public double saturation(Plan plan) throws IOException, InterruptedException {
    progress.accept("finding the rates, without agent");
    Variant none = Variant.withoutAgent(Variant.NONE, "no agent");
    try (Service service = bench.start(none, List.of(), "calibration")) {
      service.awaitFirstAnswer();
      Measurement measurement = new Measurement(bench, none, service, plan);
      new LoadGenerator(service.port()).saturate(Plan.WORK_PATH, plan.connections(), plan.warmUp());
      return measurement.load(Plan.WORK).rate();
    }
  }
}
