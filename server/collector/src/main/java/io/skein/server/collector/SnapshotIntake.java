package io.skein.server.collector;

import io.skein.server.storage.Outcome;
import io.skein.server.storage.TraceStore;
import io.skein.server.storage.profile.ProfileTasks;
import io.skein.server.storage.profile.Snapshot;
import io.skein.server.storage.profile.SnapshotRefusal;
import io.skein.wire.decode.MalformedMessageException;
import io.skein.wire.decode.ProfileReader;
import io.skein.wire.model.ThreadSnapshot;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Turns the bytes of snapshots into stored ones, or into counted losses. Every reason is counted
 * among the messages, as {@code snapshot:<reason>}, and with the task if there is one.
 *
 * <p>Snapshots may come before their segment, and for a task that has ended; not for one that
 * nobody made. What an agent samples by itself has no task. Safe for use by several threads.
 */
final class SnapshotIntake {
  private static final System.Logger LOG = System.getLogger(SnapshotIntake.class.getName());

  // Of a stack that is too deep both ends are kept: the request's beginning, and what it did.
  private static final int OUTERMOST_KEPT = 100;

  // What all streams together hold back in order to write it at once.
  private static final long MAX_HELD = Math.max(8L << 20, Runtime.getRuntime().maxMemory() / 32);

  private final TraceStore store;
  private final ProfileTasks tasks;
  private final MessageCounts counts;
  private final InstantSource clock;
  private final AtomicLong held = new AtomicLong();

  SnapshotIntake(TraceStore store, MessageCounts counts, InstantSource clock) {
    this.store = store;
    this.tasks = store.profileTasks();
    this.counts = counts;
    this.clock = clock;
  }

  /**
   * Reads one {@code ThreadSnapshot}.
   *
   * @param refused told when it cannot be taken, at once
   * @return null when it cannot be taken
   */
  @Nullable Snapshot read(byte[] bytes, @Nullable Sender sender, Consumer<Outcome> refused) {
    ThreadSnapshot message;
    try {
      message = ProfileReader.snapshot(bytes);
    } catch (MalformedMessageException e) {
      counts.add(SegmentIntake.MALFORMED + "-snapshot:" + e.reason());
      refused.accept(new Outcome.Refused(SegmentIntake.MALFORMED, String.valueOf(e.getMessage())));
      return null;
    }
    String service = tasks.serviceOf(message.taskId());
    if (service == null && !message.taskId().equals(Snapshot.SLOW)) {
      counts.add("snapshot:" + SnapshotRefusal.UNKNOWN_TASK);
      refused.accept(
          new Outcome.Refused(
              SnapshotRefusal.UNKNOWN_TASK,
              "there is no profile task \"" + message.taskId() + "\" here"));
      return null;
    }
    if (service == null) {
      service = sender == null ? "" : sender.service();
    }
    return snapshot(message, service, sender == null ? "" : sender.instance());
  }

  private Snapshot snapshot(ThreadSnapshot message, String service, String instance) {
    List<String> frames = message.frames();
    int cut = Math.max(0, message.framesCut());
    if (frames.size() > Snapshot.MAX_FRAMES) {
      int gone = frames.size() - Snapshot.MAX_FRAMES + 1;
      List<String> kept = new ArrayList<>(frames.subList(0, OUTERMOST_KEPT));
      kept.add("...(" + gone + " frames).cut:-1");
      kept.addAll(frames.subList(OUTERMOST_KEPT + gone, frames.size()));
      frames = kept;
      cut = (int) Math.min(Integer.MAX_VALUE, (long) cut + gone);
      counts.add("snapshot-cut");
    }
    return new Snapshot(
        message.taskId(),
        message.segmentId(),
        message.millis(),
        message.sequence(),
        frames,
        message.state() >= 0 && message.state() <= Byte.MAX_VALUE ? message.state() : 0,
        Math.max(0, message.periodMillis()),
        cut,
        bounded(service),
        bounded(instance),
        clock.millis());
  }

  private static String bounded(String name) {
    int most = ProfileTasks.MAX_NAME_CHARS;
    return name.length() <= most ? name : name.substring(0, most);
  }

  /** Tells that a stream holds so much more, or less, and returns whether that is too much. */
  boolean holds(long more) {
    return held.addAndGet(more) > MAX_HELD;
  }

  /**
   * Hands snapshots to the store; may wait for room.
   *
   * @param done told the outcome of each, on this or another thread; must not block
   */
  void store(List<Snapshot> batch, Consumer<Outcome> done) {
    CompletableFuture<List<Outcome>> outcomes = store.profiles().append(batch);
    CompletableFuture<Void> last =
        outcomes.thenAccept(
            all -> {
              for (int i = 0; i < all.size(); i++) {
                count(batch.get(i), all.get(i));
                done.accept(all.get(i));
              }
            });
    if (last.isCompletedExceptionally()) {
      LOG.log(System.Logger.Level.WARNING, "telling senders of stored snapshots failed");
    }
  }

  private void count(Snapshot snapshot, Outcome outcome) {
    if (outcome instanceof Outcome.Refused refused) {
      counts.add("snapshot:" + refused.reason());
      tasks.dropped(snapshot.taskId(), 1);
    } else if (outcome instanceof Outcome.Duplicate) {
      counts.add("snapshot:duplicate");
    }
  }
}
