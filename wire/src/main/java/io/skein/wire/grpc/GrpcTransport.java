package io.skein.wire.grpc;

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
   * Delivery is at least once. A connection that ends after the body was sent and before the status
   * came leaves it open whether the collector has the segments, so they are sent again, and the
   * collector knows them by their ids.
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
  public Answer send(ByteBuffer messages, long timeoutNanos) {
    GrpcStatus status;
    try {
      status = client.call(COLLECT, messages, timeoutNanos);
    } catch (InterruptedException e) {
      return interrupted();
    }
    if (status.ok()) {
      doubtful = 0;
      return Answer.delivered();
    }
    if (status.answered()) {
      switch (status.code()) {
        case GrpcStatus.INVALID_ARGUMENT, GrpcStatus.OUT_OF_RANGE -> {
          return Answer.refused(client.said("refused a segment", status));
        }
        case GrpcStatus.UNKNOWN,
            GrpcStatus.INTERNAL,
            GrpcStatus.DATA_LOSS,
            GrpcStatus.FAILED_PRECONDITION -> {
          if (++doubtful >= DOUBTFUL_LIMIT) {
            return Answer.refused(client.said("failed on a segment time and again", status));
          }
        }
        case GrpcStatus.RESOURCE_EXHAUSTED -> {
          if (status.saysTooLarge()) {
            return Answer.refused(client.said("refused a segment", status));
          }
        }
        default -> {}
      }
    }
    return Answer.retry(client.failed(status));
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
