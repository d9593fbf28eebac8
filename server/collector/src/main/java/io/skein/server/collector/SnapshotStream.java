package io.skein.server.collector;

import io.grpc.ServerCall;
import io.skein.server.storage.Outcome;
import io.skein.server.storage.profile.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * {@code ProfileTask/collectSnapshot}: the snapshots that an agent has gathered in half a second or
 * so, answered once, when the client has half-closed and the store has answered for every one.
 *
 * <p>They are held back until the end, or until there are some hundred, and stored together: then a
 * name that all of them have is written once. Nobody waits for it, since the answer comes at the
 * end. A stream that stays open for long does not hold any for longer than a second, if anything
 * still comes; what it held when it broke off is stored.
 */
final class SnapshotStream extends OpenCall {
  private static final int MAX_HELD = 200;
  private static final long MAX_HELD_BYTES = 1 << 20;
  private static final long MAX_HELD_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final SnapshotIntake intake;
  private final @Nullable Sender sender;
  private final Tally tally = new Tally("snapshots");
  private List<Snapshot> held = new ArrayList<>();
  private long heldBytes;
  private long heldSinceNanos;

  SnapshotStream(
      ServerCall<Incoming, byte[]> call,
      OpenCalls calls,
      MessageCounts counts,
      SnapshotIntake intake,
      @Nullable Sender sender) {
    super(call, calls, counts);
    this.intake = intake;
    this.sender = sender;
  }

  @Override
  int ahead() {
    return SegmentStream.AHEAD;
  }

  @Override
  void message(byte[] message) {
    tally.received(1);
    Snapshot snapshot = intake.read(message, sender, this::answered);
    if (snapshot != null) {
      hold(snapshot);
    }
    request(1);
  }

  private void hold(Snapshot snapshot) {
    boolean tooMuch;
    synchronized (this) {
      if (held.isEmpty()) {
        heldSinceNanos = System.nanoTime();
      }
      held.add(snapshot);
      heldBytes += snapshot.weight();
      tooMuch =
          intake.holds(snapshot.weight())
              || held.size() >= MAX_HELD
              || heldBytes >= MAX_HELD_BYTES
              || System.nanoTime() - heldSinceNanos >= MAX_HELD_NANOS;
    }
    if (tooMuch) {
      flush();
    }
  }

  private void flush() {
    List<Snapshot> batch;
    synchronized (this) {
      batch = held;
      held = new ArrayList<>();
      intake.holds(-heldBytes);
      heldBytes = 0;
    }
    if (!batch.isEmpty()) {
      intake.store(batch, this::answered);
    }
  }

  private void answered(Outcome outcome) {
    if (tally.answered(outcome)) {
      answer(tally.verdict());
    }
  }

  @Override
  void halfClosed() {
    flush();
    if (tally.complete()) {
      answer(tally.verdict());
    }
  }

  @Override
  void gone() {
    flush();
  }
}
