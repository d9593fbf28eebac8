package io.skein.server.collector;

import io.skein.server.storage.Outcome;
import io.skein.server.storage.ReceivedSegment;
import io.skein.server.storage.Refusal;
import io.skein.server.storage.TraceStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one way into the store. Calls that handle messages in parallel put decoded segments here; one
 * thread hands them to the store, as many at once as gathered while it was busy: alone, a segment
 * waits for nobody; under load the store gets large batches.
 *
 * <p>Bounded by the memory of what the store has not answered for yet. When it is full, {@link
 * #put} waits, so the handling threads stop asking for messages, so gRPC's flow control stops the
 * senders. A segment that is larger than the whole bound is taken when nothing else is in.
 */
final class Ingest implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Ingest.class.getName());
  private static final int MAX_BATCH = 2000;
  private static final long CLOSE_MILLIS = 5_000;

  private record Item(ReceivedSegment segment, long weight, Consumer<Outcome> done) {}

  private final TraceStore store;
  private final long maxWeight;
  private final Thread thread;
  private final Object lock = new Object();
  private List<Item> waiting = new ArrayList<>();
  private long weight;
  private boolean closed;

  Ingest(TraceStore store, long maxWeight) {
    this.store = store;
    this.maxWeight = maxWeight;
    thread = new Thread(this::run, "skein-ingest");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Takes a segment; waits while there is no room.
   *
   * @param itsWeight about how many bytes of heap the segment keeps alive
   * @param done told what became of it, on the store's thread: must not block
   */
  void put(ReceivedSegment segment, long itsWeight, Consumer<Outcome> done) {
    boolean interrupted = false;
    boolean refused;
    synchronized (lock) {
      while (!closed && weight > 0 && weight + itsWeight > maxWeight) {
        try {
          lock.wait();
        } catch (InterruptedException e) {
          // gRPC's shutdown interrupts nobody; if someone else does, the segment is still counted.
          interrupted = true;
        }
      }
      refused = closed;
      if (!refused) {
        weight += itsWeight;
        waiting.add(new Item(segment, itsWeight, done));
        lock.notifyAll();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (refused) {
      done.accept(new Outcome.Refused(Refusal.CLOSED, "the server is stopping"));
    }
  }

  private void run() {
    for (List<Item> batch = next(); batch != null; batch = next()) {
      for (int from = 0; from < batch.size(); from += MAX_BATCH) {
        hand(batch.subList(from, Math.min(batch.size(), from + MAX_BATCH)));
      }
    }
  }

  private @Nullable List<Item> next() {
    synchronized (lock) {
      while (waiting.isEmpty()) {
        if (closed) {
          return null;
        }
        try {
          lock.wait();
        } catch (InterruptedException e) {
          closed = true;
        }
      }
      List<Item> batch = waiting;
      waiting = new ArrayList<>();
      return batch;
    }
  }

  private void hand(List<Item> items) {
    List<ReceivedSegment> segments = new ArrayList<>(items.size());
    for (Item item : items) {
      segments.add(item.segment());
    }
    CompletableFuture<List<Outcome>> outcomes;
    try {
      outcomes = store.append(segments);
    } catch (RuntimeException e) {
      outcomes = CompletableFuture.failedFuture(e);
    }
    // Neither happens by the store's contract; but a thread that died of it would end all storing.
    CompletableFuture<List<Outcome>> never =
        outcomes.exceptionally(failure -> Collections.nCopies(items.size(), failed(failure)));
    CompletableFuture<Void> last = never.thenAccept(all -> answered(items, all));
    if (last.isCompletedExceptionally()) {
      LOG.log(System.Logger.Level.WARNING, "telling senders of stored segments failed");
    }
  }

  private static Outcome failed(Throwable failure) {
    LOG.log(System.Logger.Level.WARNING, "the store failed on a batch", failure);
    return new Outcome.Refused(
        Refusal.DISK, "the store failed on this batch; see the server's log");
  }

  private void answered(List<Item> items, List<Outcome> outcomes) {
    long freed = 0;
    for (int i = 0; i < items.size(); i++) {
      Item item = items.get(i);
      freed += item.weight();
      item.done().accept(outcomes.get(i));
    }
    synchronized (lock) {
      weight -= freed;
      lock.notifyAll();
    }
  }

  /** Hands over what is waiting and ends the thread. The store is not closed. */
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      lock.notifyAll();
    }
    try {
      thread.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
