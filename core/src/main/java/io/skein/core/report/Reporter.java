package io.skein.core.report;

import io.skein.core.Segment;
import io.skein.core.Tracer;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes finished segments out of the queue, encodes them and has them sent, on one thread of its
 * own, until it is closed. Keeps the account of what became of each.
 *
 * <p>{@link #close(Duration)} and {@link #lookAfter} may be called from any thread.
 */
public final class Reporter implements AutoCloseable {

  /*
   * The duty cycle: take out what is there, encode it into the batch, send the batch, pause.
   *
   * The reporter is not woken for each segment: that would be a system call per request. It looks
   * by itself, a few times per second, and the queue wakes it early only when half full. What a
   * pause has gathered goes out in one stream. So the cost of streams and wake-ups is per second and
   * not per request, and a trace is on its way to the collector half a second after its end.
   *
   * When a send fails the batch stays as it is, encoded, and is sent again after 1 s, 2 s, 4 s ... at
   * most 30 s, each shortened by chance to no less than half: when a collector comes back, a fleet of
   * agents that lost it in the same moment must not stand at its door in one. It is filled up to its
   * limits meanwhile, since encoded segments are several times smaller than those in the queue; behind
   * it the queue fills, and when that is full the newest segments are dropped and counted. The oldest
   * are kept because the first minutes of a failure explain more than the last ones, and because
   * dropping the newest needs no second consumer.
   *
   * When the collector refuses a batch for good, one message of it may be to blame. The batch is
   * halved until the message stands alone; that one is dropped. A refused half may have been taken
   * in part, and is sent again: the collector recognises segments by their id.
   *
   * Segments that wait for asynchronous spans wait in the tracer, which has no thread. This one looks
   * at them in each turn, and those that waited too long go out unfinished; the rest do at the end.
   */

  /** Refused this often without a delivery in between, it is not a single segment's fault. */
  private static final int REFUSALS_IN_A_ROW = 64;

  private static final long FIRST_RETRY_NANOS = 1_000_000_000L;
  private static final long LAST_RETRY_NANOS = 30_000_000_000L;
  private static final long FAULT_PAUSE_NANOS = 1_000_000_000L;

  /** A send that has not been answered within this time has failed; SkyWalking's agents wait so. */
  private static final long SEND_TIMEOUT_NANOS = 30_000_000_000L;

  /** How long {@link #close(Duration)} waits for a thread that it had to interrupt. */
  private static final long FLUSH_LOOK_NANOS = 2_000_000;

  private static final long GRACE_MILLIS = 500;

  private final SegmentQueue queue;
  private final ReportCounters counters;
  private final SegmentEncoder encoder;
  private final Transport transport;
  private final LongSupplier nanoClock;
  private final DoubleSupplier chance;
  private final long pauseNanos;
  private final ReporterState state;
  private final Batch batch;

  // Taken out of the queue and not yet in the batch; one of them may be encoded already.
  private final @Nullable Segment[] chunk = new Segment[64];
  private int chunkNext;
  private int chunkCount;
  private int encodedLength;

  // How many messages of the batch to send at once; fewer than all only after a refusal.
  private int step = Integer.MAX_VALUE;
  private int refusalsInARow;
  private boolean failing;
  private long retryNanos = FIRST_RETRY_NANOS;
  private long nextAttemptNanos;

  private @Nullable Thread thread;
  private volatile @Nullable Tracer tracer;
  private volatile boolean closing;
  private volatile long closeDeadlineNanos;

  /**
   * @param chance from 0 (inclusive) to 1: how far the pauses between attempts are shortened
   */
  Reporter(
      SegmentQueue queue,
      ReportCounters counters,
      SegmentEncoder encoder,
      Transport transport,
      ReportLog log,
      ReporterLimits limits,
      LongSupplier nanoClock,
      DoubleSupplier chance) {
    this.queue = queue;
    this.counters = counters;
    this.encoder = encoder;
    this.transport = transport;
    this.nanoClock = nanoClock;
    this.chance = chance;
    this.pauseNanos = limits.pause().toNanos();
    this.state = new ReporterState(queue, counters, log, transport::target);
    this.batch = new Batch(limits.batchBytes(), limits.batchSegments());
  }

  /**
   * Starts a reporter on its own daemon thread. It owns the transport from here on and closes it.
   */
  public static Reporter start(
      SegmentQueue queue,
      ReportCounters counters,
      SegmentEncoder encoder,
      Transport transport,
      ReportLog log,
      ReporterLimits limits) {
    Reporter reporter =
        new Reporter(
            queue,
            counters,
            encoder,
            transport,
            log,
            limits,
            System::nanoTime,
            () -> ThreadLocalRandom.current().nextDouble());
    // No inherited thread locals and no application class loader: both would be kept alive for
    // ever.
    Thread thread = new Thread(null, reporter::run, "skein-reporter", 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(Reporter.class.getClassLoader());
    reporter.thread = thread;
    thread.start();
    return reporter;
  }

  /**
   * From now on also reports those segments of the tracer whose asynchronous spans take too long,
   * and at the end all that still wait. The tracer's sink is this reporter's queue.
   */
  public void lookAfter(Tracer tracer) {
    this.tracer = tracer;
  }

  /**
   * Sends what has ended so far, and waits for it as long as it is allowed to; sooner, when all of
   * it has been delivered or dropped. While the backend is away this waits for nothing else.
   */
  public void flush(Duration within) {
    Thread thread = this.thread;
    if (thread == null || Thread.currentThread() == thread) {
      return;
    }
    long begin = nanoClock.getAsLong();
    long limit = Math.max(0, within.toNanos());
    long made = counters.account().made().segments();
    while (!closing
        && settled() < made
        && nanoClock.getAsLong() - begin < limit
        && !Thread.currentThread().isInterrupted()) {
      LockSupport.unpark(thread);
      LockSupport.parkNanos(this, FLUSH_LOOK_NANOS);
    }
  }

  private long settled() {
    ReportCounters.Account account = counters.account();
    return account.delivered().segments() + account.droppedTogether().segments();
  }

  private void reportUnfinished(boolean all) {
    Tracer tracer = this.tracer;
    if (tracer != null) {
      tracer.reportUnfinished(all);
    }
  }

  private void run() {
    while (!closing) {
      long waitNanos;
      try {
        waitNanos = doWork();
      } catch (RuntimeException | Error e) {
        // Not foreseen, so nothing is known about the state of things; but a reporter that ends
        // loses everything that is still to come.
        state.fault(e);
        waitNanos = FAULT_PAUSE_NANOS;
      }
      if (!closing && waitNanos > 0) {
        if (failing) {
          LockSupport.parkNanos(this, waitNanos); // a half full queue is no news now
        } else {
          queue.awaitHalfFull(waitNanos);
        }
      }
    }
    try {
      finish();
    } catch (RuntimeException | Error e) {
      state.fault(e);
    }
  }

  /**
   * One turn.
   *
   * @return how long to wait before the next, in nanoseconds
   */
  long doWork() {
    reportUnfinished(false);
    fill();
    long now = nanoClock.getAsLong();
    if (!failing || now - nextAttemptNanos >= 0) {
      if (!batch.isEmpty()) {
        sendBatch(SEND_TIMEOUT_NANOS);
        now = nanoClock.getAsLong();
      }
      // When segments wait, their own next attempt is the probe; one per pause is enough.
      if (!failing || batch.isEmpty()) {
        Transport.Answer other = transport.tick(now);
        if (other != null) {
          heard(other, now);
          if (other.kind() == Transport.Kind.REFUSED) {
            state.noted(other.detail());
          }
        }
      }
    }
    state.noteOverflow(now);
    if (failing) {
      return Math.max(0, Math.min(pauseNanos, nextAttemptNanos - now));
    }
    return chunkNext < chunkCount || !batch.isEmpty() ? 0 : pauseNanos;
  }

  /** Moves segments from the queue into the batch until one is empty or the other full. */
  private void fill() {
    while (true) {
      int moved = 0;
      long movedSpans = 0;
      while (chunkNext < chunkCount) {
        Segment segment = chunk[chunkNext];
        if (segment == null) {
          throw new IllegalStateException("chunk has a hole at " + chunkNext);
        }
        int spans = segment.spanCount();
        DropReason lost = encode(segment);
        if (lost != null) {
          chunk[chunkNext++] = null;
          counters.lost(1, spans, lost);
          continue;
        }
        if (!batch.hasRoomFor(encodedLength)) {
          break;
        }
        batch.add(encoder.buffer(), encodedLength, spans);
        encodedLength = 0;
        chunk[chunkNext++] = null;
        moved++;
        movedSpans += spans;
      }
      if (moved > 0) {
        counters.takenOver(moved, movedSpans);
      }
      if (chunkNext < chunkCount) {
        return;
      }
      chunkNext = 0;
      chunkCount = queue.take(chunk);
      if (chunkCount == 0) {
        return;
      }
    }
  }

  private @Nullable DropReason encode(Segment segment) {
    if (encodedLength != 0) {
      return null; // done before, and found the batch full
    }
    int length;
    try {
      length = encoder.encode(segment);
    } catch (RuntimeException | Error e) {
      state.encodeFailed(segment, e);
      return DropReason.ENCODE_FAILED;
    }
    if (length == SegmentEncoder.TOO_LARGE) {
      state.tooLarge(segment);
      return DropReason.TOO_LARGE;
    }
    encodedLength = length;
    return null;
  }

  /** Sends until the batch is empty or the collector is not willing. */
  private void sendBatch(long timeoutNanos) {
    while (!batch.isEmpty()) {
      int messages = Math.min(step, batch.size());
      Transport.Answer answer;
      try {
        answer = transport.send(batch.firstMessages(messages), timeoutNanos);
      } catch (RuntimeException | Error e) {
        answer = Transport.Answer.retry("sending to " + transport.target() + " failed (" + e + ")");
      }
      heard(answer, nanoClock.getAsLong());
      switch (answer.kind()) {
        case DELIVERED -> {
          refusalsInARow = 0;
          counters.delivered(messages, batch.spansOfFirst(messages));
          batch.removeFirst(messages);
          step = step > batch.size() ? Integer.MAX_VALUE : step * 2;
        }
        case REFUSED -> {
          refusalsInARow++;
          boolean hopeless = refusalsInARow >= REFUSALS_IN_A_ROW;
          if (messages == 1 || hopeless) {
            int gone = hopeless ? batch.size() : 1;
            state.refused(answer.detail());
            counters.dropped(gone, batch.spansOfFirst(gone), DropReason.REFUSED);
            batch.removeFirst(gone);
          } else {
            step = messages / 2;
          }
        }
        case RETRY -> {
          return;
        }
      }
    }
    step = Integer.MAX_VALUE;
  }

  private void heard(Transport.Answer answer, long now) {
    if (answer.kind() != Transport.Kind.RETRY) {
      // Refusing is an answer, too: the collector is there.
      state.answered(now);
      failing = false;
      retryNanos = FIRST_RETRY_NANOS;
      return;
    }
    state.failing(answer.detail(), now);
    retryNanos = failing ? Math.min(retryNanos * 2, LAST_RETRY_NANOS) : FIRST_RETRY_NANOS;
    failing = true;
    nextAttemptNanos = now + retryNanos - (long) (retryNanos * 0.5 * chance.getAsDouble());
  }

  /** The last turn: flush, count what is left, say farewell. */
  private void finish() {
    long total = Math.max(0, closeDeadlineNanos - nanoClock.getAsLong());
    long flushDeadline = closeDeadlineNanos - total / 5; // the rest is for the farewell
    reportUnfinished(true); // what is open now stays open: the process ends
    flush(flushDeadline);
    queue.close();
    flush(flushDeadline);
    countTheRest();
    long left = closeDeadlineNanos - nanoClock.getAsLong();
    if (!failing && left > 0) {
      transport.farewell(left);
    }
    transport.close();
    state.closed();
  }

  private void flush(long deadlineNanos) {
    while (true) {
      fill();
      long left = deadlineNanos - nanoClock.getAsLong();
      if (left <= 0) {
        return;
      }
      if (batch.isEmpty()) {
        if (queue.queued().segments() == 0) {
          return;
        }
        LockSupport.parkNanos(this, 100_000); // a producer has claimed a place, and fills it now
        continue;
      }
      sendBatch(Math.min(left, SEND_TIMEOUT_NANOS));
      if (failing) {
        return; // one attempt: an application must not end slower because its collector is away
      }
    }
  }

  private void countTheRest() {
    if (!batch.isEmpty()) {
      counters.dropped(batch.size(), batch.spansOfFirst(batch.size()), DropReason.SHUTDOWN);
      batch.removeFirst(batch.size());
    }
    do {
      while (chunkNext < chunkCount) {
        Segment segment = chunk[chunkNext];
        chunk[chunkNext++] = null;
        counters.lost(1, segment == null ? 0 : segment.spanCount(), DropReason.SHUTDOWN);
      }
      chunkNext = 0;
      chunkCount = queue.take(chunk);
    } while (chunkCount > 0);
  }

  /** Closes with five seconds to flush. */
  @Override
  public void close() {
    close(Duration.ofSeconds(5));
  }

  /**
   * Sends what is there, as far as the time allows, counts the rest as dropped, and ends the
   * thread. Segments that end from now on are counted as dropped. Closing twice is harmless.
   */
  public void close(Duration within) {
    Thread thread = this.thread;
    if (thread == null || Thread.currentThread() == thread) {
      return;
    }
    synchronized (thread) {
      if (!closing) {
        closeDeadlineNanos = nanoClock.getAsLong() + Math.max(0, within.toNanos());
        closing = true;
        LockSupport.unpark(thread);
      }
    }
    boolean interrupted = false;
    try {
      thread.join(Math.max(1, within.toMillis()));
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (thread.isAlive()) {
      thread.interrupt();
      try {
        thread.join(GRACE_MILLIS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
