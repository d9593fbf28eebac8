package io.skein.server.storage.lucene;

import io.skein.server.storage.AccountBook;
import io.skein.server.storage.Counts;
import io.skein.server.storage.Outcome;
import io.skein.server.storage.ReceivedSegment;
import io.skein.server.storage.Refusal;
import io.skein.server.storage.SegmentFacts;
import io.skein.server.storage.profile.Snapshot;
import io.skein.server.storage.profile.SnapshotBlock;
import io.skein.server.storage.profile.SnapshotGroups;
import io.skein.wire.decode.SegmentReader;
import io.skein.wire.model.TraceSegment;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes, segments and snapshots of threads.
 *
 * <p>Its cycle: take all appends that wait, sort out duplicates, write the rest to the log as one
 * block, answer, index. So a lone append is answered after one small write, and under load the
 * blocks grow by themselves; no time is spent waiting for company. The index comes after the answer
 * because the log is enough: whatever happens to the index, it is made up for from there.
 *
 * <p>Every failure of the disk ends as refused segments, and as one log line when it begins and one
 * when it is over.
 */
final class StoreWriter implements AutoCloseable {
  /** What is left free on the disk, for merges and for the rest of the machine. */
  static final long RESERVED_BYTES = 64L << 20;

  private static final Logger LOG = System.getLogger(StoreWriter.class.getName());
  private static final long MAX_WAITING_BYTES = 64L << 20;
  private static final long MAX_GROUP_BYTES = 4L << 20;
  private static final long MAX_APPEND_WAIT_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long CYCLE_MILLIS = 500;

  // A crash costs the time of indexing again what came since the last commit.
  private static final long COMMIT_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long MEASURE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Partitions partitions;
  private final AccountBook book;
  private final StoreOptions options;
  private final Thread thread = new Thread(this::run, "skein-store-writer");
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final Condition taken = lock.newCondition();
  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
  private long waitingBytes;
  private boolean closed;
  private volatile @Nullable String trouble;
  private volatile @Nullable String indexTrouble;
  private long committedNanos = System.nanoTime();
  private long measuredNanos = System.nanoTime();

  /** An append that has not been answered: of segments or of snapshots. */
  private record Waiting(
      List<ReceivedSegment> batch,
      List<Snapshot> snapshots,
      long bytes,
      CompletableFuture<List<Outcome>> answer) {
    int size() {
      return batch.size() + snapshots.size();
    }
  }

