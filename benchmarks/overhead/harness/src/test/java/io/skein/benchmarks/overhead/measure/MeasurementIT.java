package io.skein.benchmarks.overhead.measure;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.benchmarks.overhead.process.ProcessorTime;
import io.skein.benchmarks.overhead.process.Service;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The harness on the real service with Skein's packaged agent, for a few seconds: that everything
 * is read and counted, not what the figures are.
 */
class MeasurementIT {
  @Test
  void loadOnTheServiceIsMeasuredAndEachOfItsSpansCounted(@TempDir Path logs) throws Exception {
    Assumptions.assumeTrue(
        System.getProperty("os.name").equals("Linux"),
        "what is measured is read from Linux's /proc");
    Path home = Path.of("../../..").toAbsolutePath().normalize();
    Path jdk = Path.of(System.getProperty("java.home"));
    // Both on one processor: here nothing depends on who has how much of it.
    Variant skein = new Variants(home).named(List.of("skein")).get(0);
    Plan plan = new Plan(Duration.ofSeconds(1), Duration.ofSeconds(1), 1, 4, 1, 20, 40);
    try (Bench bench = new Bench(home, jdk, "0", "0", logs);
        Service service = bench.start(skein, List.of(), "service")) {
      assertThat(service.awaitFirstAnswer()).isPositive();
      Measurement measurement = new Measurement(bench, skein, service, plan);
      measurement.calibrate();
      // The request, two statements, the call; and what the pool has to say of its connections.
      assertThat(measurement.spansPerRequest().get("/work")).isGreaterThanOrEqualTo(4);
      assertThat(measurement.spansPerRequest().get("/empty")).isEqualTo(1);

      Load load = measurement.load("/work", plan.highRate());
      assertThat(load.failed()).isZero();
      assertThat(load.answered()).isGreaterThan(load.requests());
      assertThat(load.requests()).isPositive();
      assertThat(load.lostSpans()).isZero();
      assertThat(load.countedSpans()).isPositive();
      assertThat(load.spanBytes()).isGreaterThan(load.countedSpans());
      assertThat(load.allocatedPerRequest()).isBetween(5_000.0, 5_000_000.0);
      assertThat(load.cpuNanos()).isPositive();
      assertThat(load.threads())
          .containsKey("skein-reporter")
          .allSatisfy((kind, nanos) -> assertThat(nanos).isNotNegative());
      long ofThreads = load.threads().values().stream().mapToLong(Long::longValue).sum();
      // The one counts in hundredths of a second, and threads may end.
      assertThat(ofThreads).isLessThan(load.cpuNanos() + 100_000_000);
      assertThat(
              new ProcessorTime.Used(load.cpuNanos(), load.threads())
                  .ofThreads(ProcessorTime.COMPILERS))
          .isPositive();
      assertThat(service.statistics().loadedClasses()).isGreaterThan(5_000);
      assertThat(service.resident()).isBetween(50L << 10, 2L << 20);
    }
  }
}
