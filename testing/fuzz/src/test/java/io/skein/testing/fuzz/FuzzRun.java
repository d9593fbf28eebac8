package io.skein.testing.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** One target in a JVM of its own, driven by Jazzer for some seconds. */
final class FuzzRun {
  private static final Pattern PROGRESS = Pattern.compile("cov: (\\d+) ft: (\\d+)");
  private static final Pattern EXECUTED =
      Pattern.compile("stat::number_of_executed_units:\\s+(\\d+)");

  /** An input that takes longer, hangs; also on a machine that has ten other things to do. */
  private static final int HANGS_SECONDS = 60;

  /**
   * A short run: so many inputs, which for one seed are the same on every machine, unless they take
   * longer than that.
   */
  private static final int SHORT_RUNS = 2_000;

  private static final int SHORT_SECONDS = 4;

  /** The heap of the JVM; whoever makes it overflow with an input of kilobytes, eats memory. */
  private static final String HEAP = "-Xmx384m";

  /**
   * Jazzer's detectors of what a web application may do wrong. Targets connect to themselves and
   * open files, which is what some of these look for; and all of them together take as long to load
   * as a short run lasts.
   */
  private static final List<String> NOT_WANTED =
      Stream.of(
              "BigDecimal",
              "ClojureLangHooks",
              "Deserialization",
              "ExpressionLanguageInjection",
              "FilePathTraversal",
              "LdapInjection",
              "NamingContextLookup",
              "OsCommandInjection",
              "ReflectiveCall",
              "RegexInjection",
              "RegexRoadblocks",
              "ScriptEngineInjection",
              "ServerSideRequestForgery",
              "SqlInjection",
              "TemplateInjection",
              "UnsafeSanitizer",
              "XPathInjection",
              "XmlParserSsrfGuidance")
          .map(name -> "com.code_intelligence.jazzer.sanitizers." + name)
          .toList();

  private final Target target;
  private final Path directory;
  private final int seconds;
  private final long seed;

  FuzzRun(Target target, Path directory, int seconds, long seed) {
    this.target = target;
    this.directory = directory;
    this.seconds = seconds;
    this.seed = seed;
  }

  /**
   * @param finding what went wrong, with the file that does it again; null if nothing did
   */
  record Result(Target target, long executions, int coverage, int features, String finding) {}

  Result run() throws IOException, InterruptedException {
    Path corpus = Files.createDirectories(directory.resolve("corpus"));
    Path findings = Files.createDirectories(directory.resolve("findings"));
    Path log = directory.resolve("log");
    try (Stream<Path> old = Files.list(findings)) {
      for (Path file : old.toList()) {
        Files.delete(file);
      }
    }
    Process process =
        new ProcessBuilder(command(corpus, findings))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      boolean ended = process.waitFor(seconds + 180L, TimeUnit.SECONDS);
      String said = Files.readString(log, java.nio.charset.StandardCharsets.ISO_8859_1);
      if (!ended) {
        return result(said, "did not end; its log is " + log);
      }
      return result(said, process.exitValue() == 0 ? null : finding(said, findings, log));
    } finally {
      process.destroyForcibly();
    }
  }

  private List<String> command(Path corpus, Path findings) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-XX:+UseSerialGC",
                "-XX:-OmitStackTraceInFastThrow",
                "-Dio.netty.leakDetection.level=disabled",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + target.className(),
                "--instrumentation_includes=io.skein.**",
                "--custom_hook_includes=io.skein.**",
                "--disabled_hooks=" + String.join(":", NOT_WANTED),
                "--reproducer_path=" + findings,
                "-artifact_prefix=" + findings + "/",
                "-max_total_time=" + (seconds == 0 ? SHORT_SECONDS : seconds),
                "-runs=" + (seconds == 0 ? SHORT_RUNS : -1),
                "-timeout=" + HANGS_SECONDS,
                "-max_len=" + target.longest(),
                "-rss_limit_mb=2048",
                "-seed=" + seed,
                "-print_final_stats=1",
                "-use_value_profile=1",
                corpus.toString()));
    if (Files.isDirectory(target.seeds())) {
      command.add(target.seeds().toString());
    }
    return command;
  }

  private Result result(String said, String finding) {
    int coverage = 0;
    int features = 0;
    for (Matcher matcher = PROGRESS.matcher(said); matcher.find(); ) {
      coverage = Integer.parseInt(matcher.group(1));
      features = Integer.parseInt(matcher.group(2));
    }
    Matcher executed = EXECUTED.matcher(said);
    return new Result(
        target,
        executed.find() ? Long.parseLong(executed.group(1)) : 0,
        coverage,
        features,
        finding);
  }

  /** What was found, and where the input is kept that shows it. */
  private String finding(String said, Path findings, Path log) throws IOException {
    List<String> lines = new ArrayList<>();
    boolean telling = false;
    for (String line : said.lines().toList()) {
      telling |= line.startsWith("== Java") || (line.startsWith("==") && line.contains("ERROR"));
      if (line.startsWith("DEDUP_TOKEN") || lines.size() > 25) {
        break;
      }
      if (telling) {
        lines.add(line);
      }
    }
    String input = "no input was kept";
    try (Stream<Path> files = Files.list(findings)) {
      for (Path file : files.filter(f -> !f.toString().endsWith(".java")).toList()) {
        Path kept = findings.getParent().resolveSibling(target.name() + "-" + file.getFileName());
        Files.copy(file, kept, StandardCopyOption.REPLACE_EXISTING);
        input = "the input is " + kept + "; keep it as " + target.seeds() + "/regression-<what>";
      }
    }
    return input + "\n" + String.join("\n", lines) + "\n(all of the log: " + log + ")";
  }
}