  StoreWriter(Partitions partitions, AccountBook book, StoreOptions options) {
    this.partitions = partitions;
    this.book = book;
    this.options = options;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Why nothing can be stored at the moment, or null. */
  @Nullable String trouble() {
    String writing = trouble;
    return writing != null ? writing : indexTrouble;
  }

  CompletableFuture<List<Outcome>> append(List<ReceivedSegment> batch) {
    long bytes = 0;
    for (ReceivedSegment segment : batch) {
      bytes += segment.encoded().length;
    }
    return append(new Waiting(List.copyOf(batch), List.of(), bytes, new CompletableFuture<>()));
  }

  CompletableFuture<List<Outcome>> appendSnapshots(List<Snapshot> batch) {
    long bytes = 0;
    for (Snapshot snapshot : batch) {
      bytes += snapshot.weight();
    }
    return append(new Waiting(List.of(), List.copyOf(batch), bytes, new CompletableFuture<>()));
  }

  private CompletableFuture<List<Outcome>> append(Waiting waiting) {
    Outcome.Refused refused = enqueue(waiting);
    if (refused != null) {
      answer(waiting, refusals(waiting.size(), refused));
    }
    return waiting.answer();
  }

  private Outcome.@Nullable Refused enqueue(Waiting waiting) {
    lock.lock();
    try {
      long left = MAX_APPEND_WAIT_NANOS;
      while (!closed && waitingBytes > MAX_WAITING_BYTES) {
        if (left <= 0) {
          return new Outcome.Refused(
              Refusal.OVERLOADED,
              "segments arrive faster than they can be written: "
                  + (waitingBytes >> 20)
                  + " MB wait; send less, or sample");
        }
        left = taken.awaitNanos(left);
      }
      if (closed) {
        return new Outcome.Refused(Refusal.CLOSED, "the store is closed; the server is stopping");
      }
      queue.add(waiting);
      waitingBytes += waiting.bytes();
      arrived.signal();
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Outcome.Refused(Refusal.CLOSED, "the sender's call was given up");
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    while (doWork()) {
      // Until closed and empty.
    }
  }

  private boolean doWork() {
    List<Waiting> group = new ArrayList<>();
    boolean more = take(group);
    try {
      List<Waiting> segments = group.stream().filter(each -> each.snapshots().isEmpty()).toList();
      if (!segments.isEmpty()) {
        write(segments);
      }
      List<Waiting> snapshots = group.stream().filter(each -> !each.snapshots().isEmpty()).toList();
      if (!snapshots.isEmpty()) {
        writeSnapshots(snapshots);
      }
      keepUp();
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      failed("writing", e);
    } finally {
      for (Waiting waiting : group) {
        if (!waiting.answer().isDone()) {
          answer(waiting, refusals(waiting.size(), diskRefusal()));
        }
      }
    }
    return more;
  }

  /** Returns false when there will be nothing more. */
  private boolean take(List<Waiting> group) {
    lock.lock();
    try {
      long left = TimeUnit.MILLISECONDS.toNanos(CYCLE_MILLIS);
      while (queue.isEmpty() && !closed && left > 0) {
        left = arrived.awaitNanos(left);
      }
      long bytes = 0;
      while (!queue.isEmpty() && (group.isEmpty() || bytes < MAX_GROUP_BYTES)) {
        Waiting waiting = queue.remove();
        bytes += waiting.bytes();
        group.add(waiting);
      }
      waitingBytes -= bytes;
      taken.signalAll();
      return !closed || !queue.isEmpty();
    } catch (InterruptedException e) {
      return true; // Nobody has a reason to interrupt this thread; it ends by close.
    } finally {
      lock.unlock();
    }
  }

  private void write(List<Waiting> group) throws IOException {
    Outcome[][] outcomes = new Outcome[group.size()][];
    Partition consulted = partitions.active();
    List<Fresh> fresh = new ArrayList<>();
    Map<BytesRef, Integer> freshIds = new HashMap<>();
    // Repeats of a segment of this very group share its fate.
    List<Slot> repeats = new ArrayList<>();
    for (int i = 0; i < group.size(); i++) {
      List<ReceivedSegment> batch = group.get(i).batch();
      outcomes[i] = new Outcome[batch.size()];
      for (int j = 0; j < batch.size(); j++) {
        ReceivedSegment received = batch.get(j);
        Outcome.Refused unfit = unfit(received);
        if (unfit != null) {
          outcomes[i][j] = unfit;
          continue;
        }
        TraceSegment segment = received.segment();
        BytesRef id = Terms.term(segment.segmentId());
        Slot place = new Slot(i, j);
        Integer earlier = freshIds.get(id);
        if (earlier != null) {
          Fresh other = fresh.get(earlier);
          boolean grown = SegmentFacts.isGrown(segment, other.received().segment());
          repeats.add(grown ? other.place() : place);
          if (grown) {
            fresh.set(earlier, new Fresh(received, place, other.before()));
          }
          continue;
        }
        TraceSegment before = null;
        if (isStored(id)) {
          before = consulted.grown(segment);
          if (before == null) {
            outcomes[i][j] = Outcome.DUPLICATE;
            continue;
          }
        }
        freshIds.put(id, fresh.size());
        fresh.add(new Fresh(received, place, before));
      }
    }
    long bytes = 0;
    for (Fresh each : fresh) {
      bytes += each.received().encoded().length;
    }
    Partition active = consulted;
    long[] positions = new long[0];
    Outcome.Refused refused = fresh.isEmpty() ? null : room(bytes);
    if (refused == null && !fresh.isEmpty()) {
      active = partitions.active();
      if (active != consulted) {
        // What has grown cannot take its place in a partition that is full by now.
        for (Fresh each : fresh) {
          if (each.before() != null) {
            each.place().set(outcomes, Outcome.DUPLICATE);
          }
        }
        fresh.removeIf(each -> each.before() != null);
      }
      long before = active.logBytes();
      try {
        positions = active.append(fresh.stream().map(Fresh::received).toList());
        partitions.wrote(active.logBytes() - before);
        recovered();
      } catch (IOException e) {
        failed("writing to " + active.directory(), e);
        refused = diskRefusal();
      }
    }
    for (Fresh each : fresh) {
      each.place().set(outcomes, refused == null ? each.outcome() : refused);
    }
    for (Slot place : repeats) {
      place.set(outcomes, refused == null ? Outcome.DUPLICATE : refused);
    }
    for (int i = 0; i < group.size(); i++) {
      answer(group.get(i), outcomes[i]);
    }
    if (positions.length > 0) {
      index(active, fresh, positions);
    }
  }

  /** Where the outcome of a segment belongs. */
  private record Slot(int append, int segment) {
    void set(Outcome[][] outcomes, Outcome outcome) {
      outcomes[append][segment] = outcome;
    }
  }

  /**
   * A segment to be written.
   *
   * @param before what is stored of it, if it has grown since
   */
  private record Fresh(ReceivedSegment received, Slot place, @Nullable TraceSegment before) {
    Outcome outcome() {
      return before == null ? Outcome.STORED : new Outcome.Grown(before.spans().size());
    }
  }

  private static Outcome.@Nullable Refused unfit(ReceivedSegment received) {
    if (received.encoded().length > SegmentReader.MAX_SEGMENT_BYTES) {
      return new Outcome.Refused(
          Refusal.TOO_LARGE,
          "a segment of service \""
              + received.segment().service()
              + "\" has "
              + received.encoded().length
              + " bytes; at most "
              + SegmentReader.MAX_SEGMENT_BYTES
              + " are taken");
    }
    return Refusal.unfit(received.segment());
  }

  private boolean isStored(BytesRef segmentId) throws IOException {
    List<Partition> all = partitions.all();
    // Repeats come soon after, so the newest is asked first.
    for (int i = all.size() - 1; i >= 0; i--) {
      if (all.get(i).contains(segmentId)) {
        return true;
      }
    }
    return false;
  }

  private Outcome.@Nullable Refused room(long rawBytes) throws IOException {
    long usable = options.usableBytes().getAsLong();
    if (usable < RESERVED_BYTES) {
      failed(
          "the disk of " + options.directory() + " has only " + (usable >> 20) + " MB left", null);
      return diskRefusal();
    }
    if (!partitions.makeRoom(rawBytes)) {
      return new Outcome.Refused(
          Refusal.BUDGET,
          "the disk budget of "
              + (options.budgetBytes() >> 20)
              + " MB has no room for this, even without anything older; give more");
    }
    return null;
  }

  private void writeSnapshots(List<Waiting> group) throws IOException {
    SnapshotGroups groups = new SnapshotGroups(new SnapshotRules(partitions.all())::objection);
    for (Waiting waiting : group) {
      waiting.snapshots().forEach(groups::add);
    }
    List<byte[]> blocks =
        groups.groups().stream().map(each -> SnapshotBlock.encode(each.snapshots())).toList();
    long bytes = blocks.stream().mapToLong(block -> block.length).sum();
    Outcome.Refused refused = blocks.isEmpty() ? null : room(bytes);
    if (refused == null && !blocks.isEmpty()) {
      Partition active = partitions.active();
      try {
        partitions.wrote(active.snapshots().append(blocks, options.clock().millis()));
        recovered();
      } catch (IOException e) {
        failed("writing to " + active.directory(), e);
        refused = diskRefusal();
      }
    }
    List<Outcome> outcomes = refused == null ? groups.outcomes() : groups.outcomes(refused);
    int from = 0;
    for (Waiting waiting : group) {
      int to = from + waiting.snapshots().size();
      answer(waiting, outcomes.subList(from, to).toArray(new Outcome[0]));
      from = to;
    }
  }

  private void index(Partition partition, List<Fresh> segments, long[] positions) {
    if (!partition.isIndexing()) {
      return; // It will be indexed when the index works again.
    }
    try {
      for (int i = 0; i < positions.length; i++) {
        Fresh fresh = segments.get(i);
        TraceSegment segment = fresh.received().segment();
        if (fresh.before() == null) {
          partition.index(segment, positions[i]);
        } else {
          partition.index(fresh.before(), segment, positions[i]);
        }
      }
    } catch (IOException | RuntimeException e) {
      indexFailed(partition, e);
    }
  }

  private void answer(Waiting waiting, Outcome[] outcomes) {
    for (int i = 0; i < waiting.batch().size(); i++) {
      ReceivedSegment received = waiting.batch().get(i);
      TraceSegment segment = received.segment();
      String service = segment.service();
      String instance = segment.instance();
      Counts counts = new Counts(1, segment.spans().size());
      book.seen(service, instance, received.receivedMillis());
      if (outcomes[i] instanceof Outcome.Refused refused) {
        book.refused(service, instance, refused.reason(), counts);
      } else if (outcomes[i] instanceof Outcome.Duplicate) {
        book.duplicate(service, instance, counts);
      } else if (outcomes[i] instanceof Outcome.Grown grown) {
        book.duplicate(service, instance, new Counts(1, grown.spansBefore()));
      }
    }
    try {
      waiting.answer().complete(List.of(outcomes));
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "an append's answer could not be passed on", e);
    }
  }

  /** What is due from time to time. */
  private void keepUp() throws IOException {
    long now = System.nanoTime();
    Partition active = partitions.active();
    if (!active.isIndexing()
        && options.usableBytes().getAsLong() >= RESERVED_BYTES
        && now - committedNanos >= COMMIT_NANOS / 5) {
      committedNanos = now;
      active.recoverIndex();
      if (indexTrouble != null) {
        LOG.log(Level.INFO, "segments are indexed again");
        indexTrouble = null;
      }
    }
    if (now - measuredNanos >= MEASURE_NANOS) {
      measuredNanos = now;
      partitions.measure();
    }
    if (active.isIndexing()) {
      partitions.rollIfDue();
    }
    if (now - committedNanos >= COMMIT_NANOS && partitions.active().isIndexing()) {
      committedNanos = now;
      try {
        partitions.active().commit();
      } catch (IOException | RuntimeException e) {
        indexFailed(partitions.active(), e);
      }
    }
  }

  private void indexFailed(Partition partition, Exception e) {
    partition.abandonIndex();
    if (indexTrouble == null) {
      LOG.log(
          Level.WARNING,
          "indexing in {0} failed ({1}): segments are stored, but the newest cannot be found until"
              + " that is over; trying again every second. Make room on the disk, or lower the disk"
              + " budget",
          partition.directory(),
          DataDirectory.reason(e));
    }
    indexTrouble = "indexing failed (" + DataDirectory.reason(e) + ")";
  }

  private void failed(String doing, @Nullable Throwable e) {
    String what = e == null ? doing : doing + " failed (" + DataDirectory.cause(e) + ")";
    if (trouble == null) {
      LOG.log(
          Level.WARNING,
          "{0}: segments are refused until that is over; what is stored is not affected. Make room"
              + " on the disk, or lower the disk budget",
          what);
    }
    trouble = what;
  }

  private void recovered() {
    if (trouble != null) {
      LOG.log(Level.INFO, "segments are stored again");
      trouble = null;
    }
  }

  private Outcome.Refused diskRefusal() {
    String what = trouble;
    return new Outcome.Refused(
        Refusal.DISK, (what == null ? "writing failed" : what) + "; make room on the disk");
  }

  private static Outcome[] refusals(int count, Outcome.Refused refusal) {
    Outcome[] outcomes = new Outcome[count];
    Arrays.fill(outcomes, refusal);
    return outcomes;
  }

  /** Writes what waits, and ends. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      arrived.signalAll();
      taken.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      thread.join(TimeUnit.SECONDS.toMillis(30));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
