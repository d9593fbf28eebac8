package io.skein.core.profile;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/**
 * What became of the snapshots that were due: {@code made = drained + queued + dropped}, at any
 * moment at which none is being taken. May be read by any thread.
 */
public final class ProfilerCounters {
  private final LongAdder made = new LongAdder();
  private final LongAdder drained = new LongAdder();
  private final LongAdder queued = new LongAdder();
  private final LongAdder missedBeats = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder refusedParts = new LongAdder();
  private final LongAdder requests = new LongAdder();

  /** Never changed after the construction. */
  private final Map<SnapshotLoss, LongAdder> dropped = new EnumMap<>(SnapshotLoss.class);

  ProfilerCounters() {
    for (SnapshotLoss reason : SnapshotLoss.values()) {
      dropped.put(reason, new LongAdder());
    }
  }

  private LongAdder of(SnapshotLoss reason) {
    return Objects.requireNonNull(dropped.get(reason));
  }

  /** Returns how many were due and begun. */
  public long made() {
    return made.sum();
  }

  /** Returns how many were handed to the transport. */
  public long drained() {
    return drained.sum();
  }

  /** Returns how many wait to be handed to the transport. */
  public long queued() {
    return queued.sum();
  }

  /** Returns how many were lost for a reason. */
  public long dropped(SnapshotLoss reason) {
    return of(reason).sum();
  }

  /** Returns how many were lost. */
  public long dropped() {
    long sum = 0;
    for (LongAdder each : dropped.values()) {
      sum += each.sum();
    }
    return sum;
  }

  /** Returns how many moments to take snapshots at passed by because the sampler was late. */
  public long missedBeats() {
    return missedBeats.sum();
  }

  /** Returns how many requests were sampled: of how many at least one snapshot was taken. */
  public long requests() {
    return requests.sum();
  }

  /** Returns how many requests were not watched because enough others were. */
  public long refused() {
    return refused.sum();
  }

  /** Returns how many further segments of watched requests were not, because enough others were. */
  public long refusedParts() {
    return refusedParts.sum();
  }

  void begun() {
    made.increment();
  }

  void enqueued() {
    queued.increment();
  }

  void takenOut() {
    queued.decrement();
    drained.increment();
  }

  void lost(SnapshotLoss reason) {
    of(reason).increment();
  }

  void lostFromQueue(SnapshotLoss reason) {
    queued.decrement();
    lost(reason);
  }

  void missed(long beats) {
    missedBeats.add(beats);
  }

  void sampled() {
    requests.increment();
  }

  void refusedRequest() {
    refused.increment();
  }

  void refusedPart() {
    refusedParts.increment();
  }
}
