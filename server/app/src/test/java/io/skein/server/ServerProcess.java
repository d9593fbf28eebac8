package io.skein.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The packaged server in a process of its own. Whatever the test does, closing ends it. */
final class ServerProcess implements AutoCloseable {
  static final Path JAR = Path.of("target", "skein-server.jar");
  private static final Pattern READY =
      Pattern.compile("ready in ([0-9.]+) s: open http://127.0.0.1:(\\d+)/, .* 127.0.0.1:(\\d+)");

  final Process process;
  final List<String> lines = new CopyOnWriteArrayList<>();
  private final Thread reader;
  private final CompletableFuture<Matcher> ready = new CompletableFuture<>();

  private ServerProcess(Process process) {
    this.process = process;
    reader = new Thread(this::read, "server-output");
    reader.setDaemon(true);
    reader.start();
  }

  static ServerProcess start(Path data, String... options) throws IOException {
    return start(List.of(), data, options);
  }

  static ServerProcess start(List<String> jvm, Path data, String... options) throws IOException {
    if (!Files.exists(JAR)) {
      throw new AssertionError(JAR.toAbsolutePath() + " is not there: run the package phase");
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvm);
    command.addAll(List.of("-jar", JAR.toString(), "--data", data.toString()));
    command.addAll(List.of("--grpc-port", "0", "--http-port", "0"));
    command.addAll(List.of(options));
    return new ServerProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  private void read() {
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        lines.add(line);
        Matcher matcher = READY.matcher(line);
        if (matcher.find()) {
          ready.complete(matcher);
        }
      }
      ready.completeExceptionally(new AssertionError("it ended: " + lines));
    } catch (IOException e) {
      ready.completeExceptionally(e);
    }
  }

  private Matcher ready() {
    try {
      return ready.get(60, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError("not ready: " + lines, e);
    }
  }

  double readySeconds() {
    return Double.parseDouble(ready().group(1));
  }

  int httpPort() {
    return Integer.parseInt(ready().group(2));
  }

  int grpcPort() {
    return Integer.parseInt(ready().group(3));
  }

  /** Sends SIGTERM and returns the exit status. */
  int terminate() {
    // Not process.destroy(): that closes its output, and the last words would be lost.
    process.toHandle().destroy();
    return exitStatus();
  }

  /** As {@code kill -9} does. */
  void kill() {
    process.destroyForcibly();
    exitStatus();
  }

  int exitStatus() {
    try {
      if (!process.waitFor(40, TimeUnit.SECONDS)) {
        throw new AssertionError("the server does not end: " + lines);
      }
      reader.join(TimeUnit.SECONDS.toMillis(10));
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    exitStatus();
  }
}
