package io.skein.wire.grpc;

import io.skein.core.report.Origin;
import io.skein.core.report.ReportCounters;
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
  private int doubtful;

  GrpcTransport(GrpcSettings settings, ReportCounters counters) {
    this.client = new GrpcClient(settings, counters);
    this.heartbeat = new Heartbeat(client, counters, settings);
  }

  @Override
  public String target() {
    return client.target();
  }

  @Override
  public void whileWaiting(Runnable work) {
    client.whileWaiting(work);
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
    try {
      return heartbeat.tick(nowNanos);
    } catch (InterruptedException e) {
      return interrupted();
    }
  }

  private Answer interrupted() {
    Thread.currentThread().interrupt();
    return Answer.retry("talking to collector " + client.target() + " was interrupted");
  }

  @Override
  public void farewell(long timeoutNanos) {
    try {
      heartbeat.farewell(timeoutNanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
