package io.skein.server.storage.profile;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Some snapshots of one segment, as they are stored.
 *
 * <p>Neighbours hardly differ: of a stack of sixty frames two or three change from one snapshot to
 * the next, and a handful of methods make up all of them. So every frame's text stands once in a
 * block, and of a stack only what differs from the stack before.
 *
 * <pre>
 * block    | version 1 (1) | task id | segment id | service | instance | n |
 *          |   n times: sequence - the one before - 1
 *          |   n times: millis - the ones before
 *          |   n times: state (1)
 *          |   n times: period - the one before
 *          |   n times: frames cut
 *          | frames f | f times: text |
 *          |   n times: outermost frames in common with the stack before | others k | k frames
 * text     | length | UTF-8 |
 * </pre>
 *
 * <p>Numbers are variable: seven bits a byte, the lowest first; differences have their sign in the
 * lowest bit. Numbers and texts stand in columns because that is what zstd, through which a block
 * goes in a log, packs best.
 *
 * <p>Immutable, except that it must not be changed what it was made from.
 */
public final class SnapshotBlock {
  private static final int VERSION = 1;

  private final byte[] encoded;
  private final String taskId;
  private final String segmentId;
  private final String service;
  private final String instance;
  private final int[] sequences;
  private final long[] millis;
  private final byte[] states;
  private final int[] periods;
  private final int[] cuts;
  private final int framesAt;

  /** Takes the stacks of a block, from the first snapshot to the last. */
  public interface StackVisitor {
    /**
     * Told once, before the stacks.
     *
     * @param texts all frames that the block has; a frame is an index into them
     */
    void frames(List<String> texts);

    /**
     * The stack of a snapshot, outermost frame first.
     *
     * @param index which snapshot of the block
     * @param common how many outermost frames are those of the stack before; 0 for the first
     * @param stack belongs to the block, and is changed when this returns
     * @param depth how many frames there are
     */
    void stack(int index, int common, int[] stack, int depth);
  }

  private SnapshotBlock(byte[] encoded) throws IOException {
    this.encoded = encoded;
    BlockReader in = new BlockReader(encoded, 0);
    int version = in.oneByte();
    if (version != VERSION) {
      throw new IOException("a block of snapshots has the version " + version);
    }
    taskId = in.text();
    segmentId = in.text();
    service = in.text();
    instance = in.text();
    int n = in.count();
    sequences = new int[n];
    long sequence = -1;
    for (int i = 0; i < n; i++) {
      sequence += in.signed() + 1;
      if (sequence < 0 || sequence > Integer.MAX_VALUE) {
        throw new IOException("a block of snapshots has the sequence number " + sequence);
      }
      sequences[i] = (int) sequence;
    }
    millis = new long[n];
    long time = 0;
    for (int i = 0; i < n; i++) {
      time += in.signed();
      millis[i] = time;
    }
    states = new byte[n];
    for (int i = 0; i < n; i++) {
      states[i] = (byte) in.oneByte();
    }
    periods = new int[n];
    long period = 0;
    for (int i = 0; i < n; i++) {
      period += in.signed();
      periods[i] = (int) Math.max(0, Math.min(Integer.MAX_VALUE, period));
    }
    cuts = new int[n];
    for (int i = 0; i < n; i++) {
      cuts[i] = (int) Math.max(0, Math.min(Integer.MAX_VALUE, in.varint()));
    }
    framesAt = in.at();
  }

  /**
   * Reads all but the stacks.
   *
   * @throws IOException when these bytes are no block
   */
  public static SnapshotBlock of(byte[] encoded) throws IOException {
    return new SnapshotBlock(encoded);
  }

