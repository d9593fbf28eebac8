package io.skein.benchmarks.overhead.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process that ends with us: it watches its standard input, whose other end we hold. What it
 * prints goes to a file, except lines that are meant for us.
 */
public class Child implements AutoCloseable {
  /** Settings of tracers in the user's shell are meant for other programs. */
  private static final Pattern FOREIGN_SETTINGS =
      Pattern.compile("(SKEIN|SW|OTEL|DD|ELASTIC_APM)_.*|JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS");

  private static final long PATIENCE_SECONDS = 30;

  protected final Process process;
  protected final Path log;
  private final BlockingQueue<String> heard = new ArrayBlockingQueue<>(16);
  private final PrintWriter input;

  /**
   * Starts it.
   *
   * @param forUs matches lines that are meant for us, and its first group what they say
   */
  protected Child(List<String> command, Path log, Pattern forUs) throws IOException {
    this.log = log;
    Files.createDirectories(log.getParent());
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> FOREIGN_SETTINGS.matcher(name).matches());
    process = builder.start();
    input = new PrintWriter(process.outputWriter(), true);
    Thread reader = new Thread(() -> copyOutput(forUs), "output of " + log.getFileName());
    reader.setDaemon(true);
    reader.start();
  }

  private void copyOutput(Pattern forUs) {
    try (BufferedReader output = process.inputReader();
        PrintWriter file = new PrintWriter(Files.newBufferedWriter(log), true)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        Matcher matcher = forUs.matcher(line);
        if (!matcher.matches()) {
          file.println(line);
        } else if (!heard.offer(matcher.group(1))) {
          file.println("nobody takes: " + line);
        }
      }
    } catch (IOException closed) {
      // The process is gone, and with it its output.
    }
  }

  public long pid() {
    return process.pid();
  }

  protected void say(String line) {
    input.println(line);
  }

  /** The next line that is meant for us. */
  protected String hear() throws IOException {
    try {
      for (int second = 0; second < PATIENCE_SECONDS; second++) {
        String line = heard.poll(1, TimeUnit.SECONDS);
        if (line != null) {
          return line;
        }
        if (!process.isAlive()) {
          throw new IOException("it has ended; see " + log);
        }
      }
      throw new IOException("it does not answer; see " + log);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", interrupted);
    }
  }

  /** Its resident memory in KiB, from the kernel. */
  public long resident() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid()), "status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    throw new IOException("the kernel tells no resident memory of " + pid());
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(15, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
