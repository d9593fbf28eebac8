package io.skein.server.storage.profile;

import io.skein.server.storage.Outcome;
import io.skein.server.storage.Refusal;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a piece of a store has of each sampled segment, and where: the index of snapshots, small
 * enough to be in memory while it is written and to be read as a whole afterwards.
 *
 * <p>As a file:
 *
 * <pre>
 * table   | segments (4) | then for each:
 *         | segment, task, service, instance | first (8) | last (8) | period (4) | cut (8)
 *         | runs (4) | first, last (4 each) ... | blocks (4) | position (8) ...
 * text    | length (2) | UTF-8
 * </pre>
 *
 * <p>Safe for use by several threads.
 */
public final class SnapshotTable {
  // What an entry takes besides its texts, runs and blocks: objects, arrays and the map's node.
  private static final int ENTRY_BYTES = 350;

  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, SampleTotals> totals = new HashMap<>();
  private long bytes;

  private static final class Entry {
    final String taskId;
    String service = "";
    String instance = "";
    final SequenceSet sequences = new SequenceSet();
    long firstMillis = Long.MAX_VALUE;
    long lastMillis = Long.MIN_VALUE;
    int periodMillis;
    long cut;
    long[] positions = new long[1];
    int blocks;

    Entry(String taskId) {
      this.taskId = taskId;
    }

    void at(long position) {
      if (blocks == positions.length) {
        positions = Arrays.copyOf(positions, 2 * blocks);
      }
      positions[blocks++] = position;
    }

    long bytes(String segmentId) {
      long texts = (long) segmentId.length() + service.length() + instance.length();
      return ENTRY_BYTES + 2 * texts + sequences.bytes() + 8L * positions.length;
    }

    SampledSegment summary(String segmentId) {
      return new SampledSegment(
          segmentId,
          taskId,
          service,
          instance,
          firstMillis,
          lastMillis,
          sequences.size(),
          Math.max(0, sequences.runs() - 1),
          periodMillis,
          cut);
    }
  }

  /**
   * Whether a snapshot would be new here.
   *
   * @return null when it would; else that it is a duplicate, or why it cannot be taken
   */
  public synchronized @Nullable Outcome objection(Snapshot snapshot) {
    Entry entry = entries.get(snapshot.segmentId());
    if (entry == null) {
      return null;
    }
    if (!entry.taskId.equals(snapshot.taskId())) {
      return SnapshotRefusal.of(SnapshotRefusal.OTHER_TASK);
    }
    if (entry.sequences.contains(snapshot.sequence())) {
      return Outcome.DUPLICATE;
    }
    if (entry.sequences.size() >= SnapshotRefusal.MAX_PER_SEGMENT) {
      return SnapshotRefusal.of(SnapshotRefusal.SEGMENT_FULL);
    }
    return entry.sequences.runs() >= SnapshotRefusal.MAX_RUNS_PER_SEGMENT
        ? SnapshotRefusal.of(SnapshotRefusal.SCATTERED)
        : null;
  }

  /** Whether it has anything of a segment. */
  public synchronized boolean contains(String segmentId) {
    return entries.containsKey(segmentId);
  }

  /**
   * Notes a block that has been written.
   *
   * @return how many of its snapshots were new
   */
  public synchronized long add(SnapshotBlock block, long position) {
    Entry entry = entries.get(block.segmentId());
    boolean isNew = entry == null;
    if (entry == null) {
      entry = new Entry(block.taskId());
      entries.put(block.segmentId(), entry);
    } else {
      bytes -= entry.bytes(block.segmentId());
    }
    entry.service = block.service().isEmpty() ? entry.service : block.service();
    entry.instance = block.instance().isEmpty() ? entry.instance : block.instance();
    long added = 0;
    for (int i = 0; i < block.size(); i++) {
      if (entry.sequences.add(block.sequence(i))) {
        added++;
        entry.firstMillis = Math.min(entry.firstMillis, block.millis(i));
        entry.lastMillis = Math.max(entry.lastMillis, block.millis(i));
        entry.periodMillis = block.periodMillis(i) > 0 ? block.periodMillis(i) : entry.periodMillis;
        entry.cut += block.framesCut(i) > 0 ? 1 : 0;
      }
    }
    entry.at(position);
    bytes += entry.bytes(block.segmentId());
    count(entry.taskId, isNew ? 1 : 0, added);
    return added;
  }

  private void count(String taskId, long segments, long snapshots) {
    SampleTotals before = totals.getOrDefault(taskId, SampleTotals.NONE);
    totals.put(taskId, before.plus(segments, snapshots));
  }

  /** About how many bytes of heap it takes. */
  public synchronized long bytes() {
    return bytes;
  }

  public synchronized int segments() {
    return entries.size();
  }

