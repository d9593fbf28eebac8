package io.skein.benchmarks.overhead.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.benchmarks.overhead.measure.Load;
import io.skein.benchmarks.overhead.measure.Plan;
import io.skein.benchmarks.overhead.measure.Run;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
  private final List<Run> runs = new ArrayList<>();

  private void run(String variant, int round, double rate, double cpuMicros, long lost) {
    long requests = Math.round(rate * 10);
    Map<String, Long> threads = new LinkedHashMap<>();
    threads.put("http-nio-#", Math.round(requests * cpuMicros * 1000));
    if (variant.equals("skein")) {
      threads.put("skein-reporter", requests * 2000);
    }
    Map<String, Load> loads = new LinkedHashMap<>();
    for (String name : Plan.LOADS) {
      loads.put(
          name,
          new Load(
              10,
              requests,
              Math.round(requests * cpuMicros * 1000),
              threads,
              1,
              0,
              0.5,
              0,
              requests * Math.round(cpuMicros) * 100,
              0,
              0,
              0,
              0,
              0,
              requests,
              requests * 5,
              requests * 5 - lost,
              requests * 100));
    }
    runs.add(
        new Run(
            variant,
            round,
            List.of(9000.0, 2000.0 * cpuMicros / 100, 100.0),
            Map.of("/work", 5.0, "/empty", 1.0),
            loads,
            10_000,
            200 << 10,
            true,
            List.of()));
  }

  private String report() {
    Map<String, String> titles = new LinkedHashMap<>();
    titles.put("none", "no agent");
    titles.put("skein", "Skein");
    return Report.of(runs, titles, "a machine");
  }

  private String line(String beginning) {
    return report()
        .lines()
        .filter(line -> line.startsWith("| " + beginning))
        .findFirst()
        .orElseThrow(() -> new AssertionError(report()));
  }

  @Test
  void everyFigureIsAgainstTheServiceAloneInTheSameRound() {
    run("none", 1, 1000, 100, 0);
    run("skein", 1, 950, 110, 0);
    // The machine has become twice as slow, and the agent costs a little more of it.
    run("skein", 2, 470, 220, 0);
    run("none", 2, 500, 200, 0);
    assertThat(line("requests per second, /work"))
        .isEqualTo(
            "| requests per second, /work, saturated | at least 0.92 | 0.945 (0.940 to 0.950) | unclear |");
    assertThat(line("CPU added per /work request, microseconds, at 50 %"))
        .endsWith("| at most 12 | 15.0 (10.0 to 20.0) | unclear |");
    assertThat(line("of it in the agent's own threads, at 25 %"))
        .endsWith("| at most 3 | 2.0 (2.0 to 2.0) | unclear |");
    // What does not depend on the machine's pace is told all the same.
    assertThat(line("heap added")).endsWith("| at most 4 | 1.5 (1.0 to 2.0) | met |");
    assertThat(line("time to the first"))
        .endsWith("| at most 1.20 | 1.10 (1.10 to 1.10) | unclear |");
  }

  @Test
  void goalThatEveryRoundMissesIsMissed() {
    for (int round = 1; round <= 3; round++) {
      run("none", round, 1000, 100, 0);
      run("skein", round, 800, 130, 50);
    }
    assertThat(line("requests per second, /work")).endsWith("| missed |");
    assertThat(line("CPU added per /work request, microseconds, saturated")).endsWith("| missed |");
    assertThat(line("of it in the agent's own threads, at 25 %"))
        .endsWith("| at most 3 | 2.0 (2.0 to 2.0) | met |");
    // 50 of 40,000
    assertThat(line("spans lost at saturation, of 1000"))
        .endsWith("| at most 0 | 1.3 (1.3 to 1.3) | missed |");
    assertThat(report()).contains("Nothing speaks against these figures");
  }

  @Test
  void machineThatIsNotSteadyIsNamedBeforeAnyoneBelievesTheRatios() {
    run("none", 1, 1000, 100, 0);
    run("skein", 1, 950, 100, 0);
    run("none", 2, 900, 100, 0);
    run("skein", 2, 900, 100, 0);
    assertThat(report())
        .contains("too noisy: without agent the requests per second of /work differed by 11 %")
        .doesNotContain("Nothing speaks against");
  }

  @Test
  void threadsThatTheServiceAloneHasAreNotTheAgents() {
    run("none", 1, 1000, 100, 0);
    run("skein", 1, 1000, 100, 0);
    assertThat(report())
        .contains(
            "Own threads of Skein, microseconds per /work request at 50 %: skein-reporter 2.00.");
  }
}
