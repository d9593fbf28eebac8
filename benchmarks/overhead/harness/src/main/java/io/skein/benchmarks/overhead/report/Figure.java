package io.skein.benchmarks.overhead.report;

import io.skein.benchmarks.overhead.measure.Load;
import io.skein.benchmarks.overhead.measure.Plan;
import io.skein.benchmarks.overhead.measure.Run;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * One line of the table: what an agent costs, against the service alone in the same round.
 *
 * @param goal what Skein's agent has to reach; NaN where there is none
 * @param atLeast whether the goal is the least or the most
 * @param timed whether it depends on what else the machine does meanwhile
 */
record Figure(String title, String format, double goal, boolean atLeast, boolean timed, Of of) {

  /** Of one run and the run without agent in the same round. */
  interface Of {
    double figure(Run run, Run alone);
  }

  enum Verdict {
    MET("met"),
    MISSED("missed"),
    UNCLEAR("unclear"),
    NONE("");

    final String word;

    Verdict(String word) {
      this.word = word;
    }
  }

  static List<Figure> all(OwnThreads own) {
    return List.of(
        new Figure(
            "requests per second, /work, saturated",
            "%.3f",
            0.92,
            true,
            true,
            ratio(Plan.WORK, Load::rate)),
        new Figure(
            "requests per second, /empty, saturated",
            "%.3f",
            0.96,
            true,
            true,
            ratio(Plan.EMPTY, Load::rate)),
        cpu("saturated", Plan.WORK),
        cpu("at 50 %", Plan.HIGH),
        cpu("at 25 %", Plan.LOW),
        new Figure(
            "the same at 50 % without the JVM's compilers, who may not have come to an end",
            "%.1f",
            Double.NaN,
            false,
            true,
            added(Plan.HIGH, Load::cpuMicrosPerRequestWithoutCompilers)),
        own("saturated", Plan.WORK, own),
        own("at 50 %", Plan.HIGH, own),
        own("at 25 %", Plan.LOW, own),
        new Figure(
            "heap added per /work request, KB",
            "%.1f",
            4,
            false,
            false,
            added(run -> run.load(Plan.HIGH).allocatedPerRequest() / 1000)),
        new Figure(
            "time to the first answered request",
            "%.2f",
            1.20,
            false,
            true,
            ratio(
                run ->
                    Spread.of(run.firstAnswerMillis().stream().mapToDouble(d -> d).toArray())
                        .median())),
        new Figure("classes loaded", "%.3f", 1.12, false, false, ratio(Run::loadedClasses)),
        new Figure(
            "resident memory added, MiB",
            "%.0f",
            30,
            false,
            false,
            added(run -> run.residentKib() / 1024.0)),
        new Figure(
            "spans lost at saturation, of 1000",
            "%.1f",
            0,
            false,
            false,
            (run, alone) -> {
              Load load = run.load(Plan.WORK);
              return load.expectedSpans() == 0
                  ? 0
                  : 1000.0 * Math.max(0, load.lostSpans()) / load.expectedSpans();
            }));
  }

  private static Figure cpu(String when, String load) {
    return new Figure(
        "CPU added per /work request, microseconds, " + when,
        "%.1f",
        12,
        false,
        true,
        added(load, Load::cpuMicrosPerRequest));
  }

  private static Figure own(String when, String load, OwnThreads own) {
    return new Figure(
        "of it in the agent's own threads, " + when,
        "%.1f",
        3,
        false,
        true,
        (run, alone) -> own.microsPerRequest(run.load(load)));
  }

  private static Of ratio(ToDoubleFunction<Run> of) {
    return (run, alone) -> of.applyAsDouble(run) / of.applyAsDouble(alone);
  }

  private static Of added(ToDoubleFunction<Run> of) {
    return (run, alone) -> of.applyAsDouble(run) - of.applyAsDouble(alone);
  }

  /** Of a load: the middle one of the ratios of turns that followed each other. */
  static Of ratio(String load, ToDoubleFunction<Load> of) {
    return (run, alone) ->
        pairs(run, alone, load, (its, others) -> of.applyAsDouble(its) / of.applyAsDouble(others));
  }

  /** The same of the differences. */
  private static Of added(String load, ToDoubleFunction<Load> of) {
    return (run, alone) ->
        pairs(run, alone, load, (its, others) -> of.applyAsDouble(its) - of.applyAsDouble(others));
  }

  private static double pairs(
      Run run, Run alone, String load, ToDoubleBiFunction<Load, Load> figure) {
    List<Load> its = run.turns(load);
    List<Load> others = alone.turns(load);
    return Spread.of(
            IntStream.range(0, Math.min(its.size(), others.size()))
                .mapToDouble(turn -> figure.applyAsDouble(its.get(turn), others.get(turn)))
                .toArray())
        .median();
  }

  /**
   * Only what all rounds say is said; when they disagree, the machine was too noisy to tell.
   *
   * @param doubtful whether times of this comparison say little, however well they agree
   */
  Verdict verdict(Spread spread, boolean doubtful) {
    if (Double.isNaN(goal)) {
      return Verdict.NONE;
    }
    if (timed && doubtful) {
      return Verdict.UNCLEAR;
    }
    boolean worstIsGood = atLeast ? spread.min() >= goal : spread.max() <= goal;
    boolean bestIsGood = atLeast ? spread.max() >= goal : spread.min() <= goal;
    return worstIsGood ? Verdict.MET : bestIsGood ? Verdict.UNCLEAR : Verdict.MISSED;
  }

  String goalText() {
    return Double.isNaN(goal) ? "" : (atLeast ? "at least " : "at most ") + number(goal);
  }

  String text(Spread spread) {
    return String.format(
        Locale.ROOT,
        format + " (" + format + " to " + format + ")",
        spread.median(),
        spread.min(),
        spread.max());
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? Long.toString((long) value)
        : String.format(Locale.ROOT, "%.2f", value);
  }
}
