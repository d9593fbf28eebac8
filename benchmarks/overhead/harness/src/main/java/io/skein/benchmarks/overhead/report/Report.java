package io.skein.benchmarks.overhead.report;

import io.skein.benchmarks.overhead.measure.Load;
import io.skein.benchmarks.overhead.measure.Plan;
import io.skein.benchmarks.overhead.measure.Run;
import io.skein.benchmarks.overhead.measure.Variant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.ToDoubleFunction;

/** The runs as Markdown: a table of figures with their goals, one of what stands behind them. */
public final class Report {
  /** When two services without agent are further apart, a ratio of two others says little. */
  private static final double NOISY = 0.05;

  /** More than this of the service's processor used by others, and the figures are not its own. */
  private static final double DISTURBED = 0.03;

  /** The same of what the machine below this one took. */
  private static final double STOLEN = 0.01;

  /** Above this the load side may be what a saturated service waits for. */
  private static final double LOAD_SIDE_FULL = 0.90;

  /** With fewer, figures that agree may do so by chance. */
  private static final int FEWEST_ROUNDS = 3;

  private final List<Run> runs;
  private final Map<String, String> titles;
  private final OwnThreads own;
  private final StringBuilder text = new StringBuilder();

  private Report(List<Run> runs, Map<String, String> titles) {
    this.runs = runs;
    // Of a comparison that was ended early not every variant may have been measured.
    this.titles = new LinkedHashMap<>(titles);
    this.titles
        .keySet()
        .removeIf(name -> runs.stream().noneMatch(run -> run.variant().equals(name)));
    this.own = new OwnThreads(runs);
  }

  /**
   * The whole text.
   *
   * @param titles of the variants by name, in the order of the columns
   * @param about the machine and what ran on it
   */
  public static String of(List<Run> runs, Map<String, String> titles, String about) {
    Report report = new Report(runs, titles);
    report.line(about).line("");
    if (report.titles.containsKey(Variant.NONE)) {
      report.figures();
    }
    report.behindThem();
    report.ownThreads();
    report.tellDoubts();
    return report.text.toString();
  }

  private Report line(String line) {
    text.append(line).append('\n');
    return this;
  }

  private void row(String first, Iterable<String> cells) {
    StringJoiner row = new StringJoiner(" | ", "| ", " |");
    row.add(first);
    cells.forEach(row::add);
    line(row.toString());
  }

  private void figures() {
    List<String> compared =
        titles.keySet().stream().filter(name -> !name.equals(Variant.NONE)).toList();
    List<String> heads = new ArrayList<>(List.of("goal"));
    compared.forEach(name -> heads.add(titles.getOrDefault(name, name)));
    if (compared.contains("skein")) {
      heads.add("Skein's goal");
    }
    row("against no agent in the same round: median (least to most)", heads);
    row("---", heads.stream().map(head -> "---").toList());
    boolean doubtful = !doubts().isEmpty();
    for (Figure figure : Figure.all(own)) {
      List<String> cells = new ArrayList<>(List.of(figure.goalText()));
      for (String variant : compared) {
        cells.add(figure.text(spread(figure, variant)));
      }
      if (compared.contains("skein")) {
        cells.add(figure.verdict(spread(figure, "skein"), doubtful).word);
      }
      row(figure.title(), cells);
    }
    line("");
  }

  private Spread spread(Figure figure, String variant) {
    return spread(figure.of(), variant);
  }

  private Spread spread(Figure.Of figure, String variant) {
    return Spread.of(
        runs.stream()
            .filter(run -> run.variant().equals(variant))
            .flatMap(
                run ->
                    runs.stream()
                        .filter(other -> other.variant().equals(Variant.NONE))
                        .filter(other -> other.round() == run.round())
                        .map(alone -> figure.figure(run, alone)))
            .mapToDouble(figureOfRound -> figureOfRound)
            .toArray());
  }

  private void behindThem() {
    row("as measured: median of the rounds", titles.values());
    row("---", titles.values().stream().map(title -> "---").toList());
    measured("/work per second, saturated", "%.0f", run -> run.load(Plan.WORK).rate());
    measured("/empty per second, saturated", "%.0f", run -> run.load(Plan.EMPTY).rate());
    measured(
        "CPU per /work, microseconds, saturated",
        "%.1f",
        run -> run.load(Plan.WORK).cpuMicrosPerRequest());
    measured(
        "CPU per /work, microseconds, at 50 %",
        "%.1f", run -> run.load(Plan.HIGH).cpuMicrosPerRequest());
    measured(
        "CPU per /work, microseconds, at 25 %",
        "%.1f", run -> run.load(Plan.LOW).cpuMicrosPerRequest());
    measured(
        "of it in compiler threads, at 50 %",
        "%.1f", run -> run.load(Plan.HIGH).compilerMicrosPerRequest());
    measured(
        "CPU per /empty, microseconds, saturated",
        "%.1f",
        run -> run.load(Plan.EMPTY).cpuMicrosPerRequest());
    measured("/work at 50 %: half within, ms", "%.2f", run -> millis(run, Load::medianMicros));
    measured("/work at 50 %: 99 % within, ms", "%.2f", run -> millis(run, Load::p99Micros));
    measured(
        "heap per /work, KB, at 50 %",
        "%.1f", run -> run.load(Plan.HIGH).allocatedPerRequest() / 1000);
    measured(
        "first answered request, ms",
        "%.0f",
        run -> Spread.of(run.firstAnswerMillis().stream().mapToDouble(d -> d).toArray()).median());
    measured("classes loaded", "%.0f", Run::loadedClasses);
    measured("resident memory, MiB", "%.0f", run -> run.residentKib() / 1024.0);
    measured("spans of a /work request", "%.0f", run -> run.spans().getOrDefault("/work", 0.0));
    measured("spans of an /empty request", "%.0f", run -> run.spans().getOrDefault("/empty", 0.0));
    measured(
        "bytes sent per span",
        "%.0f",
        run ->
            run.load(Plan.HIGH).countedSpans() == 0
                ? 0
                : (double) run.load(Plan.HIGH).spanBytes() / run.load(Plan.HIGH).countedSpans());
    measured(
        "spans lost at saturation, all rounds' median",
        "%.0f",
        run -> run.load(Plan.WORK).lostSpans());
    measured(
        "spans lost at 50 %, all rounds' median", "%.0f", run -> run.load(Plan.HIGH).lostSpans());
    measured(
        "service's processor used by it, saturated",
        "%.2f",
        run -> run.load(Plan.WORK).serviceBusy());
    measured("service's processor used by others", "%.2f", run -> run.load(Plan.WORK).othersBusy());
    measured(
        "load side's processors busy, saturated", "%.2f", run -> run.load(Plan.WORK).loadBusy());
    line("");
  }

