package io.skein.core.report;

import io.skein.core.Tracer;
import java.nio.ByteBuffer;
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
   * When a send fails its segments are sent again after 1 s, 2 s, 4 s ... at most 30 s, each shortened
   * by chance to no less than half: when a collector comes back, a fleet of agents that lost it in the
   * same moment must not stand at its door in one. Meanwhile everything goes to disk, and so it does
   * while a call takes longer than a moment; see Outbox. Without a disk the batch stays as it is,
   * encoded, and is filled up to its limits; behind it the queue fills, and when that is full the
   * newest segments are dropped and counted: dropping the newest needs no second consumer.
   *
   * When the collector refuses a batch for good, one message of it may be to blame. The batch is
   * halved until the message stands alone; that one is dropped. A refused half may have been taken
   * in part, and is sent again to a collector that recognises segments by their id; to any other it
   * is not, nor is anything else that it may have.
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

  /**
   * At the end, when everything is on disk, a collector that is not there is waited for so long.
   */
  private static final long PATIENCE_AT_END_NANOS = 1_000_000_000L;

  private final SegmentQueue queue;
  private final ReportCounters counters;
  private final Transport transport;
  private final LongSupplier nanoClock;
  private final DoubleSupplier chance;
  private final long pauseNanos;
  private final ReporterState state;
  private final Outbox outbox;
  private final boolean hasDisk;

  // How many messages of the batch to send at once; fewer than all only after a refusal.
  private int step = Integer.MAX_VALUE;
  private int refusalsInARow;
  private boolean failing;
  private long retryNanos = FIRST_RETRY_NANOS;
  private long nextAttemptNanos;
  private boolean answered;

  // What a collector has been given at this moment, and may have taken.
  private int flight;
  private boolean flightRecognised;

  private @Nullable Thread thread;
  private volatile @Nullable Tracer tracer;
  private volatile boolean closing;
  private volatile long closeDeadlineNanos;
  private volatile long closeBeganNanos;
  private boolean givenUp;

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
      @Nullable SpoolSettings spool,
      @Nullable Boolean resend,
      LongSupplier nanoClock,
      DoubleSupplier chance) {
    this.queue = queue;
    this.counters = counters;
    this.transport = transport;
    this.nanoClock = nanoClock;
    this.chance = chance;
    this.pauseNanos = limits.pause().toNanos();
    this.hasDisk = spool != null && spool.bytes() >= SpoolSettings.LEAST_BYTES;
    this.state = new ReporterState(queue, counters, log, transport, hasDisk ? spool : null);
    this.outbox =
        new Outbox(
            queue,
            counters,
            encoder,
            state,
            log,
            limits,
            hasDisk ? spool : null,
            resend,
            nanoClock);
    if (hasDisk) {
      transport.whileWaiting(this::whileWaiting);
    }
  }

  /** Starts a reporter that keeps everything in memory. */
  public static Reporter start(
      SegmentQueue queue,
      ReportCounters counters,
      SegmentEncoder encoder,
      Transport transport,
      ReportLog log,
      ReporterLimits limits) {
    return start(queue, counters, encoder, transport, log, limits, null, null);
  }

  /**
   * Starts a reporter on its own daemon thread. It owns the transport from here on and closes it.
   *
   * @param spool where to keep what cannot be delivered; null for memory only
   * @param resend whether to send again what a process that is gone may have delivered; null to do
   *     so when its collector recognised repeats
   */
  public static Reporter start(
      SegmentQueue queue,
      ReportCounters counters,
      SegmentEncoder encoder,
      Transport transport,
      ReportLog log,
      ReporterLimits limits,
      @Nullable SpoolSettings spool,
      @Nullable Boolean resend) {
    Reporter reporter =
        new Reporter(
            queue,
            counters,
            encoder,
            transport,
            log,
            limits,
            spool,
            resend,
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
    outbox.gather(failing);
    long now = nanoClock.getAsLong();
    boolean more = false;
    if (!failing || now - nextAttemptNanos >= 0) {
      outbox.load();
      boolean probed = !outbox.isEmpty();
      if (probed) {
        sendBatch(SEND_TIMEOUT_NANOS);
      }
      if (!failing && answered && !outbox.hasMore()) {
        more = sendLeftover();
      }
      now = nanoClock.getAsLong();
      // When segments wait, their own next attempt is the probe; one per pause is enough.
      if (!failing || !probed) {
        Transport.Answer other = transport.tick(now);
        if (other != null) {
          heard(other, now);
          if (other.kind() == Transport.Kind.REFUSED) {
            state.noted(other.detail());
          }
        }
      }
    }
    transport.turn(now);
    state.noteOverflow(now);
    if (failing) {
      return Math.max(0, Math.min(pauseNanos, nextAttemptNanos - now));
    }
    return more || outbox.hasMore() || !outbox.isEmpty() ? 0 : pauseNanos;
  }

  /** Sends until the batch is empty or the collector is not willing. */
  private void sendBatch(long timeoutNanos) {
    while (!outbox.isEmpty()) {
      Transport.Answer ready = prepared(timeoutNanos);
      if (outbox.isEmpty()) {
        outbox.load(); // it went to disk while we waited
      }
      int messages = Math.min(step, outbox.size());
      Transport.Answer answer =
          ready.kind() == Transport.Kind.DELIVERED && messages > 0
              ? attempt(messages, timeoutNanos)
              : ready;
      heard(answer, nanoClock.getAsLong());
      switch (answer.kind()) {
        case DELIVERED -> {
          refusalsInARow = 0;
          outbox.delivered(messages);
          step = step > outbox.size() ? Integer.MAX_VALUE : step * 2;
        }
        case REFUSED -> refused(messages, answer);
        case UNCONFIRMED -> {
          int perhaps = outbox.messagesWithin(answer.handedOver(), messages);
          state.unconfirmed(perhaps);
          outbox.dropped(perhaps, DropReason.UNCONFIRMED);
          outbox.backOff();
          return;
        }
        case RETRY -> {
          outbox.backOff();
          return;
        }
      }
    }
    step = Integer.MAX_VALUE;
  }

  private void refused(int messages, Transport.Answer answer) {
    refusalsInARow++;
    boolean hopeless = refusalsInARow >= REFUSALS_IN_A_ROW;
    if (messages > 1 && !hopeless && !transport.recognisesRepeats()) {
      // It has perhaps taken those before the one that it refused.
      int perhaps = outbox.messagesWithin(answer.handedOver(), messages);
      state.unconfirmed(perhaps);
      outbox.dropped(perhaps, DropReason.UNCONFIRMED);
      if (perhaps > 0) {
        return;
      }
    }
    if (messages == 1 || hopeless) {
      int gone = hopeless ? outbox.size() : 1;
      state.refused(answer.detail());
      outbox.dropped(gone, DropReason.REFUSED);
    } else {
      step = messages / 2;
    }
  }

  private Transport.Answer prepared(long timeoutNanos) {
    try {
      return transport.prepare(timeoutNanos);
    } catch (RuntimeException | Error e) {
      return failedToSend(e);
    }
  }

  private Transport.Answer attempt(int messages, long timeoutNanos) {
    flightRecognised = transport.recognisesRepeats();
    outbox.underWay(messages, flightRecognised);
    flight = messages;
    try {
      Origin origin = outbox.origin();
      return origin == null
          ? transport.send(outbox.firstMessages(messages), timeoutNanos)
          : transport.sendFor(origin, outbox.firstMessages(messages), timeoutNanos);
    } catch (RuntimeException | Error e) {
      return failedToSend(e);
    } finally {
      flight = 0;
    }
  }

  private Transport.Answer failedToSend(Throwable e) {
    return Transport.Answer.retry("sending to " + transport.target() + " failed (" + e + ")");
  }

  /**
   * Sends a batch of what dead processes have left, or their account; says whether there is more.
   */
  private boolean sendLeftover() {
    if (!outbox.loadLeftover(nanoClock.getAsLong())) {
      return false;
    }
    sendBatch(SEND_TIMEOUT_NANOS);
    Origin told = failing ? null : outbox.finishedLeftover();
    if (told != null) {
      if (transport.recognisesRepeats()) { // only our own server reads accounts
        Transport.Answer answer =
            transport.sendFor(told, ByteBuffer.allocate(0), SEND_TIMEOUT_NANOS);
        heard(answer, nanoClock.getAsLong());
      }
      if (!failing) {
        outbox.leftoverDone(told);
      }
    }
    return !failing;
  }

  /** Called by the transport, on our thread, while a call takes long. */
  private void whileWaiting() {
    outbox.waiting(flight, flightRecognised);
    long now = nanoClock.getAsLong();
    if (closing
        && flight == 0
        && outbox.isSafe()
        && now - closeBeganNanos > PATIENCE_AT_END_NANOS) {
      givenUp = true;
      Thread.currentThread().interrupt();
    }
  }

  private void heard(Transport.Answer answer, long now) {
    if (answer.kind() == Transport.Kind.DELIVERED || answer.kind() == Transport.Kind.REFUSED) {
      // Refusing is an answer, too: the collector is there.
      state.answered(now);
      answered = true;
      failing = false;
      retryNanos = FIRST_RETRY_NANOS;
      return;
    }
    state.failing(answer.detail(), now);
    retryNanos = failing ? Math.min(retryNanos * 2, LAST_RETRY_NANOS) : FIRST_RETRY_NANOS;
    failing = true;
    nextAttemptNanos = now + retryNanos - (long) (retryNanos * 0.5 * chance.getAsDouble());
  }

  /** Ends without a thread; for tests, which are the thread. */
  void endNow() {
    closeBeganNanos = nanoClock.getAsLong();
    closeDeadlineNanos = closeBeganNanos + FIRST_RETRY_NANOS;
    closing = true;
    finish();
  }

  /** The last turn: flush, keep or count what is left, say farewell. */
  private void finish() {
    long total = Math.max(0, closeDeadlineNanos - nanoClock.getAsLong());
    long flushDeadline = closeDeadlineNanos - total / 5; // the rest is for the farewell
    reportUnfinished(true); // what is open now stays open: the process ends
    flush(flushDeadline);
    queue.close();
    if (!hasDisk || !failing) {
      flush(flushDeadline);
    }
    if (givenUp) {
      Thread.interrupted(); // it was our own
    }
    outbox.end();
    long left = closeDeadlineNanos - nanoClock.getAsLong();
    if (!failing && left > 0) {
      transport.farewell(left);
    }
    transport.close();
    state.closed();
  }

  private void flush(long deadlineNanos) {
    while (true) {
      outbox.gather(failing);
      long left = deadlineNanos - nanoClock.getAsLong();
      if (left <= 0) {
        return;
      }
      outbox.load();
      if (outbox.isEmpty()) {
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

  /** Closes with five seconds to flush. */
  @Override
  public void close() {
    close(Duration.ofSeconds(5));
  }

  /**
   * Sends what is there, as far as the time allows, keeps the rest on disk or counts it as dropped,
   * and ends the thread. Segments that end from now on are counted as dropped. Closing twice is
   * harmless.
   */
  public void close(Duration within) {
    Thread thread = this.thread;
    if (thread == null || Thread.currentThread() == thread) {
      return;
    }
    synchronized (thread) {
      if (!closing) {
        closeBeganNanos = nanoClock.getAsLong();
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
