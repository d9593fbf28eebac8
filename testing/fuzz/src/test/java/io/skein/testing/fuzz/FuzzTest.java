package io.skein.testing.fuzz;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Everything that reads what others wrote, with inputs that Jazzer makes up: it sees which branches
 * an input reaches, and goes on with those that reach new ones.
 *
 * <pre>
 *   mvn -pl testing/fuzz -am verify -Dskein.fuzz.seconds=300 -Dskein.fuzz.seed=random
 * </pre>
 */
class FuzzTest {
  private static final Path OUTPUT = Path.of("target/fuzz").toAbsolutePath();

  /** Two processors are what a small machine for builds has. */
  private static final int AT_ONCE = Math.min(2, Runtime.getRuntime().availableProcessors());

  @TestFactory
  Stream<DynamicContainer> seedsAreReadAsEver() {
    return chosen().stream()
        .map(target -> DynamicContainer.dynamicContainer(target.name(), tests(target)));
  }

  private static Stream<DynamicTest> tests(Target target) {
    try {
      return target.seedFiles().stream()
          .map(
              seed ->
                  DynamicTest.dynamicTest(
                      seed.getFileName().toString(),
                      () ->
                          assertTimeoutPreemptively(
                              Duration.ofSeconds(60), () -> target.run(Files.readAllBytes(seed)))));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void everyTargetHasSeeds() throws Exception {
    for (Target target : Target.ALL) {
      assertThat(target.seedFiles()).as(target.name()).isNotEmpty();
    }
  }

  @Test
  void nothingIsFound() throws Exception {
    int seconds = Integer.getInteger("skein.fuzz.seconds", 0);
    String given = System.getProperty("skein.fuzz.seed", "1");
    long seed = given.equals("random") ? 1 + new Random().nextInt(1 << 30) : Long.parseLong(given);
    ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE);
    List<FuzzRun.Result> results = new ArrayList<>();
    try {
      List<Future<FuzzRun.Result>> running = new ArrayList<>();
      for (Target target : chosen()) {
        FuzzRun run = new FuzzRun(target, OUTPUT.resolve(target.name()), seconds, seed);
        running.add(pool.submit(run::run));
      }
      for (Future<FuzzRun.Result> each : running) {
        results.add(each.get());
      }
    } finally {
      pool.shutdownNow();
    }
    System.out.printf(
        "fuzzing %s, seed %d%n", seconds == 0 ? "a little" : seconds + " s each", seed);
    System.out.printf("%-16s %12s %9s %9s%n", "target", "executions", "coverage", "features");
    for (FuzzRun.Result result : results) {
      System.out.printf(
          "%-16s %12d %9d %9d%s%n",
          result.target(),
          result.executions(),
          result.coverage(),
          result.features(),
          result.finding() == null ? "" : "  FOUND SOMETHING");
    }
    assertThat(
            results.stream()
                .filter(result -> result.finding() != null)
                .map(result -> result.target() + ": " + result.finding())
                .collect(joining("\n\n")))
        .as("findings with seed %d", seed)
        .isEmpty();
    assertThat(results).allMatch(result -> result.executions() > 0);
  }

  private static List<Target> chosen() {
    String only = System.getProperty("skein.fuzz.only", "");
    return Target.ALL.stream()
        .filter(
            target ->
                only.isEmpty() || Stream.of(only.split(",")).anyMatch(target.name()::contains))
        .toList();
  }
}
