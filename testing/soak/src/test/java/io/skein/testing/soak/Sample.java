package io.skein.testing.soak;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a process holds at one moment, after garbage was collected.
 *
 * @param partitionFiles the open files of the server's partitions, which are not among the others:
 *     they become more until the disk budget is used up, one for each partition, and a few of the
 *     one that is written
 */
record Sample(double minute, Map<Sample.What, Double> values, int partitionFiles) {
  /**
   * What is looked at, and by how much the last quarter may be above the second: a share of it, and
   * so much in any case.
   */
  enum What {
    HEAP("heap MB", 0.10, 3),
    METASPACE("metaspace MB", 0.05, 1),
    LOADERS("loaders", 0.05, 6),
    CLASSES("classes", 0.02, 60),
    THREADS("threads", 0.10, 4),
    FILES("files", 0.10, 6),
    RESIDENT("resident MB", 0.08, 12);

    final String text;
    final double share;
    final double more;

    What(String text, double share, double more) {
      this.text = text;
      this.share = share;
      this.more = more;
    }
  }

  private static final Pattern GENERATION =
      Pattern.compile(
          "(?m)^\\s*(?:def new generation|DefNew|tenured generation|Tenured)\\s.*?used (\\d+)K");
  private static final Pattern METASPACE =
      Pattern.compile("(?m)^\\s*Both:\\s+([\\d.]+) (bytes|KB|MB|GB) used");
  private static final Pattern LOADED = Pattern.compile("(?m)^Total = (\\d+)\\s+(\\d+)");
  private static final Pattern STATUS = Pattern.compile("(?m)^(VmRSS|Threads):\\s+(\\d+)");

  /** Takes one of a process whose JVM has the serial collector. */
  static Sample of(Path jdk, long pid, double minute) throws IOException, InterruptedException {
    Map<What, Double> values = new EnumMap<>(What.class);
    // Twice: what the first finds dead may have held class loaders.
    jcmd(jdk, pid, "GC.run");
    jcmd(jdk, pid, "GC.run");
    String heap = jcmd(jdk, pid, "GC.heap_info");
    double kilobytes = 0;
    for (Matcher matcher = GENERATION.matcher(heap); matcher.find(); ) {
      kilobytes += Double.parseDouble(matcher.group(1));
    }
    values.put(What.HEAP, kilobytes / 1024);
    values.put(What.METASPACE, metaspace(jcmd(jdk, pid, "VM.metaspace basic")));
    String loaders = jcmd(jdk, pid, "VM.classloader_stats");
    values.put(What.LOADERS, found(LOADED, loaders, 1));
    values.put(What.CLASSES, found(LOADED, loaders, 2));
    String status = Files.readString(Path.of("/proc/" + pid + "/status"));
    for (Matcher matcher = STATUS.matcher(status); matcher.find(); ) {
      double number = Double.parseDouble(matcher.group(2));
      if (matcher.group(1).equals("Threads")) {
        values.put(What.THREADS, number);
      } else {
        values.put(What.RESIDENT, number / 1024);
      }
    }
    List<String> files = files(pid);
    int ofPartitions = (int) files.stream().filter(file -> file.contains("/partitions/")).count();
    values.put(What.FILES, (double) files.size() - ofPartitions);
    return new Sample(minute, values, ofPartitions);
  }

  /** What is open, by the names that the system has for it. */
  private static List<String> files(long pid) throws IOException {
    List<String> names = new ArrayList<>();
    try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      for (Path file : (Iterable<Path>) files::iterator) {
        try {
          names.add(Files.readSymbolicLink(file).toString());
        } catch (NoSuchFileException e) {
          // Closed meanwhile.
        }
      }
    }
    return names;
  }

  /** In megabytes; the heap's own words leave it out on newer JDKs. */
  private static double metaspace(String text) {
    Matcher matcher = METASPACE.matcher(text);
    if (!matcher.find()) {
      throw new AssertionError("no " + METASPACE + " in\n" + text);
    }
    double number = Double.parseDouble(matcher.group(1));
    return switch (matcher.group(2)) {
      case "bytes" -> number / (1 << 20);
      case "KB" -> number / 1024;
      case "MB" -> number;
      default -> number * 1024;
    };
  }

  private static double found(Pattern pattern, String text, int group) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new AssertionError("no " + pattern + " in\n" + text);
    }
    return Double.parseDouble(matcher.group(group));
  }

  private static String jcmd(Path jdk, long pid, String command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                jdk.resolve("bin").resolve("jcmd").toString(), Long.toString(pid), command)
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new AssertionError("jcmd " + command + " fails: " + said);
    }
    return said;
  }
}