  /** What there is of each task. */
  public synchronized Map<String, SampleTotals> totals() {
    return new HashMap<>(totals);
  }

  /** What there is of one task. */
  public synchronized SampleTotals totals(String taskId) {
    return totals.getOrDefault(taskId, SampleTotals.NONE);
  }

  public synchronized Set<String> segmentIds() {
    return new HashSet<>(entries.keySet());
  }

  /** Returns null when it has nothing of the segment. */
  public synchronized @Nullable SampledSegment segment(String segmentId) {
    Entry entry = entries.get(segmentId);
    return entry == null ? null : entry.summary(segmentId);
  }

  /** The segments of a task, in the order in which they were first heard of. */
  public synchronized List<SampledSegment> ofTask(String taskId) {
    List<SampledSegment> found = new ArrayList<>();
    if (totals.containsKey(taskId)) {
      entries.forEach(
          (id, entry) -> {
            if (entry.taskId.equals(taskId)) {
              found.add(entry.summary(id));
            }
          });
    }
    return found;
  }

  /** Where the blocks of a segment are, in the order in which they came. */
  public synchronized long[] positions(String segmentId) {
    Entry entry = entries.get(segmentId);
    return entry == null ? new long[0] : Arrays.copyOf(entry.positions, entry.blocks);
  }

  /**
   * What is known of a segment in two pieces of a store.
   *
   * @param later may be null
   */
  public static SampledSegment joined(SampledSegment earlier, @Nullable SampledSegment later) {
    if (later == null) {
      return earlier;
    }
    return new SampledSegment(
        earlier.segmentId(),
        earlier.taskId(),
        later.service().isEmpty() ? earlier.service() : later.service(),
        later.instance().isEmpty() ? earlier.instance() : later.instance(),
        Math.min(earlier.firstMillis(), later.firstMillis()),
        Math.max(earlier.lastMillis(), later.lastMillis()),
        earlier.snapshots() + later.snapshots(),
        // What the later piece begins with follows, as a rule, what the earlier one ended with.
        earlier.gaps() + later.gaps(),
        later.periodMillis() > 0 ? later.periodMillis() : earlier.periodMillis(),
        earlier.cut() + later.cut());
  }

  // ---- as a file

  public synchronized void write(DataOutputStream out) throws IOException {
    out.writeInt(entries.size());
    for (Map.Entry<String, Entry> each : entries.entrySet()) {
      Entry entry = each.getValue();
      text(out, each.getKey());
      text(out, entry.taskId);
      text(out, entry.service);
      text(out, entry.instance);
      out.writeLong(entry.firstMillis);
      out.writeLong(entry.lastMillis);
      out.writeInt(entry.periodMillis);
      out.writeLong(entry.cut);
      out.writeInt(entry.sequences.runs());
      for (int i = 0; i < entry.sequences.runs(); i++) {
        out.writeInt(entry.sequences.firstOf(i));
        out.writeInt(entry.sequences.lastOf(i));
      }
      out.writeInt(entry.blocks);
      for (int i = 0; i < entry.blocks; i++) {
        out.writeLong(entry.positions[i]);
      }
    }
  }

  /**
   * Reads a table.
   *
   * @throws IOException when it is none; memory is never taken for what is not there
   */
  public static SnapshotTable read(DataInputStream in) throws IOException {
    SnapshotTable table = new SnapshotTable();
    int segments = in.readInt();
    for (int i = 0; i < segments; i++) {
      String segmentId = text(in);
      Entry entry = new Entry(text(in));
      entry.service = text(in);
      entry.instance = text(in);
      entry.firstMillis = in.readLong();
      entry.lastMillis = in.readLong();
      entry.periodMillis = in.readInt();
      entry.cut = in.readLong();
      int runs = in.readInt();
      for (int k = 0; k < runs; k++) {
        if (!entry.sequences.addRun(in.readInt(), in.readInt())) {
          throw new IOException("the runs of a table of snapshots do not rise");
        }
      }
      int blocks = in.readInt();
      for (int k = 0; k < blocks; k++) {
        entry.at(in.readLong());
      }
      if (table.entries.put(segmentId, entry) != null) {
        throw new IOException("a table of snapshots has a segment twice");
      }
      table.bytes += entry.bytes(segmentId);
      table.count(entry.taskId, 1, entry.sequences.size());
    }
    return table;
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.writeShort(utf8.length);
    out.write(utf8);
  }

  private static String text(DataInputStream in) throws IOException {
    byte[] utf8 = new byte[in.readUnsignedShort()];
    in.readFully(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  /** Refuses everything with the same word. */
  static List<Outcome> closed(int count) {
    Outcome refused = new Outcome.Refused(Refusal.CLOSED, "the store is closed");
    return java.util.Collections.nCopies(count, refused);
  }
}
