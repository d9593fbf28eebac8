package io.skein.benchmarks.overhead;

import io.skein.benchmarks.overhead.measure.Bench;
import io.skein.benchmarks.overhead.measure.Comparison;
import io.skein.benchmarks.overhead.measure.Plan;
import io.skein.benchmarks.overhead.measure.Run;
import io.skein.benchmarks.overhead.measure.Variant;
import io.skein.benchmarks.overhead.measure.Variants;
import io.skein.benchmarks.overhead.report.Machine;
import io.skein.benchmarks.overhead.report.Report;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "compare",
    description =
        "Measures the service with each agent in turns, and prints what they cost it against the"
            + " service alone.",
    mixinStandardHelpOptions = true)
final class CompareCommand implements Callable<Integer> {
  @Mixin private BenchOptions where = new BenchOptions();

  @Option(
      names = "--variants",
      split = ",",
      paramLabel = "NAME",
      description =
          "of none, none-again, skein, otel, otel-traces, elastic, datadog (these are the default), skein-server")
  private List<String> names = Variants.ALL;

  @Option(names = "--rounds", description = "of all variants, each time in fresh JVMs (default: 5)")
  private @Nullable Integer rounds;

  @Option(names = "--turns", description = "of each load in a round (default: 5)")
  private @Nullable Integer turns;

  @Option(names = "--seconds", description = "that each turn is measured (default: 4)")
  private @Nullable Integer seconds;

  @Option(names = "--warm-up", description = "seconds at saturation (default: 40)")
  private @Nullable Integer warmUp;

  @Option(names = "--starts", description = "of the service in each round (default: 3)")
  private @Nullable Integer starts;

  @Option(
      names = "--connections",
      defaultValue = "16",
      description = "at saturation (default: ${DEFAULT-VALUE})")
  private int connections;

  @Option(names = "--seed", description = "of the order of the variants (default: from the clock)")
  private long seed = System.nanoTime();

  @Option(
      names = "--quick",
      description =
          "2 rounds of 2 turns of 2 seconds, 15 of warm-up, 1 start: to see that it works")
  private boolean quick;

  private String about = "";

  private int chosen(@Nullable Integer given, int whenQuick, int otherwise) {
    return given != null ? given : quick ? whenQuick : otherwise;
  }

  @Override
  public Integer call() throws Exception {
    String id =
        DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss")
            .format(LocalDateTime.now(ZoneId.systemDefault()));
    List<Variant> variants = new Variants(BenchOptions.home()).named(names);
    Map<String, String> titles = new LinkedHashMap<>();
    variants.forEach(variant -> titles.put(variant.name(), variant.title()));
    Plan plan =
        new Plan(
            Duration.ofSeconds(chosen(warmUp, 15, 40)),
            Duration.ofSeconds(chosen(seconds, 2, 4)),
            chosen(turns, 2, 5),
            connections,
            chosen(starts, 1, 3),
            0,
            0);
    Path raw = BenchOptions.target().resolve("results-" + id + ".json");
    List<Run> runs = new ArrayList<>();
    try (Bench bench = where.bench(id)) {
      Comparison comparison =
          new Comparison(bench, variants, chosen(rounds, 2, 5), seed, CompareCommand::tell);
      comparison.run(
          plan,
          (rated, run) -> {
            runs.add(run);
            about = about(rated);
            new Results(about, titles, runs).write(raw);
          });
      String report = Report.of(runs, titles, about);
      Files.writeString(BenchOptions.target().resolve("results-" + id + ".md"), report);
      System.out.println(report);
      System.out.println("All figures: " + raw);
    }
    return 0;
  }

  private String about(Plan plan) {
    try {
      return Machine.line(where.jdk(), plan, chosen(rounds, 2, 5), seed);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static void tell(String what) {
    System.err.println(
        LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS) + " " + what);
  }
}
