package io.skein.testing.server;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process of the test's. Whatever happens, closing ends it. */
public final class Child implements AutoCloseable {

  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Process process;
  private final String name;
  private final Pattern readyLine;
  private final CompletableFuture<Matcher> ready = new CompletableFuture<>();
  private final Thread reader;
  // For a test run that is killed: closing is not called then.
  private final Thread lastResort;

  private Child(String name, Process process, Pattern readyLine) {
    this.name = name;
    this.process = process;
    this.readyLine = readyLine;
    lastResort = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(lastResort);
    reader = new Thread(this::read, name + "-output");
    reader.setDaemon(true);
    reader.start();
  }

  /** Starts a process and returns when it has printed the line that says it is ready. */
  public static Child start(
      String name,
      Path directory,
      Map<String, String> environment,
      String readyLine,
      List<String> command)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.directory(directory.toFile());
    builder
        .environment()
        .keySet()
        .removeIf(key -> key.startsWith("SKEIN_") || key.startsWith("SW_"));
    // What one test leaves on disk another one of the same service would deliver.
    builder.environment().put("SKEIN_SPOOL_SIZE", "0");
    builder.environment().putAll(environment);
    return new Child(name, builder.start(), Pattern.compile(readyLine));
  }

  /** What it has printed so far. */
  public List<String> lines() {
    return List.copyOf(lines);
  }

  /** The command that runs Java in the version that runs this test. */
  public static List<String> java(String... arguments) {
    return java(Path.of(System.getProperty("java.home")), arguments);
  }

  /** The command that runs the Java of a JDK. */
  public static List<String> java(Path jdk, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(jdk.resolve("bin").resolve("java").toString());
    command.add("-Xmx256m");
    command.addAll(List.of(arguments));
    return command;
  }

  /** The last of the JDKs that the tests were told of, or the one that runs them. */
  public static Path newestJdk() {
    String[] told = System.getProperty("skein.test.jdks", "").split(File.pathSeparator, -1);
    String last = told[told.length - 1];
    return Path.of(last.isEmpty() ? System.getProperty("java.home") : last);
  }

  private void read() {
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        lines.add(line);
        Matcher matcher = readyLine.matcher(line);
        if (matcher.find()) {
          ready.complete(matcher);
        }
      }
      ready.completeExceptionally(new AssertionError(name + " ended: " + lines));
    } catch (IOException e) {
      ready.completeExceptionally(e);
    }
  }

  /** Returns a part of the line that said it is ready. */
  public String ready(int group) {
    try {
      return ready.get(120, TimeUnit.SECONDS).group(group);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(name + " is not ready: " + lines, e);
    }
  }

  /** Closes its standard input, upon which our applications end by themselves. */
  public void end() {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        throw new AssertionError(name + " does not end: " + lines);
      }
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(name + " does not end: " + lines, e);
    }
  }

  /** Its process id. */
  public long pid() {
    return process.pid();
  }

  /** Sends SIGKILL, and does not wait. */
  public void kill() {
    // Through the handle, as the next one: the other way closes what is being read, too.
    process.toHandle().destroyForcibly();
  }

  /** Sends SIGTERM, and does not wait. */
  public void terminate() {
    process.toHandle().destroy();
  }

  /**
   * Sends a signal that Java has no method for.
   *
   * @param name such as {@code STOP}; a JVM prints what its threads do upon {@code QUIT}
   */
  public void signal(String name) throws IOException, InterruptedException {
    Process kill =
        new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (kill.waitFor() != 0) {
      throw new AssertionError("kill -" + name + " " + pid() + " ended with " + kill.exitValue());
    }
  }

  /** Waits for its end, and returns how it ended. */
  public int exitStatus(long seconds) throws InterruptedException {
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      throw new AssertionError(name + " takes longer than " + seconds + " s: " + lines);
    }
    reader.join(TimeUnit.SECONDS.toMillis(10));
    return process.exitValue();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        throw new AssertionError(name + " survives being killed");
      }
      Runtime.getRuntime().removeShutdownHook(lastResort);
    } catch (IllegalStateException e) {
      // The hooks are running.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
