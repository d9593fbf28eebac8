package io.skein.wire.grpc;

import io.skein.core.profile.Profiler;
import io.skein.core.profile.ProfilerCounters;
import io.skein.core.profile.SnapshotLoss;
import io.skein.core.profile.ThreadSnapshot;
import io.skein.wire.encode.SnapshotWriter;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Encoded snapshots on their way: one stream's worth, and the count of what became of them all.
 * Filled and emptied by the reporter's thread only; the figures may be asked for by any.
 */
final class SnapshotBatch {

  /** About a thousand stacks of sixty frames; what the busiest task makes in a quarter second. */
  private static final int FULL_BYTES = 4 << 20;

  /** Between two looks at how full it is. */
  private static final int PORTION = 32;

  /** A buffer that a busy task made is given back with the batch. */
  private static final int USUAL_BYTES = 256 << 10;

  /** A backend that is not ours gets no snapshots that no task of its own asked for. */
  private static final String NOT_ASKED_FOR = "not-asked-for";

  private static final String TOO_LARGE = "too-large";
  private static final String REFUSED = "refused";
  private static final String UNCONFIRMED = "unconfirmed";

  private final Profiler profiler;
  private final SnapshotWriter writer;

  private byte[] bytes = {};
  private int length;
  private int[] ends = new int[64];
  private boolean[] slow = new boolean[64];
  private int size;
  private boolean recognised;
  private boolean forOurs;

  private long delivered; // guarded by this
  private final Map<String, Long> dropped = new TreeMap<>(); // guarded by this

  SnapshotBatch(Profiler profiler, int maxMessageBytes) {
    this.profiler = profiler;
    this.writer = new SnapshotWriter(maxMessageBytes);
  }

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  /**
   * Takes out of the profiler's queue what there is room for.
   *
   * @param ours whether what comes of it goes to a server of ours
   */
  void fill(boolean ours) {
    forOurs = ours;
    if (!ours) {
      dropSlow(); // what was meant for the backend before this one
    }
    while (length < FULL_BYTES && profiler.drain(PORTION, this::add) > 0) {
      // until one of the two says so
    }
  }

  private void add(ThreadSnapshot snapshot) {
    boolean automatic = snapshot.taskId().equals(ThreadSnapshot.SLOW_TASK);
    if (automatic && !forOurs) {
      count(NOT_ASKED_FOR, 1);
      return;
    }
    int more = writer.encode(snapshot);
    if (more == SnapshotWriter.TOO_LARGE) {
      count(TOO_LARGE, 1);
      return;
    }
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
    }
    System.arraycopy(writer.buffer(), 0, bytes, length, more);
    length += more;
    if (size == ends.length) {
      ends = Arrays.copyOf(ends, size * 2);
      slow = Arrays.copyOf(slow, size * 2);
    }
    ends[size] = length;
    slow[size++] = automatic;
  }

  private void dropSlow() {
    int kept = 0;
    int keptLength = 0;
    int start = 0;
    for (int i = 0; i < size; i++) {
      int end = ends[i];
      if (!slow[i]) {
        System.arraycopy(bytes, start, bytes, keptLength, end - start);
        keptLength += end - start;
        ends[kept] = keptLength;
        slow[kept++] = false;
      }
      start = end;
    }
    count(NOT_ASKED_FOR, size - kept);
    size = kept;
    length = keptLength;
  }

  /** Returns the messages as they stand in a stream; to be read before the next change. */
  ByteBuffer body() {
    return ByteBuffer.wrap(bytes, 0, length);
  }

  /** It goes to a collector, which recognises what it gets twice, or does not. */
  void underWay(boolean recognised) {
    this.recognised = recognised;
  }

  /** Says whether the collector it last went to recognises what it gets twice. */
  boolean recognised() {
    return recognised;
  }

  void delivered() {
    synchronized (this) {
      delivered += size;
    }
    clear();
  }

  /** It is not wanted, and never will be. */
  void refused() {
    count(REFUSED, size);
    clear();
  }

  /**
   * Nobody knows whether it has arrived. What may have is kept for a collector that recognises it,
   * and dropped for any other.
   *
   * @param handedOver how many bytes the connection was given
   * @param notTaken whether the collector says that it has looked at none
   */
  void interrupted(long handedOver, boolean notTaken) {
    if (recognised || notTaken) {
      return;
    }
    int perhaps = 0;
    while (perhaps < size && ends[perhaps] <= handedOver) {
      perhaps++;
    }
    if (perhaps > 0) {
      count(UNCONFIRMED, perhaps);
      int from = ends[perhaps - 1];
      System.arraycopy(bytes, from, bytes, 0, length - from);
      for (int i = perhaps; i < size; i++) {
        ends[i - perhaps] = ends[i] - from;
        slow[i - perhaps] = slow[i];
      }
      size -= perhaps;
      length -= from;
    }
  }

  /** Counts what is left, here and in the profiler's queue, as lost at the end of the process. */
  void close() {
    count(SnapshotLoss.SHUTDOWN.text(), size);
    clear();
    profiler.discard();
  }

  private void clear() {
    size = 0;
    length = 0;
    if (bytes.length > USUAL_BYTES) {
      bytes = new byte[0];
    }
  }

  private synchronized void count(String reason, int snapshots) {
    if (snapshots > 0) {
      dropped.merge(reason, (long) snapshots, Long::sum);
    }
  }

  /**
   * Returns what the account says of snapshots, {@code made = delivered + queued + dropped} when
   * none is being taken; empty while none was made.
   */
  String figures() {
    ProfilerCounters counters = profiler.counters();
    if (counters.made() == 0) {
      return "";
    }
    Map<String, Long> lost;
    long arrived;
    synchronized (this) {
      lost = new TreeMap<>(dropped);
      arrived = delivered;
    }
    for (SnapshotLoss loss : SnapshotLoss.values()) {
      if (counters.dropped(loss) > 0) {
        lost.merge(loss.text(), counters.dropped(loss), Long::sum);
      }
    }
    long together = 0;
    StringBuilder text = new StringBuilder(160);
    StringBuilder reasons = new StringBuilder(120);
    for (Map.Entry<String, Long> entry : lost.entrySet()) {
      together += entry.getValue();
      reasons.append("profile.dropped.").append(entry.getKey());
      reasons.append('=').append(entry.getValue()).append(';');
    }
    // What is nowhere else is on its way. Counted so, it is right also while a snapshot is taken.
    long made = Math.max(counters.made(), arrived + together);
    text.append("profile.made=").append(made).append(';');
    text.append("profile.delivered=").append(arrived).append(';');
    text.append("profile.queued=").append(made - arrived - together).append(';');
    return text.append(reasons).toString();
  }
}
