package io.skein.benchmarks.store;

import com.sun.management.OperatingSystemMXBean;
import io.skein.server.query.QueryServer;
import io.skein.server.query.QuerySettings;
import io.skein.server.query.ServerFacts;
import io.skein.server.storage.Outcome;
import io.skein.server.storage.lucene.LuceneTraceStore;
import io.skein.server.storage.profile.Snapshot;
import io.skein.wire.decode.MalformedMessageException;
import io.skein.wire.decode.MessageWriter;
import io.skein.wire.decode.ProfileReader;
import io.skein.wire.model.ThreadSnapshot;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Stores snapshots of threads and has them analysed: {@code java -cp benchmarks.jar
 * io.skein.benchmarks.store.ProfileBenchmark [snapshots] [depth]}.
 *
 * <p>They come as agents send them, fifty of a segment at a time, ten segments in turn. Stacks are
 * a walk: each keeps a part of the one before, of 2,000 different frames. The analysis is asked for
 * over HTTP, from the files to the last byte of JSON; beside it stands the plain way, which decodes
 * the messages as they were received and merges them in maps. CPU time is that of the whole
 * process, the client included.
 */
public final class ProfileBenchmark {
  private static final int SEGMENTS = 10;
  private static final int AT_ONCE = 50;
  private static final int ROUNDS = 40;
  private static final long START = 1_700_000_000_000L;
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private final Random random = new Random(1);
  private final int depth;
  private final List<ThreadSnapshot> all = new ArrayList<>();

  private ProfileBenchmark(int snapshots, int depth) {
    this.depth = depth;
    List<List<String>> stacks = new ArrayList<>();
    for (int i = 0; i < SEGMENTS; i++) {
      stacks.add(List.of());
    }
    for (int number = 0; all.size() < snapshots; number += AT_ONCE) {
      for (int segment = 0; segment < SEGMENTS; segment++) {
        for (int i = number; i < number + AT_ONCE && all.size() < snapshots; i++) {
          stacks.set(segment, next(stacks.get(segment)));
          all.add(
              new ThreadSnapshot(
                  Snapshot.SLOW,
                  "segment-" + segment,
                  START + 10L * i,
                  i,
                  stacks.get(segment),
                  1 + random.nextInt(3),
                  10,
                  0));
        }
      }
    }
  }

  private List<String> next(List<String> before) {
    // Mostly the innermost frames change.
    int kept = Math.max(0, depth - 1 - (int) (-Math.log(random.nextDouble()) * 6));
    List<String> stack = new ArrayList<>(before.subList(0, Math.min(kept, before.size())));
    while (stack.size() < depth) {
      int which = stack.size() * 33 + random.nextInt(33);
      stack.add(
          "com.example.shop.layer" + which % 40 + ".SomeService" + which + ".doSomething:" + which);
    }
    return stack;
  }

  public static void main(String[] args) throws Exception {
    int snapshots = args.length > 0 ? Integer.parseInt(args[0].replace("_", "")) : 12_000;
    int depth = args.length > 1 ? Integer.parseInt(args[1]) : 60;
    System.out.printf(
        "JDK %s, %d processors, %,d snapshots of depth %d%n",
        Runtime.version(), Runtime.getRuntime().availableProcessors(), snapshots, depth);
    new ProfileBenchmark(snapshots, depth).run();
  }

  private void run() throws Exception {
    Path directory = Files.createTempDirectory("skein-profile-benchmark");
    try (LuceneTraceStore store = LuceneTraceStore.open(directory, 2L << 30)) {
      long cpu = SYSTEM.getProcessCpuTime();
      load(store);
      System.out.printf(
          "stored        %.1f microseconds of CPU each%n",
          (SYSTEM.getProcessCpuTime() - cpu) / 1e3 / all.size());
      System.out.printf(
          "on disk       %.1f bytes each; %.0f as a message%n",
          bytes(directory) / (double) all.size(),
          all.stream().mapToInt(each -> MessageWriter.snapshot(each).length).average().orElse(0));
      try (QueryServer server =
          new QueryServer(
              QuerySettings.on("127.0.0.1", 0), store, new Facts(), InstantSource.system())) {
        server.start();
        ask(server.port());
      }
    } finally {
      delete(directory);
    }
  }

