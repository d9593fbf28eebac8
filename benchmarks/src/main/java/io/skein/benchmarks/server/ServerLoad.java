package io.skein.benchmarks.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.skein.testing.server.RunningServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Loads the packaged server over gRPC as fast as it takes, then asks it while it is loaded slowly:
 * {@code benchmarks/server-load.sh [spans] [directory]}.
 *
 * <p>The server is a process of its own, started as {@code ./skein server} does it, on the same
 * processors as this one. A segment counts when the call it came in has been answered OK, which is
 * when it is in the store's log: it then survives the end of the server's process; the log is
 * forced to the disk five times a second.
 */
public final class ServerLoad {
  private static final int SHOPS = 8;
  private static final long WARM_UP_SPANS = 1_000_000;
  private static final double SLOW_SPANS_PER_SECOND = 5_000;

  private final long spans;
  private final Path data;
  private final Load load = new Load(SHOPS);

  private ServerLoad(long spans, Path data) {
    this.spans = spans;
    this.data = data;
  }

  /** Runs it; the directory is deleted at the end if none was named. */
  public static void main(String[] args) throws Exception {
    long spans = args.length > 0 ? Long.parseLong(args[0].replace("_", "")) : 10_000_000;
    boolean named = args.length > 1;
    Path directory = named ? Path.of(args[1]) : Files.createTempDirectory("skein-server-load");
    System.out.printf(
        "JDK %s, %d processors, directory %s%n",
        Runtime.version(), Runtime.getRuntime().availableProcessors(), directory);
    ServerLoad benchmark = new ServerLoad(spans, directory.resolve("data"));
    try {
      benchmark.fast();
      benchmark.slow();
    } finally {
      benchmark.load.close();
      if (!named) {
        delete(directory);
      }
    }
  }

  /** As much as it takes. */
  private void fast() throws Exception {
    try (RunningServer server = RunningServer.start(data, "--disk", "16GB")) {
      long pid = server.process().pid();
      load.connect(server.collector());
      long warm = Math.min(WARM_UP_SPANS, spans / 4);
      load.send(warm, Long.MAX_VALUE, 0);
      warm = load.sentSpans();
      double cpu = ProcessFigures.cpuSeconds(pid);
      double ownCpu = ownCpuSeconds();
      Latencies answers = load.newLatencies();
      long begin = System.nanoTime();
      load.send(spans, Long.MAX_VALUE, 0);
      double seconds = (System.nanoTime() - begin) / 1e9;
      long measured = load.acknowledgedSpans() - warm;
      double used = ProcessFigures.cpuSeconds(pid) - cpu;
      say("as fast as it takes, after %,d spans:", warm);
      say(
          "  acknowledged   %,.0f segments of 4 spans per second (%,d spans in %.1f s)",
          measured / 4 / seconds, measured, seconds);
      say(
          "  processor      %.2f s per million spans in the server, %.2f s in the load client",
          used / (measured / 1e6), (ownCpuSeconds() - ownCpu) / (measured / 1e6));
      say("  answer to %d segments  %s", Load.BATCH, answers);
      say(
          "  memory         %d MB resident, %d MB at most",
          ProcessFigures.megabytes(pid, "VmRSS"), ProcessFigures.megabytes(pid, "VmHWM"));
      checkAccounting(server);
      server.process().terminate();
      server.process().exitStatus(60);
    }
    say(
        "  on disk        %.1f bytes per span (the log %.1f)",
        ProcessFigures.bytes(data, "") / (double) load.sentSpans(),
        ProcessFigures.bytes(data, "log") / (double) load.sentSpans());
  }

  /** Questions while a little comes in. */
  private void slow() throws Exception {
    long begin = System.nanoTime();
    try (RunningServer server = RunningServer.start(data, "--disk", "16GB")) {
      server.get("/api/status");
      say("ready again after %d ms", (System.nanoTime() - begin) / 1_000_000);
      long pid = server.process().pid();
      long settled = load.tracesPerShop();
      load.connect(server.collector());
      Latencies answers = load.newLatencies();
      double cpu = ProcessFigures.cpuSeconds(pid);
      begin = System.nanoTime();
      ExecutorService sender = Executors.newSingleThreadExecutor();
      try {
        Future<?> sending =
            sender.submit(
                () -> {
                  load.send(Long.MAX_VALUE, Long.MAX_VALUE, SLOW_SPANS_PER_SECOND);
                  return null;
                });
        TimeUnit.SECONDS.sleep(20);
        say(
            "at %,.0f spans per second: processor %.1f %% of one; answer to %d segments %s",
            SLOW_SPANS_PER_SECOND,
            (ProcessFigures.cpuSeconds(pid) - cpu) * 1e11 / (System.nanoTime() - begin),
            Load.BATCH,
            answers);
        say("asked meanwhile, %,d spans stored:", load.acknowledgedSpans());
        new Questions(server.address(), load).ask(settled);
        if (sending.isDone()) {
          sending.get();
        }
      } finally {
        sender.shutdownNow();
        if (!sender.awaitTermination(10, TimeUnit.SECONDS)) {
          say("the load client does not end");
        }
      }
      say(
          "  memory         %d MB resident, %d MB at most",
          ProcessFigures.megabytes(pid, "VmRSS"), ProcessFigures.megabytes(pid, "VmHWM"));
    } catch (ExecutionException e) {
      throw new IllegalStateException("the load stopped", e);
    }
  }

  private void checkAccounting(RunningServer server) throws IOException, InterruptedException {
    JsonNode all =
        server.await(
            "/api/accounting",
            answer -> answer.path("server").path("storedSpans").asLong() >= load.sentSpans());
    long stored = all.path("server").path("storedSpans").asLong();
    if (stored != load.sentSpans()) {
      throw new IllegalStateException(stored + " spans stored, " + load.sentSpans() + " sent");
    }
  }

  private static double ownCpuSeconds() throws IOException {
    return ProcessFigures.cpuSeconds(ProcessHandle.current().pid());
  }

  private static void say(String format, Object... args) {
    System.out.printf(format + "%n", args);
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
