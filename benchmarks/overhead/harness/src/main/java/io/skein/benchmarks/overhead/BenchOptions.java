package io.skein.benchmarks.overhead;

import io.skein.benchmarks.overhead.measure.Bench;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where and on what it runs: options that all commands have. */
final class BenchOptions {
  @Option(
      names = "--jdk",
      paramLabel = "DIRECTORY",
      description = "the JDK that runs the service (default: the one that runs this)")
  private Path jdk = Path.of(System.getProperty("java.home"));

  @Option(
      names = "--service-cpu",
      paramLabel = "CPU",
      defaultValue = "0",
      description = "the processor of the service (default: ${DEFAULT-VALUE})")
  private String serviceProcessor = "0";

  @Option(
      names = "--load-cpus",
      paramLabel = "CPUS",
      description = "those of everything else (default: all others)")
  private @Nullable String loadProcessors;

  /** The project's directory. */
  static Path home() {
    return Path.of(System.getProperty("skein.home", ".")).toAbsolutePath().normalize();
  }

  /** Where results and logs go. */
  static Path target() {
    return home().resolve("benchmarks/overhead/target");
  }

  Path jdk() {
    return jdk;
  }

  Bench bench(String run) throws IOException {
    if (!Files.isReadable(Path.of("/proc/self/schedstat"))) {
      throw new IOException("needs Linux with /proc and its schedstat");
    }
    String others = loadProcessors == null ? othersThan(serviceProcessor) : loadProcessors;
    return new Bench(home(), jdk, serviceProcessor, others, target().resolve("logs").resolve(run));
  }

  private static String othersThan(String processor) throws IOException {
    StringBuilder others = new StringBuilder();
    List<String> lines = Files.readAllLines(Path.of("/proc/stat"));
    for (String line : lines) {
      String name = line.split(" ", 2)[0];
      if (name.matches("cpu[0-9]+") && !name.equals("cpu" + processor)) {
        others.append(others.isEmpty() ? "" : ",").append(name.substring(3));
      }
    }
    if (others.isEmpty()) {
      throw new IOException("needs two processors: one for the service, one for the load");
    }
    return others.toString();
  }
}
