package io.skein.benchmarks.overhead.process;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The processor time that a process has used so far, all of it and by thread.
 *
 * <p>All of it is utime and stime of {@code /proc/<pid>/stat}, in hundredths of a second, with
 * ended threads in it. A thread's is the first number of its {@code schedstat}, in nanoseconds: a
 * thread that wakes up for 50 microseconds ten times in a second is seldom there when the clock
 * ticks.
 */
public record ProcessorTime(long nanos, Map<Long, OfThread> threads) {
  private static final long NANOS_OF_TICK = 10_000_000;

  /** The kinds of threads that compile, of the JVM. */
  public static final Pattern COMPILERS = Pattern.compile("C# CompilerThre.*");

  record OfThread(String name, long nanos) {}

  /** Processor time of a span of time; by thread name, where digits are read as {@code #}. */
  public record Used(long nanos, Map<String, Long> byThread) {
    public long ofThreads(Pattern kinds) {
      return byThread.entrySet().stream()
          .filter(entry -> kinds.matcher(entry.getKey()).matches())
          .mapToLong(Map.Entry::getValue)
          .sum();
    }
  }

  public static ProcessorTime of(long pid) throws IOException {
    Path process = Path.of("/proc", Long.toString(pid));
    Map<Long, OfThread> threads = new HashMap<>();
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(process.resolve("task"))) {
      for (Path task : tasks) {
        try {
          String name = Files.readString(task.resolve("comm")).strip();
          String statistics = Files.readString(task.resolve("schedstat"));
          long nanos = Long.parseLong(statistics.substring(0, statistics.indexOf(' ')));
          threads.put(Long.parseLong(task.getFileName().toString()), new OfThread(name, nanos));
        } catch (NoSuchFileException ended) {
          // Between the listing and the reading.
        } catch (IOException ended) {
          // The same, told by the kernel as "no such process".
        }
      }
    }
    return new ProcessorTime(ofAll(process), threads);
  }

  private static long ofAll(Path process) throws IOException {
    String line = Files.readString(process.resolve("stat"));
    // The name is in parentheses and may contain anything.
    String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * NANOS_OF_TICK;
  }

  public Used since(ProcessorTime before) {
    Map<String, Long> byName = new TreeMap<>();
    threads.forEach(
        (id, now) -> {
          OfThread then = before.threads.get(id);
          long used = now.nanos() - (then == null ? 0 : then.nanos());
          byName.merge(kindOf(now.name()), used, Long::sum);
        });
    return new Used(nanos - before.nanos, byName);
  }

  /** Names of one kind of thread differ in numbers: of threads, pools, ports. */
  public static String kindOf(String name) {
    return name.replaceAll("[0-9]+", "#");
  }
}
