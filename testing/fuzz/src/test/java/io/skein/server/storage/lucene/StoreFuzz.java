package io.skein.server.storage.lucene;

import io.skein.server.storage.AgentAccount;
import io.skein.server.storage.Outcome;
import io.skein.server.storage.ReceivedSegment;
import io.skein.server.storage.StorageException;
import io.skein.server.storage.StoredTrace;
import io.skein.server.storage.TraceOrder;
import io.skein.server.storage.TraceQuery;
import io.skein.server.storage.profile.Snapshot;
import io.skein.testing.fuzz.Check;
import io.skein.testing.fuzz.Input;
import io.skein.wire.decode.MessageWriter;
import io.skein.wire.model.InstanceProperties;
import io.skein.wire.model.KeyValue;
import io.skein.wire.model.TraceSegment;
import io.skein.wire.model.TraceSpan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * A store of two partitions whose files are damaged: bits flipped, bytes overwritten, files cut,
 * emptied, deleted, and put in the place of others. It opens, or refuses with a reason; questions
 * are answered, or refused with a reason; what is answered is what was stored; and where no log was
 * touched, everything is there once the indexes have been made again.
 */
public final class StoreFuzz {
  private static final int TRACES = 60;
  private static final Path WHOLE = temporary("whole");
  private static final Path DAMAGED = temporary("damaged");

  static {
    // As in production: Lucene asserts what is true of files that it has written.
    ClassLoader.getSystemClassLoader().setPackageAssertionStatus("org.apache.lucene", false);
    Logger.getLogger("io.skein").setLevel(Level.OFF);
  }

  private static boolean made;

  private StoreFuzz() {}

  /** Makes ready what all inputs share, before the first one is timed. */
  public static synchronized void fuzzerInitialize() throws Exception {
    if (!made) {
      make();
      made = true;
    }
  }