  /** Encodes snapshots, of which there is at least one, and which are all of one segment. */
  public static byte[] encode(List<Snapshot> snapshots) {
    BlockWriter out = new BlockWriter();
    Snapshot first = snapshots.get(0);
    out.oneByte(VERSION);
    out.text(first.taskId());
    out.text(first.segmentId());
    out.text(first.service());
    out.text(first.instance());
    out.varint(snapshots.size());
    long before = -1;
    for (Snapshot snapshot : snapshots) {
      out.signed(snapshot.sequence() - before - 1);
      before = snapshot.sequence();
    }
    before = 0;
    for (Snapshot snapshot : snapshots) {
      out.signed(snapshot.millis() - before);
      before = snapshot.millis();
    }
    for (Snapshot snapshot : snapshots) {
      out.oneByte(snapshot.state());
    }
    before = 0;
    for (Snapshot snapshot : snapshots) {
      out.signed(snapshot.periodMillis() - before);
      before = snapshot.periodMillis();
    }
    for (Snapshot snapshot : snapshots) {
      out.varint(Math.max(0, snapshot.framesCut()));
    }
    stacks(snapshots, out);
    return out.toByteArray();
  }

  private static void stacks(List<Snapshot> snapshots, BlockWriter out) {
    Map<String, Integer> numbers = new HashMap<>();
    List<int[]> stacks = new ArrayList<>(snapshots.size());
    List<String> texts = new ArrayList<>();
    for (Snapshot snapshot : snapshots) {
      int[] stack = new int[snapshot.frames().size()];
      for (int i = 0; i < stack.length; i++) {
        String frame = snapshot.frames().get(i);
        Integer number = numbers.putIfAbsent(frame, texts.size());
        if (number == null) {
          number = texts.size();
          texts.add(frame);
        }
        stack[i] = number;
      }
      stacks.add(stack);
    }
    out.varint(texts.size());
    texts.forEach(out::text);
    int[] before = new int[0];
    for (int[] stack : stacks) {
      int common = 0;
      int most = Math.min(stack.length, before.length);
      while (common < most && stack[common] == before[common]) {
        common++;
      }
      out.varint(common);
      out.varint(stack.length - common);
      for (int i = common; i < stack.length; i++) {
        out.varint(stack[i]);
      }
      before = stack;
    }
  }

  /** The bytes it was read from, which must not be changed. */
  public byte[] encoded() {
    return encoded;
  }

  public String taskId() {
    return taskId;
  }

  public String segmentId() {
    return segmentId;
  }

  /** Of the sender; empty when it did not say. */
  public String service() {
    return service;
  }

  /** Of the sender; empty when it did not say. */
  public String instance() {
    return instance;
  }

  /** How many snapshots there are. */
  public int size() {
    return sequences.length;
  }

  public int sequence(int index) {
    return sequences[index];
  }

  public long millis(int index) {
    return millis[index];
  }

  public ThreadState state(int index) {
    return ThreadState.of(states[index]);
  }

  /** As the sender said; 0 when it did not. */
  public int periodMillis(int index) {
    return periods[index];
  }

  public int framesCut(int index) {
    return cuts[index];
  }

  /**
   * Reads the stacks.
   *
   * @throws IOException when they cannot be read; some may have been given before
   */
  public void stacks(StackVisitor visitor) throws IOException {
    BlockReader in = new BlockReader(encoded, framesAt);
    int frames = in.count();
    List<String> texts = new ArrayList<>(frames);
    for (int i = 0; i < frames; i++) {
      texts.add(in.text());
    }
    visitor.frames(texts);
    int[] stack = new int[64];
    int depth = 0;
    for (int index = 0; index < sequences.length; index++) {
      int common = in.below(depth + 1);
      int others = in.count();
      depth = common + others;
      if (depth > 2 * Snapshot.MAX_FRAMES) {
        throw new IOException("a block of snapshots has a stack of " + depth + " frames");
      }
      if (depth > stack.length) {
        stack = java.util.Arrays.copyOf(stack, Math.max(depth, 2 * stack.length));
      }
      for (int i = common; i < depth; i++) {
        stack[i] = in.below(frames);
      }
      visitor.stack(index, common, stack, depth);
    }
  }
}
