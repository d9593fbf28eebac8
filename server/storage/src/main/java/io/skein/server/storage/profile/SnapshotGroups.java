package io.skein.server.storage.profile;

import io.skein.server.storage.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Sorts snapshots that arrived together into blocks, and out what cannot be taken. For one thread.
 *
 * <p>Blocks are of one segment, and not so large that reading one snapshot takes many.
 */
public final class SnapshotGroups {
  private static final int MAX_SNAPSHOTS = 500;
  private static final long MAX_WEIGHT = 1 << 20;

  private final Function<Snapshot, @Nullable Outcome> objection;
  private final List<Outcome> outcomes = new ArrayList<>();
  private final Map<String, Group> open = new LinkedHashMap<>();
  private final Map<String, Group> known = new HashMap<>();
  private final List<Group> groups = new ArrayList<>();
  private final Map<String, Long> perTask = new HashMap<>();

  /** A block in the making. */
  public static final class Group {
    private final List<Snapshot> snapshots = new ArrayList<>();
    private final List<Integer> places = new ArrayList<>();
    private final SequenceSet sequences;
    private long weight;

    private Group(SequenceSet sequences) {
      this.sequences = sequences;
    }

    public List<Snapshot> snapshots() {
      return snapshots;
    }

    public String segmentId() {
      return snapshots.get(0).segmentId();
    }
  }

  /**
   * Makes groups that leave out what something is said against.
   *
   * @param objection null for what can be taken; what comes twice in these groups themselves is
   *     found here
   */
  public SnapshotGroups(Function<Snapshot, @Nullable Outcome> objection) {
    this.objection = objection;
  }

  /** Adds a snapshot; its outcome stands at the place of its addition. */
  public void add(Snapshot snapshot) {
    Outcome against = SnapshotRefusal.unfit(snapshot);
    against = against == null ? objection.apply(snapshot) : against;
    Group earlier = known.get(snapshot.segmentId());
    if (against == null && earlier != null) {
      against = objectionWithin(earlier, snapshot);
    }
    if (against != null) {
      outcomes.add(against);
      return;
    }
    Group group = open.get(snapshot.segmentId());
    if (group == null) {
      group = new Group(earlier == null ? new SequenceSet() : earlier.sequences);
      groups.add(group);
      open.put(snapshot.segmentId(), group);
      known.put(snapshot.segmentId(), group);
    }
    group.snapshots.add(snapshot);
    group.places.add(outcomes.size());
    group.sequences.add(snapshot.sequence());
    group.weight += snapshot.weight();
    outcomes.add(Outcome.STORED);
    perTask.merge(snapshot.taskId(), 1L, Long::sum);
    if (group.snapshots.size() >= MAX_SNAPSHOTS || group.weight >= MAX_WEIGHT) {
      open.remove(snapshot.segmentId());
    }
  }

  private static @Nullable Outcome objectionWithin(Group earlier, Snapshot snapshot) {
    if (!earlier.snapshots.get(0).taskId().equals(snapshot.taskId())) {
      return SnapshotRefusal.of(SnapshotRefusal.OTHER_TASK);
    }
    return earlier.sequences.contains(snapshot.sequence()) ? Outcome.DUPLICATE : null;
  }

  /** How many snapshots of a task have been taken into these groups. */
  public long taken(String taskId) {
    return perTask.getOrDefault(taskId, 0L);
  }

  /** How many different segments these groups have. */
  public int segments() {
    return known.size();
  }

  /** Whether a segment is among them. */
  public boolean has(String segmentId) {
    return known.containsKey(segmentId);
  }

  /** The blocks to be written, in the order of their first snapshots. */
  public List<Group> groups() {
    return groups;
  }

  /** What is to be said of each added snapshot when all groups have been written. */
  public List<Outcome> outcomes() {
    return List.copyOf(outcomes);
  }

  /** The same when they could not be written. */
  public List<Outcome> outcomes(Outcome.Refused refused) {
    List<Outcome> all = new ArrayList<>(outcomes);
    for (Group group : groups) {
      for (int place : group.places) {
        all.set(place, refused);
      }
    }
    return List.copyOf(all);
  }
}