  private static Path temporary(String name) {
    try {
      Path directory = Files.createTempDirectory("skein-fuzz-" + name);
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    try {
                      DataDirectory.delete(directory);
                    } catch (IOException e) {
                      // The system's temporary directory is emptied some time.
                    }
                  }));
      return directory;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static StoreOptions options(Path directory, long millis) {
    return new StoreOptions(
        directory,
        64L << 20,
        Duration.ofHours(1),
        InstantSource.fixed(java.time.Instant.ofEpochMilli(millis)),
        () -> Long.MAX_VALUE);
  }

  /** One partition that is sealed, and one that is not. */
  private static void make() throws Exception {
    long now = System.currentTimeMillis();
    for (int half = 0; half < 2; half++) {
      try (LuceneTraceStore store =
          LuceneTraceStore.open(options(WHOLE, now + half * 7_200_000L))) {
        List<ReceivedSegment> batch = new ArrayList<>();
        for (int i = half * TRACES / 2; i < (half + 1) * TRACES / 2; i++) {
          batch.add(segment(i));
          if (batch.size() == 7) {
            append(store, batch);
            batch.clear();
          }
        }
        append(store, batch);
        List<Snapshot> sampled = snapshots(half);
        for (int from = 0; from < sampled.size(); from += 20) {
          store.profiles().append(sampled.subList(from, from + 20)).get(30, TimeUnit.SECONDS);
        }
        store.properties(
            new InstanceProperties("shop", "1", List.of(new KeyValue("k", "v")), ""), 5);
        store.account(
            new AgentAccount("shop", "1", "p", new TreeMap<>(Map.of("made.segments", 7L)), 8));
        store.settle();
      }
    }
  }

  private static void append(LuceneTraceStore store, List<ReceivedSegment> batch) throws Exception {
    for (Outcome outcome : store.append(List.copyOf(batch)).get(30, TimeUnit.SECONDS)) {
      Check.equal(outcome, Outcome.STORED, "outcome");
    }
  }

  private static List<Snapshot> snapshots(int half) {
    List<Snapshot> snapshots = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      List<String> frames = List.of("a.B.run:1", "a.C.work:" + i % 5, "half." + half);
      snapshots.add(
          new Snapshot(Snapshot.SLOW, "s" + half, 10L * i, i, frames, 1, 10, 0, "shop", "1", 0));
    }
    return snapshots;
  }

  /** What is given of a segment's snapshots is what was stored of it. */
  private static void askForSnapshots(LuceneTraceStore store) {
    for (int half = 0; half < 2; half++) {
      List<Snapshot> stored = snapshots(half);
      store
          .profiles()
          .read(
              List.of("s" + half),
              block -> {
                for (int i = 0; i < block.size(); i++) {
                  Snapshot expected = stored.get(block.sequence(i));
                  Check.equal(block.segmentId(), expected.segmentId(), "segment");
                  Check.equal(block.millis(i), expected.millis(), "time of a snapshot");
                }
              });
      store.profiles().ofSegment("s" + half);
    }
    store.profiles().ofTask(Snapshot.SLOW, 10);
    store.profiles().totals(Snapshot.SLOW);
    store.profileTasks().list(null, null, 10);
  }

  private static ReceivedSegment segment(int number) {
    long start = 1_700_000_000_000L + number;
    TraceSpan span =
        new TraceSpan(
            0,
            -1,
            start,
            start + number,
            List.of(),
            "GET:/" + number % 5,
            "",
            0,
            3,
            1,
            number % 7 == 0,
            List.of(new KeyValue("n", "v" + number)),
            List.of(),
            false);
    TraceSegment segment =
        new TraceSegment("t" + number, "s" + number, List.of(span), "shop", "1", false);
    return new ReceivedSegment(segment, MessageWriter.segment(segment), start);
  }

  public static void fuzzerTestOneInput(byte[] data) throws Exception {
    Input input = new Input(data);
    fuzzerInitialize();
    DataDirectory.delete(DAMAGED);
    copy(WHOLE, DAMAGED);
    boolean logTouched = false;
    List<Path> files = files();
    for (int change = 1 + input.below(4); change > 0; change--) {
      Path file = files.get(input.below(files.size()));
      logTouched |= file.endsWith("log") || file.endsWith("book") || file.endsWith("format");
      damage(input, file, files.get(input.below(files.size())));
    }
    open(false);
    if (!logTouched) {
      for (Path file : files()) {
        if (file.getParent().endsWith("index") || file.endsWith("ids")) {
          Files.delete(file);
        }
      }
      open(true);
    }
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> walk = Files.walk(DAMAGED)) {
      return walk.filter(Files::isRegularFile).filter(f -> !f.endsWith("lock")).sorted().toList();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> walk = Files.walk(from)) {
      for (Path file : walk.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
  }

  private static void damage(Input input, Path file, Path other) throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    byte[] bytes = Files.readAllBytes(file);
    int at = bytes.length == 0 ? 0 : input.below(0x1000000) % bytes.length;
    int kind = input.below(8);
    if (bytes.length > 0 && kind < 3) {
      bytes[at] ^= (byte) (1 << kind);
    } else if (kind == 3) {
      for (int i = at; i < bytes.length && i < at + 16; i++) {
        bytes[i] = (byte) input.next();
      }
    } else if (kind == 4) {
      bytes = Arrays.copyOf(bytes, at);
    } else if (kind == 5) {
      Files.delete(file);
      return;
    } else if (kind == 6 && Files.exists(other)) {
      bytes = Files.readAllBytes(other);
    } else if (kind == 7) {
      bytes = Arrays.copyOf(bytes, bytes.length + input.below(300));
    }
    Files.write(file, bytes);
  }

  private static void open(boolean everything) throws Exception {
    LuceneTraceStore store;
    try {
      store = LuceneTraceStore.open(options(DAMAGED, System.currentTimeMillis()));
    } catch (StorageException e) {
      Check.that(!everything, "refuses, although all logs are whole: " + e);
      Check.that(e.getMessage().contains(DAMAGED.toString()), "refuses without saying what");
      return;
    }
    try (store) {
      ask(store, everything);
      askForSnapshots(store);
      // And it goes on.
      int number = everything ? TRACES + 1 : TRACES;
      ReceivedSegment next = segment(number);
      Check.equal(
          store.append(List.of(next)).get(30, TimeUnit.SECONDS), List.of(Outcome.STORED), "append");
      List<Snapshot> sampled = snapshots(everything ? 3 : 2);
      Check.equal(
          store.profiles().append(sampled).get(30, TimeUnit.SECONDS),
          java.util.Collections.nCopies(sampled.size(), Outcome.STORED),
          "snapshots");
      store.settle();
      StoredTrace stored = store.trace("t" + number, 10);
      Check.that(stored != null && stored.segments().size() == 1, "the next segment is not there");
    }
  }

  private static void ask(LuceneTraceStore store, boolean everything) {
    int there = 0;
    for (int i = 0; i < TRACES; i += everything ? 1 : 9) {
      String id = "t" + i;
      StoredTrace trace = answer(() -> store.trace(id, 10));
      Check.that(!everything || trace != null, id + " is lost");
      if (trace != null) {
        for (StoredTrace.StoredSegment segment : trace.segments()) {
          Check.equal(segment.segment(), segment(i).segment(), "segment of " + id);
          there++;
        }
      }
    }
    Check.that(!everything || there == TRACES, "only " + there + " of " + TRACES + " are there");
    for (TraceOrder order : TraceOrder.values()) {
      answer(
          () -> store.search(TraceQuery.builder().service("shop").order(order).limit(50).build()));
      answer(() -> store.search(TraceQuery.builder().tag("n", "v3").order(order).build()));
    }
    answer(() -> store.search(TraceQuery.builder().minMillis(3L).error(true).build()));
    answer(() -> store.services());
    answer(() -> store.instances(null));
    answer(() -> store.accounts());
    answer(() -> store.status());
    answer(() -> store.endpoints("shop", "get", 100));
    answer(() -> store.tagKeys(null, null, null, 100));
    answer(() -> store.tagValues("n", "shop", 0L, Long.MAX_VALUE, 100));
  }

  private interface Question<T> {
    T ask();
  }

  private static <T> T answer(Question<T> question) {
    try {
      return question.ask();
    } catch (StorageException e) {
      Check.that(e.getMessage() != null, "refuses without saying what");
      return null;
    }
  }
}
