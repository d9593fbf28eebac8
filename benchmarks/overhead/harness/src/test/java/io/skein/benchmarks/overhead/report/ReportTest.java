package io.skein.benchmarks.overhead.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.benchmarks.overhead.measure.Load;
import io.skein.benchmarks.overhead.measure.Plan;
import io.skein.benchmarks.overhead.measure.Run;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
  private final List<Run> runs = new ArrayList<>();

  /**
   * Of each load one turn for each of the paces; half of it, and everything takes twice as long.
   */
  private void run(
      String variant, int round, double rate, double cpuMicros, long lost, double... paces) {
    Map<String, List<Load>> turns = new LinkedHashMap<>();
    for (String name : Plan.LOADS) {
      turns.put(
          name,
          Arrays.stream(paces)
              .mapToObj(pace -> load(variant, rate * pace, cpuMicros / pace, lost))
              .toList());
    }
    runs.add(
        new Run(
            variant,
            round,
            List.of(9000.0, 2000.0 * cpuMicros / 100, 100.0),
            Map.of("/work", 5.0, "/empty", 1.0),
            turns,
            10_000,
            200 << 10,
            true,
            List.of()));
  }

  private static Load load(String variant, double rate, double cpuMicros, long lost) {
    long requests = Math.round(rate * 10);
    Map<String, Long> threads = new LinkedHashMap<>();
    threads.put("http-nio-#", Math.round(requests * cpuMicros * 1000));
    if (variant.equals("skein")) {
      threads.put("skein-reporter", requests * 2000);
    }
    return new Load(
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
        requests * 100);
  }

  private String report() {
    Map<String, String> titles = new LinkedHashMap<>();
    titles.put("none", "no agent");
    titles.put("none-again", "no agent, again");
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

  private String last(String beginning, int cells) {
    String[] all = line(beginning).split(" \\| | \\|$", -1);
    return String.join(" | ", List.of(all).subList(all.length - 1 - cells, all.length - 1));
  }

  @Test
  void everyFigureIsAgainstTheServiceAloneInTheSameRound() {
    run("none", 1, 1000, 100, 0, 1);
    run("none-again", 1, 1000, 100, 0, 1);
    run("skein", 1, 950, 110, 0, 1);
    // The machine has become twice as slow, and the agent costs a little more of it.
    run("skein", 2, 470, 220, 0, 1);
    run("none-again", 2, 500, 200, 0, 1);
    run("none", 2, 500, 200, 0, 1);
    assertThat(line("requests per second, /work"))
        .isEqualTo(
            "| requests per second, /work, saturated | at least 0.92 | 1.000 (1.000 to 1.000)"
                + " | 0.945 (0.940 to 0.950) | unclear |");
    assertThat(last("CPU added per /work request, microseconds, at 50 %", 2))
        .isEqualTo("15.0 (10.0 to 20.0) | unclear");
    assertThat(last("of it in the agent's own threads, at 25 %", 2))
        .isEqualTo("2.0 (2.0 to 2.0) | unclear");
    // What does not depend on the machine's pace is told all the same.
    assertThat(last("heap added", 2)).isEqualTo("1.5 (1.0 to 2.0) | met");
    assertThat(last("time to the first", 2)).isEqualTo("1.10 (1.10 to 1.10) | unclear");
  }

  @Test
  void everyTurnIsAgainstTheTurnBesideIt() {
    for (int round = 1; round <= 3; round++) {
      run("none", round, 1000, 100, 0, 1, 0.5, 1);
      run("none-again", round, 1000, 100, 0, 1, 0.5, 1);
      // In one turn something came in between. The sum of the turns would be 0.83 of the other's.
      run("skein", round, 950, 105, 0, 1, 0.5, 0.7);
    }
    assertThat(last("requests per second, /work", 2)).isEqualTo("0.950 (0.950 to 0.950) | met");
    assertThat(last("CPU added per /work request, microseconds, saturated", 2))
        .isEqualTo("10.0 (10.0 to 10.0) | met");
    assertThat(report()).contains("Nothing speaks against these figures");
  }

  @Test
  void goalThatEveryRoundMissesIsMissed() {
    for (int round = 1; round <= 3; round++) {
      run("none", round, 1000, 100, 0, 1);
      run("none-again", round, 1000, 100, 0, 1);
      run("skein", round, 800, 130, 50, 1);
    }
    assertThat(last("requests per second, /work", 1)).isEqualTo("missed");
    assertThat(last("CPU added per /work request, microseconds, saturated", 1)).isEqualTo("missed");
    assertThat(last("of it in the agent's own threads, at 25 %", 2))
        .isEqualTo("2.0 (2.0 to 2.0) | met");
    // 50 of 40,000
    assertThat(last("spans lost at saturation, of 1000", 2)).isEqualTo("1.3 (1.3 to 1.3) | missed");
    assertThat(report()).contains("Nothing speaks against these figures");
  }

  @Test
  void machineOnWhichTwoEqualThingsDifferIsNamedBeforeAnyoneBelievesTheRatios() {
    for (int round = 1; round <= 3; round++) {
      run("none", round, 1000, 100, 0, 1);
      run("none-again", round, round == 2 ? 890 : 1010, 100, 0, 1);
      run("skein", round, 950, 100, 0, 1);
    }
    assertThat(report())
        .contains(
            "too noisy: of two services without agent, side by side, the requests per second of"
                + " /work differed by up to 11 %")
        .doesNotContain("Nothing speaks against");
    assertThat(last("requests per second, /work", 1)).isEqualTo("unclear");
  }

  @Test
  void withoutTheServiceAloneASecondTimeNoTimeIsJudged() {
    for (int round = 1; round <= 3; round++) {
      run("none", round, 1000, 100, 0, 1);
      run("skein", round, 950, 100, 0, 1);
    }
    assertThat(report()).contains("not measured twice (none-again)");
    assertThat(last("requests per second, /work", 1)).isEqualTo("unclear");
  }

  @Test
  void threadsThatTheServiceAloneHasAreNotTheAgents() {
    run("none", 1, 1000, 100, 0, 1);
    run("skein", 1, 1000, 100, 0, 1);
    assertThat(report())
        .contains(
            "Own threads of Skein, microseconds per /work request at 50 %: skein-reporter 2.00.");
  }
}
