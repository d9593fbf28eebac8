package io.skein.demo.launcher;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One process of the demo. Its output goes to a file; its standard input is a pipe that nobody
 * writes to, so that it can see our end.
 */
final class Child {
  private static final int LINES_SHOWN = 12;
  final String name;
  private final Process process;
  private final Path log;
  private final CompletableFuture<String> ready = new CompletableFuture<>();

  private Child(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /** {@code readyMark}: part of the line that the process prints when it is ready. */
  static Child start(
      String name,
      List<String> command,
      Map<String, String> environment,
      Path directory,
      String readyMark) {
    Path log = directory.resolve(name + ".log");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).directory(directory.toFile());
      // A tracer's settings in the user's shell are meant for another program.
      builder.environment().keySet().removeIf(k -> k.startsWith("SKEIN_") || k.startsWith("SW_"));
      builder.environment().putAll(environment);
      Child child = new Child(name, builder.start(), log);
      Thread reader = new Thread(() -> child.copyOutput(readyMark), "output of " + name);
      reader.setDaemon(true);
      reader.start();
      return child;
    } catch (IOException refused) {
      throw new DemoFailure(name + " could not be started: " + refused.getMessage());
    }
  }

  private void copyOutput(String readyMark) {
    try (BufferedReader output = new BufferedReader(process.inputReader(StandardCharsets.UTF_8));
        var file =
            Files.newBufferedWriter(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      String line;
      while ((line = output.readLine()) != null) {
        file.write(line);
        file.newLine();
        file.flush();
        if (line.contains(readyMark)) {
          ready.complete(line);
        }
      }
    } catch (IOException closed) {
      // The process is gone, and with it its output.
    } finally {
      ready.completeExceptionally(new IOException("the process ended"));
    }
  }

  /** Waits for the mark; a process that ends or stays silent is a failure that shows its log. */
  void awaitReady(Duration limit) {
    try {
      ready.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException ended) {
      throw new DemoFailure(name + " ended before it was ready:\n" + lastLines());
    } catch (TimeoutException silent) {
      throw new DemoFailure(
          name + " was not ready after " + limit.toSeconds() + " s:\n" + lastLines());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new DemoFailure("interrupted while " + name + " started");
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  long pid() {
    return process.pid();
  }

  /** Asks only; {@link #awaitEnd} waits. So several can end at the same time. */
  void askToEnd() {
    process.destroy();
  }

  /** False if it had to be killed. */
  boolean awaitEnd(Duration limit) {
    boolean interrupted = Thread.interrupted();
    try {
      if (process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        return true;
      }
    } catch (InterruptedException again) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    process.destroyForcibly();
    process.onExit().completeOnTimeout(process, 5, TimeUnit.SECONDS).join();
    return false;
  }

  /** The end of its log, indented, for a message about its failure. */
  String lastLines() {
    try {
      List<String> lines = new ArrayList<>(Files.readAllLines(log, StandardCharsets.UTF_8));
      int from = Math.max(0, lines.size() - LINES_SHOWN);
      return "  | "
          + String.join("\n  | ", lines.subList(from, lines.size()))
          + "\n  ("
          + log
          + ")";
    } catch (IOException | UncheckedIOException unreadable) {
      return "  (no output in " + log + ")";
    }
  }
}
