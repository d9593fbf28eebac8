package io.skein.benchmarks.overhead;

import io.skein.benchmarks.overhead.measure.Bench;
import io.skein.benchmarks.overhead.measure.Load;
import io.skein.benchmarks.overhead.measure.Measurement;
import io.skein.benchmarks.overhead.measure.Plan;
import io.skein.benchmarks.overhead.measure.Variant;
import io.skein.benchmarks.overhead.measure.Variants;
import io.skein.benchmarks.overhead.process.Service;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "profile",
    description =
        "Runs the service with one agent under one load and prints what each kind of thread used;"
            + " with a profiler, where. The profiler runs after the warm-up only.",
    mixinStandardHelpOptions = true)
final class ProfileCommand implements Callable<Integer> {
  @Mixin private BenchOptions where = new BenchOptions();

  @Parameters(index = "0", paramLabel = "VARIANT", description = "none, skein, otel ...")
  private String name = "";

  @Option(names = "--path", defaultValue = "/work", description = "or /empty (default: /work)")
  private String path = "/work";

  @Option(
      names = "--rate",
      defaultValue = "0",
      description = "requests per second; 0, the default, is saturation")
  private double rate;

  @Option(names = "--seconds", defaultValue = "30", description = "(default: ${DEFAULT-VALUE})")
  private int seconds;

  @Option(
      names = "--warm-up",
      defaultValue = "30",
      description = "seconds at saturation (default: ${DEFAULT-VALUE})")
  private int warmUp;

  @Option(names = "--connections", defaultValue = "16", description = "at saturation")
  private int connections;

  @Option(
      names = "--jvm",
      paramLabel = "OPTION",
      description = "one more option of the service's JVM; may be given several times")
  private List<String> jvm = List.of();

  @Option(names = "--jfr", description = "record with JFR, settings \"profile\"")
  private boolean jfr;

  @Option(
      names = "--async",
      paramLabel = "EVENT",
      description =
          "record with async-profiler: cpu, alloc, wall, lock ...; by thread, as collapsed stacks"
              + " and as a flame graph")
  private @Nullable String async;

  @Override
  public Integer call() throws Exception {
    String id =
        "profile-"
            + name
            + "-"
            + DateTimeFormatter.ofPattern("HHmmss")
                .format(LocalDateTime.now(ZoneId.systemDefault()));
    Path results = Files.createDirectories(BenchOptions.target().resolve(id));
    Variant variant = new Variants(BenchOptions.home()).named(List.of(name)).get(0);
    Plan plan =
        new Plan(Duration.ofSeconds(warmUp), Duration.ofSeconds(seconds), 1, connections, 1, 0, 0);
    try (Bench bench = where.bench(id);
        Service service = bench.start(variant, options(), id)) {
      double first = service.awaitFirstAnswer();
      Measurement measurement = new Measurement(bench, variant, service, plan);
      measurement.calibrate();
      System.err.println("warming up");
      measurement.warmUp();
      System.err.println("measuring");
      String ending = startProfiler(service, results);
      Load load = measurement.load(path, rate);
      endProfiler(service, ending, results);
      print(variant, load, first, service);
      System.out.println("Files: " + results);
    }
    return 0;
  }

  private List<String> options() {
    List<String> options = new ArrayList<>(jvm);
    if (jfr || async != null) {
      options.add("-XX:+UnlockDiagnosticVMOptions");
      options.add("-XX:+DebugNonSafepoints");
    }
    return options;
  }

  /** Returns what is to be said to the async-profiler at the end. */
  private String startProfiler(Service service, Path results) throws IOException {
    if (jfr) {
      jcmd(service, "JFR.start", "name=overhead", "settings=profile");
    }
    if (async == null) {
      return "";
    }
    Path library = asyncProfiler(results);
    jcmd(service, "JVMTI.agent_load", library.toString(), quoted("start,threads,event=" + async));
    return library.toString();
  }

  private void endProfiler(Service service, String library, Path results) throws IOException {
    if (jfr) {
      jcmd(service, "JFR.dump", "name=overhead", "filename=" + results.resolve("service.jfr"));
    }
    if (!library.isEmpty()) {
      String stacks = results.resolve(async + ".collapsed").toString();
      jcmd(service, "JVMTI.agent_load", library, quoted("dump,collapsed,threads,file=" + stacks));
      String graph = results.resolve(async + ".html").toString();
      jcmd(service, "JVMTI.agent_load", library, quoted("stop,threads,file=" + graph));
    }
  }

  /** Else the JVM takes what stands around an equals sign for an option of the command itself. */
  private static String quoted(String options) {
    return '"' + options + '"';
  }

  private void jcmd(Service service, String... words) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(where.jdk().resolve("bin/jcmd").toString());
    command.add(Long.toString(service.pid()));
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException(String.join(" ", command) + ": " + said);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", interrupted);
    }
  }

  /** The library for this machine, out of the jar that Maven brought. */
  private static Path asyncProfiler(Path results) throws IOException {
    Path peers = BenchOptions.target().resolve("peers");
    String system = System.getProperty("os.arch").equals("aarch64") ? "linux-arm64" : "linux-x64";
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(peers, "async-profiler-*.jar")) {
      for (Path jar : jars) {
        try (JarFile file = new JarFile(jar.toFile())) {
          var entry = file.getJarEntry(system + "/libasyncProfiler.so");
          if (entry != null) {
            Path library = results.resolve("libasyncProfiler.so");
            Files.copy(file.getInputStream(entry), library, StandardCopyOption.REPLACE_EXISTING);
            return library;
          }
        }
      }
    }
    throw new IOException("no async-profiler for " + system + " in " + peers);
  }

  private void print(Variant variant, Load load, double first, Service service) throws IOException {
    System.out.printf(
        Locale.ROOT,
        "%s, %s %s: %.0f requests per second, %.1f microseconds of CPU and %.0f bytes each; half"
            + " within %.2f ms, 99 %% within %.2f ms%n",
        variant.title(),
        path,
        rate == 0 ? "saturated" : "at a rate",
        load.rate(),
        load.cpuMicrosPerRequest(),
        load.allocatedPerRequest(),
        load.medianMicros() / 1000,
        load.p99Micros() / 1000);
    System.out.printf(
        Locale.ROOT,
        "first answer after %.0f ms, %d MiB resident, %d classes; %d spans of %d lost, %d requests"
            + " failed%n",
        first,
        service.resident() / 1024,
        service.statistics().loadedClasses(),
        load.lostSpans(),
        load.expectedSpans(),
        load.failed());
    System.out.printf(
        Locale.ROOT,
        "processor of the service: %.0f %% by it, %.0f %% by others; load side %.0f %% busy%n",
        load.serviceBusy() * 100,
        load.othersBusy() * 100,
        load.loadBusy() * 100);
    System.out.println("microseconds per request, by kind of thread:");
    load.threads().entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .filter(entry -> entry.getValue() > 0)
        .forEach(
            entry ->
                System.out.printf(
                    Locale.ROOT,
                    "  %-18s %8.2f%n",
                    entry.getKey(),
                    entry.getValue() / 1e3 / load.requests()));
  }
}
