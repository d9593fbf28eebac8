package io.skein.benchmarks.overhead.measure;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.StringJoiner;
import java.util.function.BiConsumer;
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
   * with a later one, and the plan with its rates, which the first round finds.
   */
  public void run(Plan plan, BiConsumer<Plan, Run> finished)
      throws IOException, InterruptedException {
    Plan rated = plan;
    for (int round = 1; round <= rounds; round++) {
      String name = "round " + round + " of " + rounds + ": ";
      List<Contender> contenders = new ArrayList<>();
      try {
        for (Variant variant : variants) {
          contenders.add(new Contender(bench, variant, plan, round));
        }
        warmUp(contenders, plan, name);
        if (round == 1) {
          rated = plan.atRatesOf(saturation(contenders));
        }
        turns(contenders, rated, name);
        for (Contender contender : contenders) {
          finished.accept(rated, contender.run());
        }
      } finally {
        contenders.forEach(Contender::close);
      }
    }
  }

  private void warmUp(List<Contender> contenders, Plan plan, String name)
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
  }

  private void turns(List<Contender> contenders, Plan plan, String name)
      throws IOException, InterruptedException {
    for (int turn = 0; turn <= plan.turns(); turn++) {
      for (String load : Plan.LOADS) {
        StringJoiner seen = new StringJoiner("; ", name + "turn " + turn + ", " + load + ": ", "");
        for (Contender contender : shuffled(contenders)) {
          Load taken = contender.take(load, plan.rate(load), turn > 0);
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

  /**
   * What the service alone can do with work, once it is warm; without it, what the first one can.
   */
  private double saturation(List<Contender> contenders) throws IOException, InterruptedException {
    progress.accept("finding the rates");
    for (Contender contender : contenders) {
      if (contender.name().equals(Variant.NONE)) {
        return contender.take(Plan.WORK, 0, false).rate();
      }
    }
    return contenders.get(0).take(Plan.WORK, 0, false).rate();
  }
}
