package io.skein.benchmarks.overhead.report;

import io.skein.benchmarks.overhead.measure.Plan;
import io.skein.benchmarks.overhead.process.Processors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Properties;

/** What every figure depends on, in a few lines. */
public final class Machine {
  private Machine() {}

  public static String line(Path jdk, Plan plan, int rounds, long seed) throws IOException {
    Properties release = new Properties();
    try (var reader = Files.newBufferedReader(jdk.resolve("release"))) {
      release.load(reader);
    }
    return String.format(
        Locale.ROOT,
        "%s, %d processors, %d GiB, Linux %s; service on one processor, all else on the others. JDK %s (%s), -Xms512m"
            + " -Xmx512m -XX:+UseSerialGC. %d rounds (seed %d), in each a fresh JVM of each variant: %d s or"
            + " more of warm-up at saturation, then each load in %d turns of %d s, the variants side by side in"
            + " shuffled order, %d connections at saturation, %.0f and %.0f requests per second at 25 and 50 %%,"
            + " %d starts. %s.",
        fact(Path.of("/proc/cpuinfo"), "model name"),
        Processors.count(),
        Long.parseLong(fact(Path.of("/proc/meminfo"), "MemTotal").replaceAll("[^0-9]", "")) >> 20,
        System.getProperty("os.version"),
        release.getProperty("JAVA_VERSION", "?").replace("\"", ""),
        release.getProperty("IMPLEMENTOR", "?").replace("\"", ""),
        rounds,
        seed,
        plan.warmUp().toSeconds(),
        plan.turns(),
        plan.measured().toSeconds(),
        plan.connections(),
        plan.lowRate(),
        plan.highRate(),
        plan.starts(),
        LocalDate.now(ZoneId.systemDefault()));
  }

  private static String fact(Path file, String name) throws IOException {
    List<String> lines = Files.readAllLines(file);
    return lines.stream()
        .filter(line -> line.startsWith(name))
        .findFirst()
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .orElse("0");
  }
}
