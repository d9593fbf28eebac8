package io.skein.benchmarks.overhead;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.benchmarks.overhead.measure.Load;
import io.skein.benchmarks.overhead.measure.Plan;
import io.skein.benchmarks.overhead.measure.Run;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTest {
  @Test
  void everyFigureIsReadAsItWasWritten(@TempDir Path directory) throws Exception {
    Load load =
        new Load(
            10.5,
            1000,
            2_000_000,
            Map.of("skein-reporter", 3L),
            0.9,
            0.1,
            0.5,
            0.01,
            4000,
            5,
            6,
            7.5,
            8.5,
            9,
            1010,
            5050,
            5049,
            100_000);
    Run run =
        new Run(
            "skein",
            1,
            List.of(1234.5),
            Map.of("/work", 5.0),
            Map.of(Plan.WORK, List.of(load, load)),
            9000,
            300_000,
            true,
            List.of("-Xmx512m"));
    Results results = new Results("a machine", Map.of("skein", "Skein"), List.of(run));
    Path file = directory.resolve("results.json");
    results.write(file);
    assertThat(Results.read(file)).isEqualTo(results);
  }
}
