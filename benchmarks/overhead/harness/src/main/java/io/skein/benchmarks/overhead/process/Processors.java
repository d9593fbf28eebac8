package io.skein.benchmarks.overhead.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;

/** How busy a set of processors was, whoever kept it busy; and keeping to a set of them. */
public record Processors(long busy, long stolen, long all) {
  /** {@code list} as taskset writes it: 0, 0-1, 1,3. */
  public static Processors of(String list) throws IOException {
    BitSet wanted = parse(list);
    long busy = 0;
    long stolen = 0;
    long all = 0;
    for (String line : Files.readAllLines(Path.of("/proc/stat"))) {
      String[] fields = line.split(" +", -1);
      if (fields[0].matches("cpu[0-9]+") && wanted.get(Integer.parseInt(fields[0].substring(3)))) {
        long user = number(fields, 1) + number(fields, 2);
        long system = number(fields, 3) + number(fields, 6) + number(fields, 7);
        long idle = number(fields, 4) + number(fields, 5);
        busy += user + system;
        stolen += number(fields, 8);
        all += user + system + idle + number(fields, 8);
      }
    }
    return new Processors(busy, stolen, all);
  }

  /** All of the machine; this process is bound to some of them. */
  public static long count() throws IOException {
    return Files.readAllLines(Path.of("/proc/stat")).stream()
        .filter(line -> line.matches("cpu[0-9].*"))
        .count();
  }

  private static long number(String[] fields, int index) {
    return Long.parseLong(fields[index]);
  }

  static BitSet parse(String list) {
    BitSet processors = new BitSet();
    for (String part : list.split(",", -1)) {
      String[] range = part.split("-", 2);
      processors.set(Integer.parseInt(range[0]), Integer.parseInt(range[range.length - 1]) + 1);
    }
    return processors;
  }

  /** The share of time since then in which they did something. */
  public double busyShareSince(Processors before) {
    return share(busy - before.busy, all - before.all);
  }

  /** The share of time since then in which the machine below ours did something else. */
  public double stolenShareSince(Processors before) {
    return share(stolen - before.stolen, all - before.all);
  }

  private static double share(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }

  /** Binds a running process with all its threads, and so what it starts. */
  public static void bind(long pid, String list) throws IOException {
    Process taskset =
        new ProcessBuilder(List.of("taskset", "-acp", list, Long.toString(pid)))
            .redirectErrorStream(true)
            .start();
    String said = new String(taskset.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (taskset.waitFor() != 0) {
        throw new IOException("taskset: " + said.strip());
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", interrupted);
    }
  }
}
