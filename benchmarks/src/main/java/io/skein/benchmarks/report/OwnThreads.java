package io.skein.benchmarks.report;

import io.skein.core.Tracer;
import io.skein.core.report.ReportCounters.Account;
import io.skein.core.report.ReportLog;
import io.skein.testing.server.RunningServer;
import io.skein.wire.grpc.CollectorAddress;
import io.skein.wire.grpc.GrpcReporting;
import io.skein.wire.grpc.GrpcSettings;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The processor time of the agent's own threads for a segment of five spans, at several loads:
 * {@code benchmarks/own-threads.sh [segments per second]...}.
 *
 * <p>Queue, reporter and transport are the agent's, the receiver is the packaged server in a
 * process of its own, kept off this one's processor. Only the application is not real; see {@link
 * Requests}.
 */
public final class OwnThreads {
  private static final int WARM_UP_PER_SECOND = 3_000;
  private static final long WARM_UP_MILLIS = 20_000;
  private static final int QUEUE = 16_384; // the agent's default
  private static final int SPANS_PER_QUEUED_SEGMENT = 32;
  private static final int TURNS = 9;
  private static final long TURN_MILLIS = 4_000;
  private static final int[] USUAL_RATES = {870, 1_500, 3_000};
  private static final String PROCESS_ID = "0123456789abcdef0123456789abcdef";
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final GrpcReporting reporting;
  private final Requests requests;

  private OwnThreads(GrpcReporting reporting, Requests requests) {
    this.reporting = reporting;
    this.requests = requests;
  }

  /** Runs it; needs Linux, and says nothing of use with less than two processors. */
  public static void main(String[] args) throws Exception {
    int[] rates =
        args.length == 0 ? USUAL_RATES : Arrays.stream(args).mapToInt(Integer::parseInt).toArray();
    int last = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
    Path directory = Files.createTempDirectory("skein-own-threads");
    try (RunningServer server = RunningServer.start(directory.resolve("data"))) {
      pin(ProcessHandle.current().pid(), "0");
      pin(server.process().pid(), "1-" + last);
      GrpcReporting reporting =
          GrpcReporting.open(settings(server.collector()), ReportLog.silent());
      Tracer tracer =
          Tracer.builder()
              .service("orders")
              .instance("orders-7f9c6b5d4-x2x9z")
              .processId(PROCESS_ID)
              .sink(reporting.sink())
              .build();
      reporting.lookAfter(tracer);
      new OwnThreads(reporting, new Requests(tracer)).measure(rates);
      reporting.close();
    } finally {
      delete(directory);
    }
  }

  private static GrpcSettings settings(String collector) {
    return new GrpcSettings(
        CollectorAddress.parseList(collector),
        "orders",
        "orders-7f9c6b5d4-x2x9z",
        PROCESS_ID,
        "benchmark",
        null,
        List.of(),
        GrpcSettings.DEFAULT_HEARTBEAT,
        QUEUE,
        QUEUE * SPANS_PER_QUEUED_SEGMENT,
        GrpcSettings.DEFAULT_MAX_MESSAGE_BYTES,
        null,
        "",
        0,
        null);
  }

  /** All its threads; without taskset they share all processors, which costs some exactness. */
  private static void pin(long pid, String processors) throws InterruptedException {
    try {
      new ProcessBuilder("taskset", "-a", "-c", "-p", processors, Long.toString(pid))
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      System.out.println("no taskset: nothing is kept apart");
    }
  }

  private void measure(int[] rates) throws IOException {
    requests.run(WARM_UP_PER_SECOND, WARM_UP_MILLIS);
    System.out.println(
        "microseconds of processor time per segment: least, half of the turns, most");
    for (int rate : rates) {
      List<Double> reporter = new ArrayList<>();
      List<Double> grpc = new ArrayList<>();
      List<Double> both = new ArrayList<>();
      for (int turn = 0; turn < TURNS; turn++) {
        reporting.flush(LIMIT);
        long[] before = ownNanos();
        long made = requests.run(rate, TURN_MILLIS);
        reporting.flush(LIMIT);
        long[] after = ownNanos();
        reporter.add((after[0] - before[0]) / 1e3 / made);
        grpc.add((after[1] - before[1]) / 1e3 / made);
        both.add((after[0] - before[0] + after[1] - before[1]) / 1e3 / made);
      }
      System.out.printf(
          Locale.ROOT,
          "%,6d per second: reporter %s, grpc %s, together %s%n",
          rate,
          spread(reporter),
          spread(grpc),
          spread(both));
    }
    Account account = reporting.counters().account();
    if (!account.delivered().equals(account.made())) {
      System.out.println("This machine was too busy, not all was delivered: " + account);
    }
  }

  private static String spread(List<Double> values) {
    values.sort(Comparator.naturalOrder());
    return String.format(
        Locale.ROOT,
        "%.2f, %.2f, %.2f",
        values.get(0),
        values.get(values.size() / 2),
        values.get(values.size() - 1));
  }

  /** The processor time of the reporter's thread and of the connection's. */
  private static long[] ownNanos() throws IOException {
    long[] nanos = new long[2];
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path thread : threads) {
        try {
          String name = Files.readString(thread.resolve("comm"));
          if (name.startsWith("skein-")) {
            String[] figures = Files.readString(thread.resolve("schedstat")).split(" ", -1);
            nanos[name.startsWith("skein-reporter") ? 0 : 1] += Long.parseLong(figures[0]);
          }
        } catch (NoSuchFileException ended) {
          // None of those that count.
        }
      }
    }
    return nanos;
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
