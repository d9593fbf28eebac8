package io.skein.wire.grpc;

import io.skein.core.report.Origin;
import io.skein.core.report.ReportCounters;
import io.skein.core.report.ReportLog;
import io.skein.core.report.Transport;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reports segments by gRPC. Used by the reporter's thread only. */
final class GrpcTransport implements Transport {

  /*
   * A batch is one client stream: all messages in one request body, half-closed, then the wait for
   * the status. Streams are not kept open between batches, because the answer to the stream is the
   * only confirmation there is, and what is not confirmed must not be counted as delivered.
   *
   * A connection that ends after the body was sent and before the status came leaves it open whether
   * the collector has the segments. Our own server knows segments by their ids and says so with each
   * answer: it gets them again. Others store and count them twice, or fail on them: they get again
   * only what they certainly have not got.
   *
   * No connection is given a segment before it has answered something else: a collector that accepts
   * and is silent takes nothing with it, and we know before the first batch what it is.
   */

  private static final String COLLECT = "/skywalking.v3.TraceSegmentReportService/collect";

  /**
   * A collector that fails so often in a row with a code that says nothing about whose fault it is
   * will always fail on these messages: about half a minute, given the reporter's pauses.
   */
  private static final int DOUBTFUL_LIMIT = 6;

  private final GrpcClient client;
  private final Heartbeat heartbeat;
  private final @Nullable ProfileLink profile;
  private int doubtful;

  GrpcTransport(GrpcSettings settings, ReportCounters counters) {
    this(settings, counters, null, ReportLog.silent());
  }

  /**
   * @param profiling who takes orders to profile; null for nobody
   */
  GrpcTransport(
      GrpcSettings settings,
      ReportCounters counters,
      @Nullable Profiling profiling,
      ReportLog log) {
    this.client = new GrpcClient(settings, counters);
    this.heartbeat = new Heartbeat(client, counters, settings);
    this.profile = profiling == null ? null : profileLink(settings, profiling, log);
  }

  private ProfileLink profileLink(GrpcSettings settings, Profiling profiling, ReportLog log) {
    ProfileOrders orders =
        new ProfileOrders(profiling.profiler(), profiling.maxMinutes(), client::target, log);
    ProfileLink link = new ProfileLink(client, profiling, orders::lastCommandMillis, settings, log);
    client.onOrders(new CommandRouter(orders.handlers(), client::target, log)::receive);
    client.alsoTell(link::figures);
    client.whileWaiting(() -> link.tick(System.nanoTime(), heartbeat.isReady()));
    return link;
  }

  @Override
  public String target() {
    return client.target();
  }

  @Override
  public void whileWaiting(Runnable work) {
    ProfileLink link = profile;
    client.whileWaiting(
        link == null
            ? work
            : () -> {
              link.tick(System.nanoTime(), heartbeat.isReady());
              work.run();
            });
  }

  @Override
  public boolean recognisesRepeats() {
    return client.recognisesRepeats();
  }

  @Override
  public Answer prepare(long timeoutNanos) {
    try {
      return heartbeat.greet(timeoutNanos);
    } catch (InterruptedException e) {
      return interrupted();
    }
  }

  @Override
  public Answer send(ByteBuffer messages, long timeoutNanos) {
    return send(null, messages, timeoutNanos);
  }

  @Override
  public Answer sendFor(Origin origin, ByteBuffer messages, long timeoutNanos) {
    return send(origin, messages, timeoutNanos);
  }

  private Answer send(@Nullable Origin origin, ByteBuffer messages, long timeoutNanos) {
    long deadlineNanos = System.nanoTime() + timeoutNanos;
    GrpcStatus status;
    try {
      Answer ready = heartbeat.greet(timeoutNanos);
      if (ready.kind() != Kind.DELIVERED) {
        return ready;
      }
      boolean recognised = client.recognisesRepeats();
      boolean mayBeStale = client.mayBeStale();
      status = client.callOnce(COLLECT, messages.duplicate(), deadlineNanos, origin);
      if (mayBeStale
          && !status.answered()
          && status.code() == GrpcStatus.UNAVAILABLE
          && (recognised || client.handedOver() == 0)) {
        // Servers close old connections as they please, and that is no failure.
        client.drop();
        ready = heartbeat.greet(deadlineNanos - System.nanoTime());
        if (ready.kind() != Kind.DELIVERED) {
          return ready;
        }
        if (!recognised || client.recognisesRepeats()) {
          status = client.callOnce(COLLECT, messages.duplicate(), deadlineNanos, origin);
        }
      }
    } catch (InterruptedException e) {
      return client.handedOver() == 0 || client.recognisesRepeats()
          ? interrupted()
          : Answer.unconfirmed(interrupted().detail(), client.handedOver());
    }
    return answer(status);
  }

  private Answer answer(GrpcStatus status) {
    if (status.ok()) {
      doubtful = 0;
      return Answer.delivered();
    }
    boolean recognised = client.recognisesRepeats();
    long handedOver = client.handedOver();
    if (status.answered()) {
      switch (status.code()) {
        case GrpcStatus.INVALID_ARGUMENT, GrpcStatus.OUT_OF_RANGE -> {
          return Answer.refused(client.said("refused a segment", status), handedOver);
        }
        case GrpcStatus.UNKNOWN,
            GrpcStatus.INTERNAL,
            GrpcStatus.DATA_LOSS,
            GrpcStatus.FAILED_PRECONDITION -> {
          if (recognised && ++doubtful >= DOUBTFUL_LIMIT) {
            return Answer.refused(
                client.said("failed on a segment time and again", status), handedOver);
          }
        }
        case GrpcStatus.RESOURCE_EXHAUSTED -> {
          if (status.saysTooLarge()) {
            return Answer.refused(client.said("refused a segment", status), handedOver);
          }
        }
        default -> {}
      }
    }
    boolean again = recognised || handedOver == 0 || status.saysNotTaken();
    String detail = client.failed(status);
    return again ? Answer.retry(detail) : Answer.unconfirmed(detail, handedOver);
  }

  @Override
  public @Nullable Answer tick(long nowNanos) {
    ProfileLink link = profile;
    if (link != null && link.wantsConnection(nowNanos)) {
      heartbeat.wake();
    }
    try {
      return heartbeat.tick(nowNanos);
    } catch (InterruptedException e) {
      return interrupted();
    }
  }

  @Override
  public void turn(long nowNanos) {
    if (profile != null) {
      profile.tick(nowNanos, heartbeat.isReady());
    }
  }

  private Answer interrupted() {
    Thread.currentThread().interrupt();
    return Answer.retry("talking to collector " + client.target() + " was interrupted");
  }

  @Override
  public void farewell(long timeoutNanos) {
    long deadlineNanos = System.nanoTime() + timeoutNanos;
    try {
      ProfileLink link = profile;
      if (link != null) {
        if (link.hasMore() && heartbeat.greet(timeoutNanos / 2).kind() == Kind.DELIVERED) {
          link.farewell(deadlineNanos - timeoutNanos / 4 - System.nanoTime());
        }
        link.close(); // before the last account is told
      }
      heartbeat.farewell(Math.max(1, deadlineNanos - System.nanoTime()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    if (profile != null) {
      profile.close();
    }
    client.close();
  }
}
