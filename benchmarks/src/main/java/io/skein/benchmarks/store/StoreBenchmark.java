package io.skein.benchmarks.store;

import com.sun.management.OperatingSystemMXBean;
import io.skein.server.storage.Outcome;
import io.skein.server.storage.ReceivedSegment;
import io.skein.server.storage.TraceOrder;
import io.skein.server.storage.TraceQuery;
import io.skein.server.storage.TraceStore;
import io.skein.server.storage.lucene.LuceneTraceStore;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Loads spans into the store on disk and asks it: {@code java -cp benchmarks.jar
 * io.skein.benchmarks.store.StoreBenchmark [spans] [directory]}.
 *
 * <p>Not JMH: what is measured is one long process with its merges and its disk, not a method. CPU
 * time is that of the whole process without the thread that makes the traces; queries run one after
 * the other, with nothing else going on, each with other parameters.
 */
public final class StoreBenchmark {
  private static final int BATCH = 100;
  private static final int QUERIES = 300;
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private StoreBenchmark() {}

  public static void main(String[] args) throws Exception {
    long spans = args.length > 0 ? Long.parseLong(args[0].replace("_", "")) : 1_000_000;
    Path directory =
        args.length > 1 ? Path.of(args[1]) : Files.createTempDirectory("skein-store-benchmark");
    System.out.printf(
        "JDK %s, %d processors, directory %s%n",
        Runtime.version(), Runtime.getRuntime().availableProcessors(), directory);
    ShopTraces traces = new ShopTraces();
    try {
      try (LuceneTraceStore store = LuceneTraceStore.open(directory, 16L << 30)) {
        load(store, traces, spans);
        System.out.println("while the last partition is open:");
        ask(store, traces);
      }
      System.out.printf(
          "on disk       %.1f bytes per span (log %.1f)%n",
          bytes(directory, "") / (double) spans, bytes(directory, "log") / (double) spans);
      long opening = System.nanoTime();
      try (LuceneTraceStore store = LuceneTraceStore.open(directory, 16L << 30)) {
        System.out.printf("opening       %d ms%n", millisSince(opening));
        System.out.println("after opening:");
        ask(store, traces);
      }
    } finally {
      delete(directory);
    }
  }

  private static void load(TraceStore store, ShopTraces traces, long spans) throws Exception {
    ArrayDeque<CompletableFuture<List<Outcome>>> pending = new ArrayDeque<>();
    long ownCpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    long cpu = SYSTEM.getProcessCpuTime();
    long begin = System.nanoTime();
    long sent = 0;
    List<ReceivedSegment> batch = new ArrayList<>();
    while (sent < spans) {
      for (ReceivedSegment segment : traces.next()) {
        batch.add(segment);
        sent += segment.segment().spans().size();
      }
      if (batch.size() >= BATCH || sent >= spans) {
        pending.add(store.append(batch));
        batch = new ArrayList<>();
        while (pending.size() > 50) {
          check(pending.remove());
        }
      }
    }
    while (!pending.isEmpty()) {
      check(pending.remove());
    }
    long appended = System.nanoTime() - begin;
    String last = traces.idOf(traces.traces() - 1);
    while (store.trace(last, 1) == null) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
    long visible = System.nanoTime() - begin;
    long used =
        SYSTEM.getProcessCpuTime()
            - cpu
            - (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - ownCpu);
    System.out.printf(
        "loaded        %,d spans in %.1f s: %,.0f per second; %,.0f per CPU second%n",
        sent, visible / 1e9, sent / (visible / 1e9), sent / (used / 1e9));
    System.out.printf(
        "visible       %d ms after the last answer%n", (visible - appended) / 1_000_000);
  }

  private static void check(CompletableFuture<List<Outcome>> answer) throws Exception {
    for (Outcome outcome : answer.get(1, TimeUnit.MINUTES)) {
      if (!(outcome instanceof Outcome.Stored)) {
        throw new IllegalStateException("not stored: " + outcome);
      }
    }
  }

  private static void ask(TraceStore store, ShopTraces traces) {
    Random random = new Random(2);
    long end = ShopTraces.START_MILLIS + traces.traces() * ShopTraces.MILLIS_PER_TRACE;
    measure(
        "trace by id",
        i -> {
          if (store.trace(traces.idOf(random.nextLong(traces.traces())), 10_000) == null) {
            throw new IllegalStateException("a trace is missing");
          }
        });
    measure("newest 20", i -> store.search(TraceQuery.builder().build()));
    measure(
        "service, endpoint, duration, tag",
        i ->
            store.search(
                TraceQuery.builder()
                    .service("orders")
                    .endpoint(i % 2 == 0 ? "GET:/cart" : "GET:/orders/{id}")
                    .minMillis(100L + i)
                    .tag("db.type", "H2")
                    .build()));
    measure(
        "the same, in ten minutes",
        i -> {
          long from =
              ShopTraces.START_MILLIS + random.nextLong(Math.max(1, end - ShopTraces.START_MILLIS));
          store.search(
              TraceQuery.builder()
                  .service("orders")
                  .endpoint("GET:/cart")
                  .minMillis(100L)
                  .tag("db.type", "H2")
                  .fromMillis(from)
                  .toMillis(from + 600_000)
                  .build());
        });
    measure(
        "a rare tag",
        i ->
            store.search(
                TraceQuery.builder()
                    .tag(
                        "url", "http://127.0.0.1:8081/products/" + random.nextLong(traces.traces()))
                    .build()));
    measure(
        "errors of a service",
        i -> store.search(TraceQuery.builder().service("storefront").error(true).build()));
    measure(
        "slowest 20", i -> store.search(TraceQuery.builder().order(TraceOrder.SLOWEST).build()));
    measure(
        "slowest 20 of a service",
        i ->
            store.search(
                TraceQuery.builder().service("inventory").order(TraceOrder.SLOWEST).build()));
    measure("endpoints of a service", i -> store.endpoints("orders", null, 50));
    measure("services", i -> store.services());
  }

  private static void measure(String name, Consumer<Integer> query) {
    for (int i = 0; i < QUERIES / 3; i++) {
      query.accept(i);
    }
    double[] millis = new double[QUERIES];
    for (int i = 0; i < QUERIES; i++) {
      long begin = System.nanoTime();
      query.accept(i);
      millis[i] = (System.nanoTime() - begin) / 1e6;
    }
    Arrays.sort(millis);
    System.out.printf(
        "  %-34s p50 %7.2f ms   p95 %7.2f ms   most %7.2f ms%n",
        name, millis[QUERIES / 2], millis[QUERIES * 95 / 100], millis[QUERIES - 1]);
  }

  private static long millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1_000_000;
  }

  private static long bytes(Path directory, String name) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(file -> name.isEmpty() || file.getFileName().toString().equals(name))
          .filter(Files::isRegularFile)
          .mapToLong(file -> file.toFile().length())
          .sum();
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
