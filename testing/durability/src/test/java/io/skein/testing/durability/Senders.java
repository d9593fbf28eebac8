package io.skein.testing.durability;

import io.grpc.Status;
import io.skein.testing.server.Reporting;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Agents that report what the ledger gives them, each through a connection of its own, until they
 * are closed. What is not acknowledged they keep and send again after a moment.
 */
final class Senders implements AutoCloseable {
  private static final long CALL_SECONDS = 30;
  private static final long RETRY_MILLIS = 50;

  private final Ledger ledger;
  private final LongFunction<byte[]> segments;
  private final int batch;
  private final List<Thread> threads = new ArrayList<>();
  private final List<Reporting> connections = new ArrayList<>();
  private final AtomicReference<@Nullable Status> refusal = new AtomicReference<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final AtomicLong bytes = new AtomicLong();
  private volatile boolean ended;

  private Senders(Ledger ledger, LongFunction<byte[]> segments, int batch) {
    this.ledger = ledger;
    this.segments = segments;
    this.batch = batch;
  }

  /**
   * Starts so many.
   *
   * @param batch how many segments there are in a call
   */
  static Senders start(
      int count, String collector, Ledger ledger, LongFunction<byte[]> segments, int batch) {
    Senders senders = new Senders(ledger, segments, batch);
    for (int i = 0; i < count; i++) {
      Reporting connection = new Reporting(collector);
      senders.connections.add(connection);
      Thread thread = new Thread(() -> senders.run(connection), "sender-" + i);
      senders.threads.add(thread);
      thread.start();
    }
    return senders;
  }

  /** Sends everything that was not acknowledged; fails when that is refused. */
  static void resend(String collector, Ledger ledger, LongFunction<byte[]> segments) {
    List<Long> numbers = ledger.takeUnacknowledged();
    if (numbers.isEmpty()) {
      return;
    }
    try (Reporting connection = new Reporting(collector)) {
      Status status = send(connection, numbers, segments, new AtomicLong());
      ledger.answered(numbers, status.isOk());
      if (!status.isOk()) {
        throw new AssertionError("what was not acknowledged is not taken either: " + status);
      }
    }
  }

  private void run(Reporting connection) {
    try {
      while (!ended) {
        List<Long> numbers = ledger.take(batch);
        Status status = send(connection, numbers, segments, bytes);
        ledger.answered(numbers, status.isOk());
        if (!status.isOk()) {
          refusal.set(status);
          TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      failure.compareAndSet(null, e);
    }
  }

  private static Status send(
      Reporting connection, List<Long> numbers, LongFunction<byte[]> segments, AtomicLong bytes) {
    List<byte[]> encoded = new ArrayList<>(numbers.size());
    for (long number : numbers) {
      byte[] segment = segments.apply(number);
      encoded.add(segment);
      bytes.addAndGet(segment.length);
    }
    try {
      return connection.collect(encoded, CALL_SECONDS).get(2 * CALL_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Status.CANCELLED;
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("a call has no end", e);
    }
  }

  /** Waits for the next answer that is not OK. */
  Status awaitRefusal() throws Exception {
    refusal.set(null);
    Waiting.until("segments are refused", () -> refusal.get() != null);
    return Objects.requireNonNull(refusal.get());
  }

  /** How many bytes of segments were sent, refused ones and repeats included. */
  long bytes() {
    return bytes.get();
  }

  /** From now on nothing more is sent, only calls under way are finished. */
  void end() {
    ended = true;
  }

  /** Lets every sender finish its call. */
  @Override
  public void close() {
    end();
    try {
      for (Thread thread : threads) {
        thread.join(TimeUnit.SECONDS.toMillis(2 * CALL_SECONDS));
        if (thread.isAlive()) {
          throw new AssertionError(thread.getName() + " does not end");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      connections.forEach(Reporting::close);
    }
    Throwable failed = failure.get();
    if (failed != null) {
      throw new AssertionError("a sender failed", failed);
    }
  }
}
