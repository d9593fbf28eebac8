package io.skein.benchmarks.server;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** What Linux says of a process and of a directory. */
final class ProcessFigures {
  // USER_HZ is 100 on every architecture that a JVM runs on.
  private static final double TICKS_PER_SECOND = 100;

  private ProcessFigures() {}

  /** Time of processor, user's and system's, of all threads since the start. */
  static double cpuSeconds(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    // The name, which may have blanks, is in parentheses; utime and stime are the 14th and 15th.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
  }

  /** A line of {@code /proc/pid/status} that is in kB, such as VmRSS, in MB. */
  static long megabytes(long pid, String name) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
      if (line.startsWith(name + ":")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024;
      }
    }
    throw new IOException("no " + name + " of process " + pid);
  }

  /** The bytes of all files in a directory whose name is the given one, or any if it is empty. */
  static long bytes(Path directory, String name) throws IOException {
    long[] sum = {0};
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<Path>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (name.isEmpty() || String.valueOf(file.getFileName()).equals(name)) {
              sum[0] += attributes.size();
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE; // merged away meanwhile
          }
        });
    return sum[0];
  }
}
