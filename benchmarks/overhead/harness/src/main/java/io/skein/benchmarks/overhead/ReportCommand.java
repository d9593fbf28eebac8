package io.skein.benchmarks.overhead;

import io.skein.benchmarks.overhead.measure.Run;
import io.skein.benchmarks.overhead.report.Report;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "report",
    description = "Prints the table again, from the results of one or more comparisons.",
    mixinStandardHelpOptions = true)
final class ReportCommand implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "FILE", description = "results-*.json")
  private List<Path> files = List.of();

  @Override
  public Integer call() throws Exception {
    StringJoiner about = new StringJoiner("\n\n");
    Map<String, String> titles = new LinkedHashMap<>();
    List<Run> runs = new ArrayList<>();
    int rounds = 0;
    for (Path file : files) {
      Results results = Results.read(file);
      about.add(results.about());
      titles.putAll(results.titles());
      int before = rounds;
      for (Run run : results.runs()) {
        runs.add(run.inRound(before + run.round()));
        rounds = Math.max(rounds, before + run.round());
      }
    }
    System.out.println(Report.of(runs, titles, about.toString()));
    return 0;
  }
}