  private void load(LuceneTraceStore store) throws Exception {
    for (int from = 0; from < all.size(); from += AT_ONCE) {
      List<Snapshot> batch = new ArrayList<>();
      for (ThreadSnapshot each : all.subList(from, Math.min(all.size(), from + AT_ONCE))) {
        batch.add(
            new Snapshot(
                each.taskId(),
                each.segmentId(),
                each.millis(),
                each.sequence(),
                each.frames(),
                each.state(),
                each.periodMillis(),
                each.framesCut(),
                "shop",
                "shop-1",
                START));
      }
      for (Outcome outcome : store.profiles().append(batch).get(1, TimeUnit.MINUTES)) {
        if (!(outcome instanceof Outcome.Stored)) {
          throw new IllegalStateException("not stored: " + outcome);
        }
      }
    }
  }

  private interface Work {
    int done() throws Exception;
  }

  private void ask(int port) throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    Work analysis = question(client, port, "/api/profile/analysis?task=" + Snapshot.SLOW);
    List<byte[]> messages = all.stream().map(MessageWriter::snapshot).toList();
    // The client of this process is as cold as the server, and the pages ask for the status before
    // anything else: neither belongs to the analysis.
    first("first answer", question(client, port, "/api/status"));
    first("first analysis", analysis);
    double ours = measure("analysis over HTTP", analysis);
    double plain = measure("decoding and merging in maps", () -> plain(messages));
    System.out.printf("ratio         %.2f of the plain way's CPU time%n", ours / plain);
  }

  private static Work question(HttpClient client, int port, String path) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
    return () -> {
      HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      if (answer.statusCode() != 200) {
        throw new IllegalStateException(new String(answer.body()));
      }
      return answer.body().length;
    };
  }

  private static void first(String name, Work work) throws Exception {
    long cpu = SYSTEM.getProcessCpuTime();
    long begin = System.nanoTime();
    int size = work.done();
    System.out.printf(
        "%-14s %.0f ms, CPU %.0f ms, %,d bytes%n",
        name, (System.nanoTime() - begin) / 1e6, (SYSTEM.getProcessCpuTime() - cpu) / 1e6, size);
  }

  private static double measure(String name, Work work) throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      work.done();
    }
    double[] millis = new double[ROUNDS];
    long cpu = SYSTEM.getProcessCpuTime();
    for (int i = 0; i < ROUNDS; i++) {
      long begin = System.nanoTime();
      work.done();
      millis[i] = (System.nanoTime() - begin) / 1e6;
    }
    double each = (SYSTEM.getProcessCpuTime() - cpu) / 1e6 / ROUNDS;
    Arrays.sort(millis);
    System.out.printf(
        "  %-30s p50 %6.1f ms   p95 %6.1f ms   CPU %6.1f ms%n",
        name, millis[ROUNDS / 2], millis[ROUNDS * 95 / 100], each);
    return each;
  }

  private static final class Node {
    final Map<String, Node> children = new HashMap<>();
    long count;
  }

  /** What has to be done at least when the messages are kept as they came. */
  private static int plain(List<byte[]> messages) throws MalformedMessageException {
    Node root = new Node();
    for (byte[] message : messages) {
      Node node = root;
      for (String frame : ProfileReader.snapshot(message).frames()) {
        node = node.children.computeIfAbsent(frame, each -> new Node());
        node.count++;
      }
    }
    return root.children.size();
  }

  private static long bytes(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("snapshots"))
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

  private static final class Facts implements ServerFacts {
    @Override
    public String version() {
      return "benchmark";
    }

    @Override
    public long startedMillis() {
      return START;
    }

    @Override
    public String grpcAddress() {
      return "";
    }

    @Override
    public String httpAddress() {
      return "";
    }

    @Override
    public String dataDirectory() {
      return "";
    }

    @Override
    public SortedMap<String, Long> messageCounts() {
      return new TreeMap<>();
    }
  }
}