  private static double millis(Run run, ToDoubleFunction<Load> micros) {
    return micros.applyAsDouble(run.load(Plan.HIGH)) / 1000;
  }

  private void measured(String title, String format, ToDoubleFunction<Run> of) {
    List<String> cells = new ArrayList<>();
    for (String variant : titles.keySet()) {
      Spread spread = Spread.of(figures(variant, of));
      cells.add(String.format(Locale.ROOT, format, spread.median()));
    }
    row(title, cells);
  }

  private void ownThreads() {
    for (Map.Entry<String, String> variant : titles.entrySet()) {
      Map<String, Double> micros = new LinkedHashMap<>();
      List<Run> all = runs.stream().filter(run -> run.variant().equals(variant.getKey())).toList();
      for (Run run : all) {
        Load load = run.load(Plan.HIGH);
        own.in(load)
            .forEach(
                (kind, nanos) ->
                    micros.merge(kind, nanos / 1e3 / load.requests() / all.size(), Double::sum));
      }
      StringJoiner threads = new StringJoiner(", ");
      micros.entrySet().stream()
          .filter(entry -> entry.getValue() >= 0.005)
          .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
          .forEach(
              entry ->
                  threads.add(
                      String.format(Locale.ROOT, "%s %.2f", entry.getKey(), entry.getValue())));
      if (threads.length() > 0) {
        line(
            "Own threads of "
                + variant.getValue()
                + ", microseconds per /work request at 50 %: "
                + threads
                + ".");
      }
    }
    line("");
  }

  /** What speaks against the figures. Where nothing does, it says so. */
  private void tellDoubts() {
    List<String> doubts = doubts();
    if (doubts.isEmpty()) {
      line(
          "Nothing speaks against these figures: two services without agent were alike, the processor"
              + " their own, the load side not full, no request failed.");
    } else {
      line("**What speaks against these figures:**").line("");
      doubts.forEach(doubt -> line("- " + doubt + "."));
    }
  }

  private List<String> doubts() {
    List<String> doubts = new ArrayList<>();
    long rounds = runs.stream().mapToInt(Run::round).distinct().count();
    if (rounds < FEWEST_ROUNDS) {
      doubts.add("too few rounds to tell chance from cost: " + rounds);
    }
    if (titles.containsKey(Variant.NONE) && !titles.containsKey(Variant.AGAIN)) {
      doubts.add(
          "the service without agent was not measured twice ("
              + Variant.AGAIN
              + "), so nobody knows"
              + " how far two equal things are apart");
    }
    noise("requests per second of /work", Plan.WORK, Load::rate, doubts);
    noise("requests per second of /empty", Plan.EMPTY, Load::rate, doubts);
    noise("CPU per /work at 50 %", Plan.HIGH, Load::cpuMicrosPerRequest, doubts);
    double others = most(Load::othersBusy);
    if (others > DISTURBED) {
      doubts.add(
          "other programs used up to "
              + percent(others)
              + " of the service's processor while it was measured");
    }
    double stolen = most(Load::stolen);
    if (stolen > STOLEN) {
      doubts.add("up to " + percent(stolen) + " of the service's processor went to other machines");
    }
    for (String name : List.of(Plan.WORK, Plan.EMPTY)) {
      double busiest = runs.stream().mapToDouble(run -> run.load(name).loadBusy()).max().orElse(0);
      if (busiest > LOAD_SIDE_FULL) {
        doubts.add(
            "the load side was up to "
                + percent(busiest)
                + " busy under \""
                + name
                + "\": the service may be able to do more than was asked of it");
      }
    }
    long failed =
        runs.stream()
            .flatMap(run -> run.turns().values().stream())
            .flatMap(List::stream)
            .mapToLong(Load::failed)
            .sum();
    if (failed > 0) {
      doubts.add(failed + " requests failed");
    }
    return doubts;
  }

  private void noise(String what, String load, ToDoubleFunction<Load> of, List<String> doubts) {
    Spread spread = spread(Figure.ratio(load, of), Variant.AGAIN);
    double off = Math.max(spread.max() - 1, 1 - spread.min());
    if (spread.count() > 0 && off > NOISY) {
      doubts.add(
          "too noisy: of two services without agent, side by side, the "
              + what
              + " differed by up to "
              + percent(off)
              + "; differences of that size are not told apart");
    }
  }

  private double[] figures(String variant, ToDoubleFunction<Run> of) {
    return runs.stream().filter(run -> run.variant().equals(variant)).mapToDouble(of).toArray();
  }

  private double most(ToDoubleFunction<Load> of) {
    return runs.stream()
        .flatMap(run -> run.turns().values().stream())
        .flatMap(List::stream)
        .mapToDouble(of)
        .max()
        .orElse(0);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", share * 100);
  }
}
