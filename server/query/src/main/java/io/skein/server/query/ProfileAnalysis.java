package io.skein.server.query;

import io.skein.server.storage.profile.ProfileStore;
import io.skein.server.storage.profile.SampledSegment;
import io.skein.server.storage.profile.SnapshotBlock;
import io.skein.server.storage.profile.ThreadState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Snapshots of some segments merged into one tree, with the time that each node took.
 *
 * <p>A snapshot is known by its segment and its number; runs are within one segment, and time is
 * attributed by the rule of {@link SegmentSamples}. SkyWalking's analysis goes by the number alone,
 * so that two segments lose each other's snapshots and a run may go from one into the other.
 *
 * <p><b>Too many.</b> Of more than {@value #LIMIT} snapshots every second is looked at, or every
 * third, and so on, each for itself and for those behind it that are passed over: the shares stay
 * right, only their error grows. The first {@value #LIMIT} alone, as SkyWalking's server takes
 * them, would show the beginning of the first requests.
 *
 * <p><b>Time window.</b> Snapshots whose time lies in it count, each with its whole time: what the
 * last one of a window stands for beyond it makes up for what the one before the first would.
 *
 * <p><b>Error.</b> {@code errorMillis} is the standard error of {@code millis} as {@link
 * SegmentSamples} has it. A share of a node has another one besides: of n snapshots in a node and N
 * in all, about {@code sqrt(n * (1 - n / N))} snapshots.
 *
 * <p>For one thread.
 */
final class ProfileAnalysis {
  static final int LIMIT = 12_000;

  private final ProfileStore store;
  private final @Nullable Long from;
  private final @Nullable Long to;
  private final int limit;
  private final StackTree tree = new StackTree();
  private @Nullable ThreadState[] leafStates = new ThreadState[0];
  private int[] path = new int[64];
  private long found;
  private long analysed;
  private long cut;
  private long micros;
  private double variance;
  private int periodMillis;
  private int segments;

  private ProfileAnalysis(ProfileStore store, @Nullable Long from, @Nullable Long to, int limit) {
    this.store = store;
    this.from = from;
    this.to = to;
    this.limit = limit;
  }

  /**
   * What has been found.
   *
   * @param found snapshots in the window
   * @param snapshots those that were looked at
   * @param segments that have any in the window
   * @param periodMillis of the first segment
   * @param millis the time that the tree stands for
   * @param errorMillis its standard error
   * @param cut snapshots, of those looked at, that lack frames
   */
  record Found(
      StackTree tree,
      long found,
      long snapshots,
      int segments,
      int periodMillis,
      long millis,
      double errorMillis,
      long cut) {
    boolean truncated() {
      return found > snapshots || tree.isFull();
    }
  }

  /** A segment to be looked at, and the period that its task orders, or 0. */
  record Wanted(SampledSegment segment, int orderedMillis) {}

  /**
   * Analyses segments.
   *
   * @param from earliest time of a snapshot; null for no bound
   * @param to latest time of a snapshot; null for no bound
   */
  static Found of(
      ProfileStore store, List<Wanted> wanted, @Nullable Long from, @Nullable Long to, int limit) {
    return new ProfileAnalysis(store, from, to, limit).of(wanted);
  }

  private Found of(List<Wanted> wanted) {
    long stride = stride(wanted);
    for (Wanted each : wanted) {
      List<SnapshotBlock> blocks = new ArrayList<>();
      store.read(List.of(each.segment().segmentId()), blocks::add);
      add(blocks, each.orderedMillis(), stride);
    }
    return new Found(
        tree,
        found,
        analysed,
        segments,
        periodMillis,
        Math.round(micros / 1e3),
        Math.sqrt(variance),
        cut);
  }

  private long stride(List<Wanted> wanted) {
    long most = wanted.stream().mapToLong(each -> each.segment().snapshots()).sum();
    if (most > limit && (from != null || to != null)) {
      long[] within = {0};
      store.read(
          wanted.stream().map(each -> each.segment().segmentId()).toList(),
          block -> {
            for (int i = 0; i < block.size(); i++) {
              within[0] += isWanted(block.millis(i)) ? 1 : 0;
            }
          });
      most = within[0];
    }
    // Each segment begins with one that is looked at, so there may be one more of each.
    long room = Math.max(1, limit - wanted.size());
    return most <= limit ? 1 : (most + room - 1) / room;
  }

  private boolean isWanted(long millis) {
    return (from == null || millis >= from) && (to == null || millis <= to);
  }

  private void add(List<SnapshotBlock> blocks, int orderedMillis, long stride) {
    SegmentSamples samples = new SegmentSamples(blocks, orderedMillis);
    long[][] weights = new long[blocks.size()][];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = new long[blocks.get(i).size()];
      Arrays.fill(weights[i], -1);
    }
    int block = 0;
    int index = 0;
    long inWindow = 0;
    boolean follows = false;
    for (int i = 0; i < samples.size(); i++) {
      if (!isWanted(samples.millis(i))) {
        follows = false;
        continue;
      }
      if (inWindow++ % stride == 0) {
        block = samples.block(i);
        index = samples.index(i);
        weights[block][index] = 0;
      }
      weights[block][index] += 1_000 * samples.weightMillis(i);
      if (!follows || samples.beginsRun(i)) {
        double period = samples.periodMillis();
        variance += period * period / 6;
      }
      follows = true;
    }
    found += inWindow;
    if (inWindow > 0) {
      segments++;
      periodMillis = periodMillis == 0 ? samples.periodMillis() : periodMillis;
    }
    for (int i = 0; i < blocks.size(); i++) {
      addStacks(blocks.get(i), weights[i]);
    }
  }

  private void addStacks(SnapshotBlock block, long[] weights) {
    try {
      block.stacks(new Adder(block, weights));
    } catch (IOException e) {
      // A part of it has been added, and the rest cannot be read; the store's checksums find
      // damage before this does.
    }
  }

  /** Adds the stacks of a block; what two neighbours have in common is walked once. */
  private final class Adder implements SnapshotBlock.StackVisitor {
    private final SnapshotBlock block;
    private final long[] weights;
    private int[] numbers = new int[0];
    private int valid;

    Adder(SnapshotBlock block, long[] weights) {
      this.block = block;
      this.weights = weights;
    }

    @Override
    public void frames(List<String> texts) {
      numbers = new int[texts.size()];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = tree.frame(merged(texts.get(i)));
      }
    }

    @Override
    public void stack(int index, int common, int[] stack, int depth) {
      valid = Math.min(valid, common);
      if (weights[index] < 0 || depth == 0) {
        return;
      }
      if (path.length < depth) {
        path = Arrays.copyOf(path, 2 * depth);
      }
      int node = valid == 0 ? StackTree.ROOT : path[valid - 1];
      for (int i = valid; i < depth; i++) {
        node = tree.child(node, numbers[stack[i]]);
        path[i] = node;
      }
      valid = depth;
      if (node != StackTree.ROOT) {
        tree.add(node, state(block.state(index), node), weights[index]);
        analysed++;
        micros += weights[index];
        cut += block.framesCut(index) > 0 ? 1 : 0;
      }
    }
  }

  /** How many frames are missing differs from stack to stack, and must not make them different. */
  static String merged(String frame) {
    return frame.startsWith("...(") && frame.endsWith(" frames).cut:-1")
        ? "...(frames).cut:-1"
        : frame;
  }

  private ThreadState state(ThreadState said, int node) {
    if (said != ThreadState.UNKNOWN) {
      return said;
    }
    if (leafStates.length < tree.size()) {
      leafStates = Arrays.copyOf(leafStates, Math.max(tree.size(), 2 * leafStates.length));
    }
    ThreadState known = leafStates[node];
    if (known == null) {
      known = FrameStates.of(up -> frameAbove(node, up));
      leafStates[node] = known;
    }
    return known;
  }

  private @Nullable String frameAbove(int node, int up) {
    int at = node;
    for (int i = 0; i < up && at != StackTree.ROOT; i++) {
      at = tree.parent(at);
    }
    return at == StackTree.ROOT ? null : tree.frameText(tree.frameOf(at));
  }
}
